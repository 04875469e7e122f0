//! The documents of the repository: README, `.github` and `infra/docs`.

use std::collections::BTreeSet;

use super::repository::{entries, read, root};

const DIRECTORIES: [&str; 4] = [".", ".github", "infra/docs", "infra/docs/decisions"];

/// A document in Markdown.
pub(crate) struct Document {
    /// The path from the root.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text without its blocks of code.
    prose: String,
    /// Its blocks of code.
    pub(crate) code: String,
}

/// A link of a document to a file of the repository.
pub(crate) struct Link {
    pub(crate) text: String,
    /// The path from the root.
    pub(crate) path: String,
    /// The heading, if the link has one.
    pub(crate) anchor: Option<String>,
}

/// All documents.
pub(crate) fn documents() -> Vec<Document> {
    let files = DIRECTORIES.into_iter().flat_map(entries);
    let files = files.filter(|file| file.extension().is_some_and(|kind| kind == "md"));
    let paths =
        files.map(|file| file.strip_prefix(root()).unwrap().to_str().unwrap().trim_start_matches("./").to_owned());
    paths.map(|path| Document::read(&path)).collect()
}

impl Document {
    /// Reads the document at a path from the root.
    pub(crate) fn read(path: &str) -> Self {
        let text = read(path);
        let (mut prose, mut code, mut is_code) = (String::new(), String::new(), false);
        for line in text.lines() {
            let fences = line.starts_with("```");
            is_code ^= fences;
            if !fences {
                let part = if is_code { &mut code } else { &mut prose };
                part.push_str(line);
                part.push('\n');
            }
        }
        assert!(!is_code, "{path} has a block of code without an end");
        Self { path: path.to_owned(), text, prose, code }
    }

    /// The texts in backticks outside blocks of code.
    pub(crate) fn spans(&self) -> impl Iterator<Item = &str> {
        self.prose.split('`').skip(1).step_by(2)
    }

    /// The links to files of the repository.
    pub(crate) fn links(&self) -> Vec<Link> {
        let targets = self.prose.match_indices("](").filter_map(|(at, mark)| {
            let (target, _) = self.prose[at + mark.len()..].split_once(')')?;
            let text = self.prose[..at].rsplit('[').next()?;
            (!target.contains("://")).then(|| (text.to_owned(), target))
        });
        targets.map(|(text, target)| self.link(text, target)).collect()
    }

    fn link(&self, text: String, target: &str) -> Link {
        let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
        let path = match path.strip_prefix('/') {
            Some(path) => path.to_owned(),
            None if path.is_empty() => self.path.clone(),
            None => {
                let directory = self.path.rsplit_once('/').map_or("", |(directory, _)| directory);
                joined(directory, path)
            }
        };
        Link { text, path, anchor: anchor.map(str::to_owned) }
    }

    /// The anchors that GitHub gives to the headings.
    pub(crate) fn anchors(&self) -> BTreeSet<String> {
        let headings = self.prose.lines().filter(|line| line.starts_with('#'));
        headings.map(|heading| anchor(heading.trim_start_matches('#').trim())).collect()
    }
}

/// A relative path from a directory, both from the root, as a path from the root.
fn joined(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => assert!(parts.pop().is_some(), "{path} leaves the repository"),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A heading in lower case, with hyphens for spaces and without punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The paths from the root of all files of the repository, without the outputs of builds.
pub(crate) fn files() -> Vec<String> {
    const OUTPUTS: [&str; 3] = ["target", "node_modules", "__pycache__"];
    let mut directories: Vec<String> = ["functions", "shared", "infra", ".ci", ".github"].map(str::to_owned).into();
    let top = entries(".").filter(|entry| entry.is_file());
    let mut files: Vec<String> = top.map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    while let Some(directory) = directories.pop() {
        for entry in entries(&directory) {
            let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
            let path = format!("{directory}/{name}");
            if !entry.is_dir() {
                files.push(path);
            } else if !OUTPUTS.contains(&name.as_str()) {
                directories.push(path);
            }
        }
    }
    files
}

/// The end of a path's name, without its dot.
pub(crate) fn extension(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, extension)| extension)
}
