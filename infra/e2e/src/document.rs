//! Parts of documents that tests generate from facts in the code.

use std::{env, fs};

use harness::workspace;

/// The environment variable that makes a test write its part instead of comparing it.
const ACCEPT: &str = "ACCEPT";

/// Asserts that a document, named by its path from the root, has this text between the marks `<!-- mark: … -->` and
/// `<!-- /mark -->`, each alone in its line. Writes the text there if `ACCEPT=1`.
pub fn assert_part(path: &str, mark: &str, text: &str) {
    let document = read(path);
    let (begin, end) = (format!("<!-- {mark}: "), format!("<!-- /{mark} -->"));
    let begins = document.find(&begin).and_then(|at| Some(at + document[at..].find('\n')? + 1));
    let begins = begins.unwrap_or_else(|| panic!("{path} has no line {begin}… -->"));
    let length = document[begins..].find(&end).unwrap_or_else(|| panic!("{path} has no line {end}"));
    let (before, after) = (&document[..begins], &document[begins + length..]);
    assert_document(path, &format!("{before}\n{}\n\n{after}", text.trim_end()));
}

/// Asserts that a document is this text. Writes it if `ACCEPT=1`.
pub fn assert_document(path: &str, text: &str) {
    let document = read(path);
    if document == text {
        return;
    }
    if env::var_os(ACCEPT).is_some() {
        fs::write(workspace().join(path), text).unwrap_or_else(|error| panic!("{path}: {error}"));
        return;
    }
    let differing = document.lines().zip(text.lines()).find(|(is, should)| is != should);
    let (is, should) = differing.unwrap_or_default();
    panic!("{path} is stale; `just accept` writes it again. It has\n{is}\nand should have\n{should}");
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
