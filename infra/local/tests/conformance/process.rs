//! The runtime as a process: its end leaves no process and no data behind, and a failed start has one clear sentence.

use std::{fs, path::Path, process::Output};

use crate::{
    harness::{self, Runtime, eventually, template},
    s3::Signer,
};

/// The functions' processes of the runtime at `url`.
fn children(url: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    let ours = |process: &Path| {
        fs::read(process.join("environ"))
            .is_ok_and(|environment| String::from_utf8_lossy(&environment).contains(&format!("{url}\0")))
    };
    processes.filter(|process| ours(process)).map(|process| process.display().to_string()).collect()
}

async fn leaves_no_child(signal: &str, code: Option<i32>) {
    let runtime = Runtime::start().await;
    let url = runtime.url.clone();
    runtime.get("/subject").await;
    let busy = runtime.http.get(format!("{url}/patient?do=sleep&with=50000"));
    tokio::spawn(async move { busy.send().await.is_ok() });
    eventually("a busy and an idle instance", async || children(&url).len() == 2).await;
    assert_eq!(runtime.signal(signal).await, code);
    eventually("the end of all instances", async || children(&url).is_empty()).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn sigterm_and_ctrl_c_leave_no_child() {
    leaves_no_child("TERM", Some(0)).await;
    leaves_no_child("INT", Some(0)).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn kill_9_leaves_no_child_even_if_it_is_busy() {
    leaves_no_child("KILL", None).await;
}

/// With `--memory` no data is kept, not even objects, which were on disk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn kill_9_leaves_no_object() {
    let temporary = tempfile::tempdir().unwrap();
    let is_empty = || fs::read_dir(temporary.path()).unwrap().next().is_none();
    let mut command = harness::command(&template(), &["--memory"]);
    command.env("TMPDIR", temporary.path());
    let runtime = Runtime::run(command).await;
    Signer::developer(&runtime).put("a", "bytes").await;
    assert!(!is_empty());
    runtime.signal("KILL").await;
    eventually("the end of the objects", async || is_empty()).await;
}

/// The error of a runtime that does not start.
fn fails(template: &Path, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = harness::command(template, arguments).output().unwrap();
    assert_eq!((status.code(), stdout.len()), (Some(1), 0));
    String::from_utf8(stderr).unwrap()
}

#[test]
fn every_address_at_once_is_one_clear_sentence() {
    for every in ["0.0.0.0", "::"] {
        let sentence = fails(&template(), &["--memory", "--listen", every]);
        assert!(sentence.contains("--listen takes one address of this machine"), "{sentence}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_one_clear_sentence() {
    let runtime = Runtime::start().await;
    let port = runtime.url.rsplit_once(':').unwrap().1;
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_local"));
    let command = command.arg("--template").arg(template()).args(["--memory", "--port", port]);
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(1));
    let expected = format!(
        "error: port {port} is in use (`lsof -i :{port}` shows by which program); choose another with --port (0 takes any \
         free one)\n"
    );
    assert_eq!(String::from_utf8(stderr).unwrap(), expected);
}

#[tokio::test]
async fn a_data_directory_in_use_is_one_clear_sentence() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let _runtime = Runtime::with(&["--data", data]).await;
    let expected =
        format!("error: {data} is in use by another local runtime; stop it, or choose another directory with --data\n");
    assert_eq!(fails(&template(), &["--data", data]), expected);
}

#[test]
fn a_broken_template_is_one_clear_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let broken = directory.path().join("template.yaml");
    let says = |from: &str, to: &str, sentence: &str| {
        fs::write(&broken, fs::read_to_string(template()).unwrap().replacen(from, to, 1)).unwrap();
        assert_eq!(fails(&broken, &["--memory"]), format!("error: {}: {sentence}\n", broken.display()));
    };
    let source = fs::read_to_string(template()).unwrap();
    let line = |resource: &str| source.lines().position(|line| line == format!("  {resource}:")).unwrap() + 1;
    says(
        "Ref Events",
        "Ref Nothing",
        &format!(
            "Subject (line {}): in `Environment`: in `Variables`: in `EVENTS_TABLE`: `Nothing` is neither a parameter nor a resource of the template",
            line("Subject")
        ),
    );
    says(
        "AWS::DynamoDB::Table",
        "AWS::Kinesis::Stream",
        &format!("Events (line {}): the local runtime has no AWS::Kinesis::Stream", line("Events")),
    );
}

#[tokio::test]
async fn a_key_schema_that_changed_is_one_clear_sentence() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    Runtime::with(&["--data", data]).await.signal("TERM").await;
    let directory = tempfile::tempdir().unwrap();
    let changed = directory.path().join("template.yaml");
    let source = fs::read_to_string(template()).unwrap();
    fs::write(&changed, source.replacen("AttributeName: id", "AttributeName: key", 2)).unwrap();
    let expected = format!(
        "error: {data}: Events: KeySchema: the stored table has another than the template; choose another --data \
                    directory, or delete this one\n"
    );
    assert_eq!(fails(&changed, &["--data", data]), expected);
}

#[test]
fn a_function_that_is_not_built_is_one_clear_sentence() {
    let empty = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_local"));
    command.arg("--template").arg(template()).args(["--memory", "--port", "0", "--functions"]).arg(empty.path());
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(1));
    let expected = format!(
        "error: Authorizer: there is no executable {}/subject; build it first, or start without --functions and \
         --no-build\n",
        empty.path().display()
    );
    assert_eq!(String::from_utf8(stderr).unwrap(), expected);
}

#[test]
fn a_template_that_is_missing_is_one_clear_sentence() {
    let missing = template().with_file_name("nowhere.yaml");
    let expected = format!(
        "error: reading {}; --template names another file: No such file or directory (os error 2)\n",
        missing.display()
    );
    assert_eq!(fails(&missing, &["--memory"]), expected);
}

#[test]
fn a_data_directory_that_cannot_be_is_one_clear_sentence() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let data = file.path().join("data");
    let expected = format!(
        "error: the data cannot be kept in {}; choose another directory with --data, or keep none with --memory: Not a \
         directory (os error 20)\n",
        data.display()
    );
    assert_eq!(fails(&template(), &["--data", data.to_str().unwrap()]), expected);
}

#[test]
fn a_cargo_that_is_missing_is_one_clear_sentence() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_local"));
    command.env_remove("CARGO").env("PATH", "").arg("--template").arg(template());
    let Output { status, stderr, .. } = command.args(["--memory", "--port", "0"]).output().unwrap();
    assert_eq!(status.code(), Some(1));
    let expected = "error: cargo is not on the PATH; install Rust from https://rustup.rs, or run the last build with \
                    --no-build\n";
    assert_eq!(String::from_utf8(stderr).unwrap(), expected);
}

#[tokio::test]
async fn a_function_that_cannot_be_started_says_what_to_do() {
    let functions = tempfile::tempdir().unwrap();
    fs::write(functions.path().join("subject"), "no program").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_local"));
    command.arg("--functions").arg(functions.path()).arg("--template").arg(template());
    command.args(["--memory", "--port", "0"]);
    let runtime = Runtime::run(command).await;
    assert_eq!(runtime.get("/subject").await.status(), 500);
    runtime.says("it must be executable: chmod +x").await;
}
