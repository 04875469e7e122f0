//! Comments and documents avoid the words that hide a subject: `infra/docs/plain-words.md` has the rules.

use crate::support::{
    documents::{extension, files},
    repository::read,
};

/// Phrases that always hide a subject or a condition. "What" and "who" have good uses, so that a reviewer judges them.
const HIDING: [&str; 9] =
    ["whoever", "whomever", "whosoever", "but for", "from then on", "likewise", "is told", "are told", "what is"];

/// It quotes the phrases.
const RULES: &str = "infra/docs/plain-words.md";

/// The comments of a file, or its whole text if it is a document. Each line has its number.
fn prose(path: &str) -> Option<Vec<(usize, String)>> {
    let starts: &[&str] = match extension(path) {
        "rs" => &["//"],
        "js" | "css" => &["//", "*", "/*"],
        "" | "py" | "sh" | "toml" | "yaml" | "yml" => &["#"],
        "md" => &[""],
        _ => return None,
    };
    let text = read(path);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_start()));
    let prose = lines.filter(|(_, line)| starts.iter().any(|start| line.starts_with(start)));
    Some(prose.map(|(number, line)| (number, line.to_lowercase())).collect())
}

#[test]
fn comments_and_documents_name_their_subjects() {
    let (mut read, mut hiding) = (0, Vec::new());
    for path in files().into_iter().filter(|path| path != RULES) {
        let Some(lines) = prose(&path) else { continue };
        read += 1;
        for (number, line) in lines {
            hiding.extend(
                HIDING
                    .iter()
                    .filter(|phrase| contains(&line, phrase))
                    .map(|phrase| format!("{path}:{number}: \"{phrase}\"")),
            );
        }
    }
    assert!(hiding.is_empty(), "{RULES} has the repair for:\n{}", hiding.join("\n"));
    assert!(read > 400, "only {read} files");
}

/// Whether a line contains a phrase as whole words.
fn contains(line: &str, phrase: &str) -> bool {
    line.match_indices(phrase).any(|(at, _)| {
        let is_edge =
            |neighbour: Option<char>| neighbour.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
        is_edge(line[..at].chars().next_back()) && is_edge(line[at + phrase.len()..].chars().next())
    })
}

#[test]
fn a_phrase_is_found_as_whole_words() {
    assert!(contains("a client is told the wait", "is told") && contains("whoever", "whoever"));
    assert!(!contains("this told", "is told") && !contains("whoever_asks", "whoever"));
}
