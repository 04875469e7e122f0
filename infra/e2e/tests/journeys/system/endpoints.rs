//! Every function of the template has its test file, with journeys, rows of the authorization matrix, crash points and
//! a cost.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::Path,
    process::Command,
};

use crate::support::{
    repository::{entries, read, root},
    rows::Row,
    template::{functions, socket_routes},
};

/// Functions that serve files, or the build. They make no calls, as their tests `calls_nobody` prove, and so have
/// neither crash points nor a cost.
const CALLING_NOBODY: [&str; 3] = ["docs", "version", "web-client"];

const JOURNEYS: &str = "infra/e2e/tests/journeys";

// The beginnings of calls, concatenated so that this file does not contain them.
const CRASH: &str = concat!("crash_points", "(");
const COST: &str = concat!(".cost", "(");

/// A file of these journeys.
struct File {
    /// Such as `messages::send_message`.
    module: String,
    text: String,
}

impl File {
    /// The first string literal in the arguments of each such call.
    fn first_texts(&self, call: &str) -> BTreeSet<String> {
        let calls = self.text.split(call).skip(1);
        calls.filter_map(|call| call.split('"').nth(1)).map(str::to_owned).collect()
    }

    /// The number of tests with neither crash points nor a cost.
    fn journeys(&self) -> usize {
        let tests = self.text.split("#[tokio::test]").skip(1);
        tests.filter(|test| !test.contains(CRASH) && !test.contains(COST)).count()
    }
}

/// All files of tests.
fn files() -> Vec<File> {
    let directories = entries(JOURNEYS).filter(|entry| entry.is_dir() && !entry.ends_with("support"));
    let sources = directories.flat_map(|directory| entries(directory.to_str().unwrap()));
    let sources = sources.filter(|source| source.extension().is_some_and(|extension| extension == "rs"));
    sources.map(|source| File { module: module(&source), text: read(source.to_str().unwrap()) }).collect()
}

fn module(source: &Path) -> String {
    let source = source.strip_prefix(root().join(JOURNEYS)).unwrap().with_extension("");
    source.to_str().unwrap().replace('/', "::")
}

/// The file of each function, by the function's short name.
fn by_function() -> BTreeMap<String, File> {
    let mut files: BTreeMap<String, File> =
        files().into_iter().map(|file| (file.module.rsplit("::").next().unwrap().replace('_', "-"), file)).collect();
    let functions = functions().into_iter().map(|function| function.name);
    let of = |name: String| {
        let file = files.remove(&name);
        let file = file.unwrap_or_else(|| panic!("{name} has no file {JOURNEYS}/*/{}.rs", name.replace('-', "_")));
        (name, file)
    };
    functions.map(of).collect()
}

/// The functions that call a service, with their files.
fn calling() -> impl Iterator<Item = (String, File)> {
    by_function().into_iter().filter(|(name, _)| !CALLING_NOBODY.contains(&name.as_str()))
}

/// Every test of this executable, such as `messages::send_message::gives_the_message`.
fn compiled() -> BTreeSet<String> {
    let listed = Command::new(env::current_exe().unwrap()).args(["--list", "--format", "terse"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn every_file_of_the_journeys_is_compiled() {
    let compiled = compiled();
    assert!(compiled.contains("system::endpoints::every_file_of_the_journeys_is_compiled"), "{compiled:?}");
    let in_no_directory: Vec<_> = entries(JOURNEYS).filter(|entry| entry.is_file()).collect();
    assert_eq!(in_no_directory, [root().join(JOURNEYS).join("main.rs")]);
    for File { module, .. } in files() {
        let module = format!("{module}::");
        // Cargo does not notice a new file. It builds the modules again once `main.rs` is newer.
        let advice = format!("touch {JOURNEYS}/main.rs, or let it declare the directory");
        assert!(compiled.iter().any(|test| test.starts_with(&module)), "{module} has no test that runs: {advice}");
    }
}

#[test]
fn every_function_has_its_journeys() {
    let without: Vec<_> = by_function().into_iter().filter(|(_, file)| file.journeys() == 0).collect();
    assert!(without.is_empty(), "no journeys: {:?}", without.iter().map(|(name, _)| name).collect::<Vec<_>>());
}

#[test]
fn every_row_stands_in_the_file_of_its_endpoint() {
    let mut served = socket_routes();
    for function in functions() {
        let routes = function.routes.into_iter();
        served.extend(routes.map(|(method, path)| (format!("{method} {path}/"), function.name.clone())));
    }
    for row in Row::all() {
        let stem = Path::new(row.file).file_stem().unwrap().to_str().unwrap().replace('_', "-");
        assert_eq!(served.get(row.route), Some(&stem), "the row of {}", row.route);
    }
}

#[test]
fn every_function_crashes_at_every_point() {
    let functions: BTreeSet<String> = functions().into_iter().map(|function| function.name).collect();
    let crashed: BTreeSet<String> = files().iter().flat_map(|file| file.first_texts(CRASH)).collect();
    assert!(crashed.is_subset(&functions), "{crashed:?}");
    for (name, file) in calling() {
        assert!(file.first_texts(CRASH).contains(&name), "{} has no crash points of {name}", file.module);
    }
}

#[test]
fn every_function_has_its_cost() {
    for (name, file) in calling() {
        assert!(file.first_texts(COST).contains(&name), "{} has no cost of {name}", file.module);
    }
}

#[test]
fn functions_without_crash_points_and_cost_call_nobody() {
    let compiled = compiled();
    for (name, file) in by_function().into_iter().filter(|(name, _)| CALLING_NOBODY.contains(&name.as_str())) {
        let test = format!("{}::calls_nobody", file.module);
        assert!(compiled.contains(&test), "{name} has no test {test}");
    }
}

#[test]
fn every_input_of_a_client_is_fuzzed() {
    let sources = rust_files(&root().join("shared"));
    // Inputs of unit tests need no fuzz target.
    let sources: Vec<&str> = sources.iter().filter_map(|source| source.split("#[cfg(test)]").next()).collect();
    let inputs = sources.iter().flat_map(|source| source.split("impl Input for ").skip(1));
    let inputs: BTreeSet<&str> = inputs.filter_map(|rest| rest.split(' ').next()).collect();
    assert!(inputs.contains("Draft"), "{inputs:?}");
    let targets = rust_files(&root().join("infra/fuzz/targets")).concat();
    for input in inputs {
        // An input that is a part of another one is fuzzed with it.
        let read = [format!("read::<{input}>("), format!("{input}::read(")];
        let is_read = targets.contains(&read[0]) || sources.iter().any(|source| source.contains(&read[1]));
        assert!(is_read, "no target in infra/fuzz/targets has {}", read[0]);
    }
}

/// The texts of all Rust files below a directory.
fn rust_files(directory: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in entries(directory.to_str().unwrap()) {
        if entry.is_dir() {
            texts.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            texts.push(read(entry.to_str().unwrap()));
        }
    }
    texts
}
