//! The repository: its modules, template, descriptions and documents are complete and agree with one another.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use e2e::{assert_document, assert_part};

use crate::support::{
    openapi::operations,
    repository::{entries, read, root, yaml},
    template::{Function, functions, socket_routes},
};

/// The endpoints that need no token, because they create the user or the token.
const PUBLIC: [&str; 2] = ["/auth/login", "/auth/register"];
/// The functions that serve files, without a token.
const PAGES: [&str; 2] = ["docs", "web-client"];

/// The keys of the object at `path` in a file.
fn keys(file: &str, path: &[&str]) -> BTreeSet<String> {
    let document = yaml(file);
    let object = path.iter().fold(&document, |object, name| &object[*name]);
    object.as_mapping().unwrap().keys().map(|key| key.as_str().unwrap().to_owned()).collect()
}

/// Type and title of the frames of an operation in `asyncapi.yaml`.
fn frames(operation: &str) -> BTreeMap<String, String> {
    let asyncapi = yaml("infra/asyncapi.yaml");
    let messages = asyncapi["operations"][operation]["messages"].as_sequence().unwrap().iter();
    let names = messages.map(|message| message["$ref"].as_str().unwrap().rsplit('/').next().unwrap());
    let frame = |name: &str| {
        let message = &asyncapi["components"]["messages"][name];
        ["name", "title"].map(|field| message[field].as_str().unwrap().to_owned())
    };
    names.map(frame).map(|[name, title]| (name, title)).collect()
}

/// The functions of the REST API.
fn endpoints() -> impl Iterator<Item = Function> {
    functions().into_iter().filter(|function| !function.routes.is_empty() && !PAGES.contains(&function.name.as_str()))
}

/// The route of a function, without its other one for the trailing slash.
fn route(function: &Function) -> Option<&(String, String)> {
    function.routes.iter().find(|(_, path)| !path.ends_with("/{proxy+}"))
}

/// The functions of a package: its modules that serve. Empty if the package itself is the function.
fn modules(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(modules(&path));
        } else if fs::read_to_string(&path).unwrap().contains("pub(crate) async fn serve(") {
            found.push(path.file_stem().unwrap().to_str().unwrap().replace('_', "-"));
        }
    }
    found
}

#[test]
fn every_module_of_a_function_is_in_the_template_and_the_reverse() {
    let mut there = BTreeSet::new();
    for entry in fs::read_dir(root().join("functions")).unwrap() {
        let package = entry.unwrap().file_name().into_string().unwrap();
        let mut names = modules(&root().join("functions").join(&package).join("src"));
        if names.is_empty() {
            names.push(package.clone());
        }
        there.extend(names.into_iter().map(|name| (format!("functions/{package}"), name)));
    }
    let in_template = functions().into_iter().map(|Function { directory, name, .. }| (directory, name));
    assert_eq!(there, in_template.collect());
}

/// A module that is not listed is not compiled, and a function whose module is not listed does not start.
#[test]
fn every_executable_lists_the_modules_of_its_functions() {
    for package in fs::read_dir(root().join("functions")).unwrap() {
        let source = package.unwrap().path().join("src");
        let main = fs::read_to_string(source.join("main.rs")).unwrap();
        let Some((_, listed)) = main.split_once("lambda::functions! {") else {
            assert!(modules(&source).is_empty(), "{} lists no functions", source.display());
            continue;
        };
        let listed: BTreeSet<&str> =
            listed.split(|character: char| !(character.is_alphanumeric() || character == '_')).collect();
        for module in modules(&source) {
            assert!(listed.contains(module.replace('-', "_").as_str()), "{}/main.rs lacks {module}", source.display());
        }
    }
}

#[test]
fn every_route_is_there_with_its_trailing_slash() {
    for function in endpoints() {
        let (method, path) = route(&function).unwrap();
        let both = [path.clone(), format!("{path}/{{proxy+}}")].map(|path| (method.clone(), path));
        assert_eq!(function.routes, BTreeSet::from(both), "{}", function.name);
    }
}

#[test]
fn no_endpoint_is_for_everybody_but_those_that_give_the_token() {
    let pages = functions().into_iter().filter(|function| PAGES.contains(&function.name.as_str()));
    let pages: BTreeSet<String> = pages.flat_map(|page| page.routes).map(|(_, path)| path).collect();
    let public = operations().into_iter().filter(|(_, path, public)| *public && !pages.contains(path));
    let public: BTreeSet<String> = public.map(|(_, path, _)| path).collect();
    assert_eq!(public, PUBLIC.map(str::to_owned).into());
}

#[test]
fn the_openapi_file_describes_every_route_and_no_other() {
    let routes = functions().into_iter().flat_map(|function| function.routes);
    let routes: BTreeSet<(String, String)> = routes.filter(|(_, path)| !path.ends_with("/{proxy+}")).collect();
    let described = operations().into_iter().map(|(method, path, _)| (method.to_string(), path)).collect();
    assert_eq!(routes, described);
}

#[test]
fn every_call_may_be_too_much() {
    for path in keys("infra/openapi.yaml", &["paths"]) {
        for method in keys("infra/openapi.yaml", &["paths", &path]).into_iter().filter(|key| key != "parameters") {
            let statuses = keys("infra/openapi.yaml", &["paths", &path, &method, "responses"]);
            assert!(statuses.contains("429"), "{method} {path}");
        }
    }
}

#[test]
fn the_asyncapi_file_describes_every_route_of_the_sockets_and_no_other() {
    let named: BTreeSet<String> = socket_routes().into_keys().filter(|route| !route.starts_with('$')).collect();
    let mut described: BTreeSet<String> = frames("talk").into_keys().collect();
    // A ping has no route, because `$default` answers it.
    described.remove("ping");
    assert_eq!(described, named);
}

#[test]
fn every_crate_keeps_to_the_lints_of_the_workspace() {
    let directories = ["functions", "infra", "shared"].into_iter().flat_map(entries);
    let manifests = directories.map(|directory| directory.join("Cargo.toml"));
    for manifest in manifests.filter(|manifest| manifest.is_file()) {
        let text = fs::read_to_string(&manifest).unwrap();
        // The fuzzer's macro exports a symbol, which counts as unsafe. The fuzz targets are not deployed.
        let is_workspace = text.contains("[workspace]");
        assert!(is_workspace || text.contains("[lints]\nworkspace = true\n"), "{}", manifest.display());
    }
    assert!(read("Cargo.toml").contains("unsafe_code = \"forbid\""));
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let text = read(".github/SECURITY.md");
    // `[name](/path)`
    let links = text.split('[').skip(1).filter_map(|link| link.split_once(')')?.0.split_once("](/"));
    let mut tests = 0;
    for (name, path) in links {
        let file = read(path);
        if let Some(test) = name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
            assert!(["fn", "def"].iter().any(|word| file.contains(&format!("{word} {test}("))), "{path} has no {test}");
            tests += 1;
        }
    }
    assert!(tests > 50, "{tests}");
}

/// Words such as `<name>` stand for an endpoint, here for `read-message`.
#[test]
fn every_file_that_the_steps_of_an_endpoint_name_is_there() {
    let text = read("infra/docs/adding-an-endpoint.md");
    let spans = text.split('`').skip(1).step_by(2).filter(|span| !span.contains(['\n', ' ', '*', '{']));
    let top: Vec<_> = entries(".").map(|entry| entry.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    let mut files = 0;
    for span in spans.filter(|span| top.iter().any(|name| span.split('/').next() == Some(name))) {
        let path = span.replace("<group>", "messages").replace("<name>", "read_message");
        // The type of its body is in another file.
        let path = path.replace("domain/src/read_message.rs", "domain/src/message.rs");
        assert!(root().join(&path).exists(), "infra/docs/adding-an-endpoint.md names {span}, which is not there");
        files += 1;
    }
    assert!(files > 20, "{files}");
}

/// Spans in backticks that begin with a directory of the repository are paths, unless they contain a placeholder.
#[test]
fn every_path_that_a_document_names_is_there() {
    const PLACES: [&str; 6] = [".", ".github", "infra", "infra/docs", "infra/docs/decisions", "infra/load"];
    const TOP: [&str; 5] = ["functions/", "shared/", "infra/", ".ci/", ".github/"];
    let mut paths = 0;
    for document in
        PLACES.into_iter().flat_map(entries).filter(|entry| entry.extension().is_some_and(|kind| kind == "md"))
    {
        let text = fs::read_to_string(&document).unwrap();
        let spans = text.split('`').filter(|span| TOP.iter().any(|top| span.starts_with(top)));
        for span in spans.filter(|span| !span.contains(['<', '*', '{', '$', '…', ' ', '\n'])) {
            assert!(root().join(span).exists(), "{} names {span}, which is not there", document.display());
            paths += 1;
        }
    }
    assert!(paths > 100, "{paths}");
}

#[test]
fn readme_and_architecture_have_a_row_for_every_crate() {
    for file in ["README.md", "infra/ARCHITECTURE.md"] {
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
fn the_readme_names_every_frame_of_a_socket() {
    let mut table = "| direction | `type` | meaning |\n|---|---|---|\n".to_owned();
    for (direction, operation) in [("to the server", "talk"), ("to the client", "listen")] {
        for (kind, title) in frames(operation) {
            writeln!(table, "| {direction} | `{kind}` | {title} |").unwrap();
        }
    }
    assert_part("README.md", "frames", &table);
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
    let file = "infra/ARCHITECTURE.md";
    let mut written = BTreeMap::<String, BTreeSet<String>>::new();
    for function in functions() {
        for table in function.writes {
            // A push removes dead sockets.
            let name = if table == "Connections" && function.pushes { "pushes" } else { &function.name };
            written.entry(snake_case(&table)).or_default().insert(name.to_owned());
        }
    }
    let text = read(file);
    let header = "| table | key | what it holds | who writes |\n|---|---|---|---|\n";
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
