//! The documents of the repository: README, `.github` and `infra/docs`.

use std::{collections::BTreeSet, fs, process::Command};

use super::repository::{read, root};

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
    files().iter().filter(|path| extension(path) == "md").map(|path| Document::read(path)).collect()
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

/// The paths from the root of all files of the repository: those that git knows, or without git all that no build made.
pub(crate) fn files() -> Vec<String> {
    known_to_git().unwrap_or_else(all)
}

fn known_to_git() -> Option<Vec<String>> {
    let listed = Command::new("git").arg("ls-files").current_dir(root()).output().ok()?;
    let paths = String::from_utf8(listed.stdout).ok().filter(|_| listed.status.success())?;
    // A file that was deleted is known until the next commit.
    Some(paths.lines().filter(|path| root().join(path).is_file()).map(str::to_owned).collect())
}

fn all() -> Vec<String> {
    const MADE: [&str; 6] = [".aws-sam", ".git", ".local", "__pycache__", "node_modules", "target"];
    let (mut directories, mut files) = (vec![root().to_owned()], Vec::new());
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if !entry.is_dir() {
                files.push(entry.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            } else if !MADE.iter().any(|name| entry.ends_with(name)) {
                directories.push(entry);
            }
        }
    }
    files
}

/// The end of a path's name, without its dot.
pub(crate) fn extension(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, extension)| extension)
}
