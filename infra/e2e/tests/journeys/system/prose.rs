//! Plain words: comments and documents avoid phrases that hide their subject. `infra/docs/plain-words.md` has the rules.

use std::fs;

use crate::support::{
    documents::{extension, files},
    repository::root,
};

/// The phrases, in lower case.
const PHRASES: [&str; 11] = [
    "whoever",
    "whomever",
    "what is",
    "what has",
    "but for",
    "from then on",
    "likewise",
    "is told",
    "are told",
    "is no ",
    "are no ",
];
/// The document that quotes the phrases.
const RULES: &str = "infra/docs/plain-words.md";

/// A language, by its comments.
#[derive(Clone, Copy)]
enum Language {
    Markdown,
    Python,
    Rust,
    Script,
    Shell,
}

impl Language {
    /// The language of a file, by its extension or its first line.
    fn of(path: &str, text: &str) -> Option<Self> {
        match extension(path) {
            "md" => Some(Self::Markdown),
            "py" => Some(Self::Python),
            "rs" => Some(Self::Rust),
            "js" | "mjs" => Some(Self::Script),
            "sh" | "yaml" | "yml" => Some(Self::Shell),
            _ => match text.lines().next().filter(|line| line.starts_with("#!")) {
                Some(line) if line.contains("python") => Some(Self::Python),
                Some(_) => Some(Self::Shell),
                None => None,
            },
        }
    }

    /// The prose of a line, if the line is a comment.
    fn comment(self, line: &str) -> Option<&str> {
        let line = line.trim();
        match self {
            Self::Markdown => Some(line),
            Self::Rust => Some(line.strip_prefix("//")?.trim_start_matches(['/', '!'])),
            Self::Script => {
                line.strip_prefix("//").or_else(|| line.strip_prefix("/*")).or_else(|| line.strip_prefix('*'))
            }
            Self::Python | Self::Shell => line.strip_prefix('#'),
        }
    }

    /// The lines of prose, each with its number. In Python, texts in three quotes are prose too.
    fn prose(self, text: &str) -> Vec<(usize, String)> {
        let mut inside = false;
        let mut lines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let quotes = if matches!(self, Self::Python) { line.matches("\"\"\"").count() } else { 0 };
            let comment = if inside || quotes > 0 { Some(line) } else { self.comment(line) };
            inside ^= quotes % 2 == 1;
            lines.extend(comment.map(|comment| (index + 1, comment.trim().to_lowercase())));
        }
        lines
    }
}

/// The phrases of a text, each with the number of the line on which it begins.
fn phrases(language: Language, text: &str) -> Vec<(usize, &'static str)> {
    let lines = language.prose(text);
    let mut found = Vec::new();
    for (index, (number, line)) in lines.iter().enumerate() {
        // A phrase may continue on the next line.
        let next = lines.get(index + 1).filter(|(next, _)| *next == number + 1).map_or("", |(_, line)| line);
        let both = format!("{line} {next} ");
        let begins_here = |phrase: &str| {
            let mut places = both.match_indices(phrase).filter(|(at, _)| *at < line.len());
            places.any(|(at, _)| {
                let (before, after) = (&both[..at], &both[at + phrase.len()..]);
                let continues = |letter: char| letter.is_alphanumeric() || letter == '_';
                let is_whole = phrase.ends_with(' ') || !after.starts_with(continues);
                // "No longer" says when, and "there is no" has its subject.
                let is_plain = after.starts_with("longer") || before.ends_with("there ");
                !before.ends_with(continues) && is_whole && !is_plain
            })
        };
        found.extend(PHRASES.into_iter().filter(|phrase| begins_here(phrase)).map(|phrase| (*number, phrase)));
    }
    found
}

#[test]
fn comments_and_documents_use_plain_words() {
    let mut found = Vec::new();
    for path in files().into_iter().filter(|path| path != RULES) {
        // A file that is not text has no prose.
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        let Some(language) = Language::of(&path, &text) else { continue };
        found.extend(phrases(language, &text).into_iter().map(|(line, phrase)| format!("{path}:{line}: {phrase}")));
    }
    found.sort_unstable();
    assert!(found.is_empty(), "{} phrases that {RULES} replaces:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_phrase_is_found_in_comments_alone_and_across_lines() {
    let rust = "let text = \"what is it\";\n/// Deletes what\n/// is old.\n//! Whoever, somewhat is\n";
    assert_eq!(phrases(Language::Rust, rust), [(2, "what is"), (4, "whoever")]);
    let python = "\"\"\"This is no\nreason, and it is no longer there.\"\"\"\nname = 'likewise'\n# likewise\n";
    assert_eq!(phrases(Language::Python, python), [(1, "is no "), (4, "likewise")]);
    assert_eq!(phrases(Language::Script, "/**\n * From then on.\n */"), [(2, "from then on")]);
    assert_eq!(phrases(Language::Shell, "echo is told # is told\n  # is told"), [(2, "is told")]);
    assert_eq!(phrases(Language::Markdown, "All but\nfor one."), [(1, "but for")]);
}
