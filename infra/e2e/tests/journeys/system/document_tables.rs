//! The tables in the documents have the facts of the code and of the template. `just accept` writes those that are only facts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use e2e::{assert_document, assert_part};

use crate::support::{
    asyncapi::frames,
    documents::{Document, documents},
    repository::{entries, read, yaml},
    template::functions,
};

#[test]
fn readme_and_architecture_have_a_row_for_every_crate() {
    for file in ["README.md", "infra/docs/architecture.md"] {
        let text = read(file);
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
        for directory in ["infra", "shared"] {
            let crates = entries(directory).filter(|entry| entry.join("Cargo.toml").is_file());
            for name in crates.map(|entry| entry.file_name().unwrap().to_str().unwrap().to_owned()) {
                let path = format!("`{directory}/{name}`");
                assert!(rows.iter().any(|row| row.contains(&path)), "{file} has no row for {path}");
            }
        }
    }
}

#[test]
fn every_decision_has_a_date_options_and_a_row() {
    let architecture = Document::read("infra/docs/architecture.md");
    let linked: BTreeSet<String> = architecture.links().into_iter().map(|link| link.path).collect();
    let decisions = documents().into_iter().filter(|document| document.path.starts_with("infra/docs/decisions/"));
    for (number, Document { path, text, .. }) in (1..).zip({
        let mut decisions: Vec<_> = decisions.collect();
        decisions.sort_by(|one, other| one.path.cmp(&other.path));
        decisions
    }) {
        assert!(path.starts_with(&format!("infra/docs/decisions/{number:04}-")), "{path} is not number {number}");
        assert!(text.starts_with(&format!("# {number}. ")), "{path} has another number in its title");
        for part in ["\nDate: 20", "\n## Context\n", "\n## Options\n", "\n## Decision\n", "\n## Consequences\n"] {
            assert!(text.contains(part), "{path} has no {part:?}");
        }
        assert!(linked.contains(&path), "{} has no row for {path}", architecture.path);
    }
}

#[test]
fn the_tour_names_every_frame_of_a_socket() {
    let mut table = "| direction | `type` | meaning |\n|---|---|---|\n".to_owned();
    for (direction, operation) in [("to the server", "talk"), ("to the client", "listen")] {
        for (kind, title) in frames(operation) {
            writeln!(table, "| {direction} | `{kind}` | {title} |").unwrap();
        }
    }
    assert_part("infra/docs/tour.md", "frames", &table);
}

#[test]
fn operations_has_every_parameter_with_its_default() {
    let template = yaml("template.yaml");
    let parameters = template["Parameters"].as_mapping().unwrap().iter();
    let default = |parameter: &saphyr::Yaml| {
        let default = &parameter["Default"];
        default.as_str().map(str::to_owned).or_else(|| default.as_integer().map(|number| number.to_string())).unwrap()
    };
    let parameters = parameters.map(|(name, parameter)| (name.as_str().unwrap().to_owned(), default(parameter)));
    let text = read("infra/docs/operations.md");
    let (_, rows) = text.split_once("| parameter | default | meaning |\n|---|---|---|\n").unwrap();
    let rows = rows.lines().take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| {
        let mut cells = row.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`']));
        let (name, default) = (cells.next().unwrap(), cells.next().unwrap().replace(',', ""));
        (name.to_owned(), if default == "none" { String::new() } else { default })
    });
    assert_eq!(cells.collect::<Vec<_>>(), parameters.collect::<Vec<_>>());
}

/// `ClientIds` as the documents have it: `client_ids`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[test]
fn the_architecture_names_the_writers_of_every_table() {
    let file = "infra/docs/architecture.md";
    let mut written = BTreeMap::<String, BTreeSet<String>>::new();
    for function in functions() {
        for table in function.writes {
            let name = match table.as_str() {
                // A push forgets the sockets that are gone. `connect` writes more than that.
                "Connections" if function.pushes && function.name != "connect" => "pushes",
                "Paces" => "authenticated calls",
                _ => &function.name,
            };
            written.entry(snake_case(&table)).or_default().insert(name.to_owned());
        }
    }
    let text = read(file);
    let header = "| table | key | content | written by |\n|---|---|---|---|\n";
    let (before, rows) = text.split_once(header).unwrap();
    let (mut named, mut lines) = (header.to_owned(), rows.lines());
    for line in lines.by_ref().take_while(|line| line.starts_with("| ")) {
        let (facts, _) = line.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        let table = facts.trim_start_matches("| ").split(" | ").next().unwrap();
        let writers =
            written.remove(table).unwrap_or_else(|| panic!("{file} names a table {table}, to which nothing writes"));
        writeln!(named, "{facts} | {} |", writers.into_iter().collect::<Vec<_>>().join(", ")).unwrap();
    }
    assert!(written.is_empty(), "{file} has no row for {written:?}");
    let after = lines.collect::<Vec<_>>().join("\n");
    assert_document(file, &format!("{before}{named}\n{after}\n"));
}
