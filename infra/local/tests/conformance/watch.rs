//! `--watch`: the last build runs, and open sockets and running invocations are not disturbed.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::harness::{Runtime, eventually, template};

/// The real subject.
fn subject() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_local")).with_file_name("examples").join("subject")
}

/// An executable that runs the subject with another version. It replaces the old one in one step, as build tools do.
fn install(version: &str, executable: &Path) {
    let script = format!("#!/bin/sh\nVERSION={version} exec '{}'\n", subject().display());
    let draft = executable.with_extension("new");
    fs::write(&draft, script).unwrap();
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(&draft, executable).unwrap();
}

async fn version(runtime: &Runtime, path: &str) -> String {
    runtime.get(path).await.headers()["x-version"].to_str().unwrap().to_owned()
}

async fn becomes(runtime: &Runtime, expected: &str) {
    let what = format!("version {expected}; log: {}", runtime.log());
    eventually(&what, async || version(runtime, "/subject").await == expected).await;
}

async fn watching(functions: &Path, template: &Path) -> Runtime {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.args(["--memory", "--port", "0", "--watch", "--template"]).arg(template);
    command.arg("--functions").arg(functions);
    Runtime::run(command).await
}

#[tokio::test]
async fn an_executable_that_is_replaced_serves_the_next_events_and_sockets_stay_open() {
    let functions = tempfile::tempdir().unwrap();
    let executable = functions.path().join("subject");
    install("one", &executable);
    let runtime = watching(functions.path(), &template()).await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    assert_eq!(version(&runtime, "/patient").await, "one");

    let gates = tempfile::tempdir().unwrap();
    let gate = gates.path().join("gate");
    let served = runtime.http.get(format!("{}/patient?do=wait_for&with={}", runtime.url, gate.display()));
    let served = tokio::spawn(served.send());
    eventually("an event that is being served", async || gate.with_extension("begun").exists()).await;
    install("two", &executable);
    becomes(&runtime, "two").await;
    assert_eq!(version(&runtime, "/patient").await, "two");
    fs::write(&gate, "").unwrap();
    assert_eq!(served.await.unwrap().unwrap().headers()["x-version"], "one", "served to its end where it began");
    assert_eq!(version(&runtime, "/patient").await, "two");
    assert_eq!(socket.id().await, id, "the same socket");
    runtime.says("replaced in ").await;
}

/// The system refuses to write into a file that runs.
#[tokio::test]
async fn an_executable_may_be_written_over_while_it_runs() {
    let functions = tempfile::tempdir().unwrap();
    let executable = functions.path().join("subject");
    fs::copy(subject(), &executable).unwrap();
    let runtime = watching(functions.path(), &template()).await;
    assert_eq!(version(&runtime, "/subject").await, "");
    fs::write(&executable, format!("#!/bin/sh\nVERSION=two exec '{}'\n", subject().display())).unwrap();
    becomes(&runtime, "two").await;
}

#[tokio::test]
async fn an_executable_that_is_gone_leaves_the_running_one() {
    let functions = tempfile::tempdir().unwrap();
    let executable = functions.path().join("subject");
    install("one", &executable);
    let runtime = watching(functions.path(), &template()).await;
    fs::remove_file(&executable).unwrap();
    runtime.says("still running the last build that worked").await;
    assert_eq!(version(&runtime, "/subject").await, "one");
    install("two", &executable);
    becomes(&runtime, "two").await;
}

/// A workspace that builds fast: its function runs the subject with a version from another package.
fn workspace(library: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("Cargo.toml", "[workspace]\nresolver = '3'\nmembers = ['functions/subject', 'words']\n");
    write("words/Cargo.toml", "[package]\nname = 'words'\nedition = '2024'\n");
    write("words/src/lib.rs", library);
    write("more words/version", "one");
    let manifest = "[package]\nname = 'subject'\nedition = '2024'\n[dependencies]\nwords = { path = '../../words' }\n";
    write("functions/subject/Cargo.toml", manifest);
    let main = format!(
        "use std::{{os::unix::process::CommandExt, process::Command}};\n\
         fn main() {{ panic!(\"{{}}\", Command::new(r\"{}\").env(\"VERSION\", words::VERSION).exec()) }}\n",
        subject().display()
    );
    write("functions/subject/src/main.rs", &main);
    let source = fs::read_to_string(template()).unwrap();
    write("template.yaml", &source.replace("CodeUri: infra/local", "CodeUri: functions/subject"));
    directory
}

async fn building(workspace: &Path) -> Runtime {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.args(["--memory", "--port", "0", "--watch", "--template"]).arg(workspace.join("template.yaml"));
    // The tests' own target directory is locked by cargo, and contains another `subject`.
    command.env_remove("CARGO_TARGET_DIR");
    Runtime::run(command).await
}

#[tokio::test]
async fn sources_that_change_are_built_and_a_build_that_fails_changes_nothing() {
    let workspace = workspace("pub const VERSION: &str = \"one\";\n");
    let runtime = building(workspace.path()).await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    assert_eq!(version(&runtime, "/subject").await, "one");

    let library = workspace.path().join("words/src/lib.rs");
    fs::write(&library, "pub const VERSION: &str = 2;\n").unwrap();
    runtime.says("still running the last build that worked").await;
    assert!(runtime.log().contains("error[E0308]"), "{}", runtime.log());
    assert_eq!(version(&runtime, "/subject").await, "one");

    fs::write(&library, "pub const VERSION: &str = \"two\";\n").unwrap();
    becomes(&runtime, "two").await;
    assert_eq!(socket.id().await, id, "the same socket");
}

/// Included files are known only after a build, the first one or a later one.
#[tokio::test]
async fn a_file_that_a_source_includes_from_elsewhere_is_built_again() {
    let including = |file: &str| format!("pub const VERSION: &str = include_str!(\"../../{file}\");\n");
    let workspace = workspace(&including("more words/version"));
    let path = |file: &str| workspace.path().join(file);
    let runtime = building(workspace.path()).await;
    assert_eq!(version(&runtime, "/subject").await, "one");
    fs::write(path("more words/version"), "two").unwrap();
    becomes(&runtime, "two").await;

    fs::create_dir(path("2026")).unwrap();
    fs::write(path("2026/version"), "three").unwrap();
    fs::write(path("words/src/lib.rs"), including("2026/version")).unwrap();
    becomes(&runtime, "three").await;
    fs::write(path("2026/version"), "four").unwrap();
    becomes(&runtime, "four").await;
}

#[tokio::test]
async fn a_template_that_changes_is_told_by_what_has_changed() {
    let directory = tempfile::tempdir().unwrap();
    install("one", &directory.path().join("subject"));
    let changing = directory.path().join("template.yaml");
    let source = fs::read_to_string(template()).unwrap();
    fs::write(&changing, &source).unwrap();
    let runtime = watching(directory.path(), &changing).await;
    fs::write(&changing, source.replace("MemorySize: 512", "MemorySize: 1024")).unwrap();
    runtime.says("template.yaml has changed (Subject): stop and start again for it to take effect").await;
    fs::write(&changing, source.replace("!Ref Events", "!Ref Nothing")).unwrap();
    runtime.says("`Nothing` is neither a parameter nor a resource of the template").await;
}
