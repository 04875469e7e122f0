//! The names in the documents: links, files, definitions, tests, resources and commands exist.

use std::collections::BTreeSet;

use crate::support::{
    documents::{Document, documents, extension, files},
    repository::{read, root, yaml},
};

/// A span with one of these is not a name, but a pattern or a phrase.
const PLACEHOLDERS: [char; 8] = ['<', '*', '{', '$', '…', ' ', '\n', '('];

/// It names parts that earlier versions had.
const CHANGE_LOG: &str = "infra/docs/changelog.md";

/// The names that a test has looked up.
#[derive(Default)]
struct Names {
    count: usize,
    unknown: Vec<String>,
}

impl Names {
    fn expect(&mut self, exists: bool, document: &Document, name: &str) {
        self.count += 1;
        if !exists {
            self.unknown.push(format!("{} names {name}", document.path));
        }
    }

    /// Asserts that all names exist. A test that finds too few names does not find them any more.
    fn all_exist(self, at_least: usize) {
        assert!(self.unknown.is_empty(), "these do not exist:\n{}", self.unknown.join("\n"));
        assert!(self.count >= at_least, "only {} names", self.count);
    }
}

#[test]
fn every_link_of_a_document_has_its_file_and_heading() {
    let mut names = Names::default();
    for document in documents() {
        for link in document.links() {
            let exists = root().join(&link.path).exists();
            names.expect(exists, &document, &link.path);
            if let Some(anchor) = link.anchor.filter(|_| exists) {
                let has_heading = Document::read(&link.path).anchors().contains(&anchor);
                names.expect(has_heading, &document, &format!("{}#{anchor}", link.path));
            }
        }
    }
    names.all_exist(100);
}

#[test]
fn every_document_can_be_reached_from_the_readme() {
    // GitHub puts the template into the form of a pull request.
    let mut reached = BTreeSet::from([".github/pull_request_template.md".to_owned()]);
    let mut next = vec!["README.md".to_owned()];
    while let Some(path) = next.pop() {
        if root().join(&path).exists() && reached.insert(path.clone()) {
            let links = Document::read(&path).links().into_iter().map(|link| link.path);
            next.extend(links.filter(|path| extension(path) == "md"));
        }
    }
    let all: BTreeSet<String> = documents().into_iter().map(|document| document.path).collect();
    assert_eq!(all, reached);
}

#[test]
fn every_file_that_a_document_names_exists() {
    const TOP: [&str; 5] = ["functions/", "shared/", "infra/", ".ci/", ".github/"];
    const EXTENSIONS: [&str; 10] = ["cjs", "js", "json", "md", "mjs", "png", "py", "rs", "toml", "yaml"];
    let files = files();
    let mut names = Names::default();
    for document in documents() {
        for span in document.spans().filter(|span| !span.contains(PLACEHOLDERS)) {
            if TOP.iter().any(|top| span.starts_with(top)) {
                names.expect(root().join(span).exists(), &document, span);
            } else if EXTENSIONS.contains(&extension(span)) && !span.starts_with('/') {
                let is_file = files.iter().any(|file| file == span || file.ends_with(&format!("/{span}")));
                // An example of the document may write it.
                names.expect(is_file || document.code.contains(span), &document, span);
            }
        }
    }
    names.all_exist(100);
}

/// Words such as `<name>` stand for an endpoint, here for `read-message`.
#[test]
fn every_file_that_the_steps_of_an_endpoint_name_exists() {
    let steps = Document::read("infra/docs/adding-an-endpoint.md");
    let mut names = Names::default();
    for span in steps.spans().filter(|span| span.contains('<') && span.contains('/')) {
        let path = span.replace("<group>", "messages").replace("<name>", "read_message");
        // The type of this body has the name of its noun.
        let path = path.replace("domain/src/messages/read_message.rs", "domain/src/messages/read_mark.rs");
        names.expect(root().join(&path).exists(), &steps, span);
    }
    names.all_exist(5);
}

/// A link such as [`name`](file.rs) stands for a definition in the file: a test, a function, a type.
#[test]
fn every_definition_that_a_document_links_is_in_its_file() {
    let mut names = Names::default();
    for document in documents() {
        let is_source = |path: &str| ["py", "rs"].contains(&extension(path)) && root().join(path).exists();
        for link in document.links().into_iter().filter(|link| is_source(&link.path)) {
            if let Some(name) = link.text.strip_prefix('`').and_then(|text| text.strip_suffix('`')) {
                let finding = format!("{name} in {}", link.path);
                names.expect(defines(&read(&link.path), name), &document, &finding);
            }
        }
    }
    names.all_exist(100);
}

fn defines(source: &str, name: &str) -> bool {
    const KEYWORDS: [&str; 7] = ["const", "def", "enum", "fn", "struct", "trait", "type"];
    let ends = |rest: &str| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    KEYWORDS.iter().any(|keyword| source.split(&format!("{keyword} {name}")).skip(1).any(ends))
}

/// A name of four words and more is that of a test.
#[test]
fn every_test_that_a_document_names_exists() {
    let sources = files().into_iter().filter(|file| ["py", "rs"].contains(&extension(file)));
    let sources: Vec<String> = sources.map(|file| read(&file)).collect();
    let is_word = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let mut names = Names::default();
    for document in documents() {
        for span in document.spans().filter(|span| span.matches('_').count() > 2 && span.chars().all(is_word)) {
            names.expect(sources.iter().any(|source| defines(source, span)), &document, span);
        }
    }
    names.all_exist(50);
}

#[test]
fn every_part_of_the_template_that_a_document_names_exists() {
    const SUFFIXES: [&str; 10] =
        ["Alarm", "Api", "Bucket", "Function", "Metric", "Role", "Secret", "Table", "Target", "Url"];
    let templates = ["template.yaml", "infra/bootstrap.yaml", "infra/waf.yaml"].map(yaml);
    let keys = |section: &str| -> BTreeSet<String> {
        let sections = templates.iter().map(|template| template[section].as_mapping().unwrap());
        sections.flat_map(|section| section.keys()).map(|key| key.as_str().unwrap().to_owned()).collect()
    };
    let parts: BTreeSet<String> = ["Resources", "Outputs", "Parameters"].into_iter().flat_map(keys).collect();
    let is_part = |word: &&str| {
        let is_upper = |letter: char| letter.is_ascii_uppercase();
        word.starts_with(is_upper)
            && word[1..].contains(is_upper)
            && SUFFIXES.iter().any(|suffix| word.ends_with(suffix))
    };
    let mut names = Names::default();
    for document in documents().into_iter().filter(|document| document.path != CHANGE_LOG) {
        for word in document.text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(is_part) {
            names.expect(parts.contains(word), &document, word);
        }
        for rest in document.text.split("--parameter-overrides ").skip(1) {
            for (name, _) in rest.split_whitespace().map_while(|word| word.split_once('=')) {
                let name = name.trim_start_matches(['"', '\'']);
                names.expect(parts.contains(name), &document, &format!("the parameter {name}"));
            }
        }
    }
    names.all_exist(20);
}

#[test]
fn every_target_that_a_document_names_exists() {
    let files = files();
    let mut names = Names::default();
    for document in documents() {
        for (option, places) in [
            ("--test ", &["/tests/NAME.rs", "/tests/NAME/main.rs"][..]),
            ("--bin ", &["/src/bin/NAME.rs", "/NAME/src/main.rs"][..]),
            ("--example ", &["/examples/NAME.rs"][..]),
        ] {
            for rest in document.text.split(option).skip(1) {
                let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '-').unwrap_or(rest.len());
                let name = &rest[..length];
                let is_at = |place: &str| files.iter().any(|file| file.ends_with(&place.replace("NAME", name)));
                names.expect(places.iter().any(|place| is_at(place)), &document, &format!("{option}{name}"));
            }
        }
    }
    names.all_exist(10);
}

#[test]
fn every_step_and_recipe_that_a_document_names_exists() {
    let (steps, recipes) = (steps(), read(".justfile"));
    let mut names = Names::default();
    for document in documents() {
        for span in document.spans() {
            let of_steps = [".ci/run ", ".ci/prove "].iter().find_map(|command| span.strip_prefix(command));
            for name in
                of_steps.into_iter().flat_map(|names| names.split(' ')).take_while(|name| !name.starts_with("--"))
            {
                names.expect(steps.contains(name), &document, &format!("the step {name}"));
            }
            if let Some(name) = span.strip_prefix("just ").and_then(|recipe| recipe.split(' ').next()) {
                let exists = recipes.lines().any(|line| line.split([' ', ':']).next() == Some(name));
                names.expect(exists, &document, &format!("the recipe {name}"));
            }
        }
    }
    names.all_exist(10);
}

#[test]
fn testing_explains_every_step() {
    let testing = Document::read("infra/docs/testing.md");
    let explained: BTreeSet<String> = testing.spans().map(str::to_owned).collect();
    let missing: Vec<String> = steps().into_iter().filter(|step| !explained.contains(step)).collect();
    assert!(missing.is_empty(), "{} does not explain {missing:?}", testing.path);
}

/// The steps of `.ci/prove`.
fn steps() -> BTreeSet<String> {
    let text = read(".ci/steps.sh");
    let (_, rows) = text.split_once("\nSTEPS='\n").unwrap();
    let (rows, _) = rows.split_once("\n'").unwrap();
    rows.lines().map(|row| row.split(' ').next().unwrap().to_owned()).collect()
}
