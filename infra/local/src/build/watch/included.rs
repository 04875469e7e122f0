//! The source files of an executable, as cargo lists them after the build.
//!
//! <https://doc.rust-lang.org/cargo/reference/build-cache.html#dep-info-files>

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// The source files of `executable`, without those of published crates.
pub(super) fn of(executable: &Path, root: &Path) -> Result<Vec<PathBuf>> {
    let file = executable.with_extension("d");
    let rules = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    // Relative only if the developer has set `build.dep-info-basedir`.
    Ok(prerequisites(&rules).into_iter().map(|path| root.join(path)).collect())
}

/// The words after the colons of rules for make.
fn prerequisites(rules: &str) -> Vec<String> {
    let rules = rules.lines().filter_map(|rule| rule.split_once(": "));
    rules.flat_map(|(_, paths)| words(paths)).collect()
}

/// Splits a line at its spaces. A space within a word has a backslash.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let is_escaped = character == '\\' && characters.next_if_eq(&' ').is_some();
        match words.last_mut() {
            Some(word) if is_escaped => word.push(' '),
            Some(word) if character != ' ' => word.push(character),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_the_words_after_the_colon() {
        let rules = "/w/target/debug/a: /w/a/src/main.rs /w/a\\ few/words.txt  /w/b\\c\n\n/w/x: y\n";
        assert_eq!(prerequisites(rules), ["/w/a/src/main.rs", "/w/a few/words.txt", "/w/b\\c", "y"]);
        assert!(prerequisites("/w/target/debug/a:\n").is_empty());
    }
}
