//! The output on stderr: for people, with colours on a terminal, or for programs.

use serde_json::{Value, json};

use crate::harness::{Runtime, command, eventually, template};

const ESCAPE: char = '\u{1b}';

/// The lines of a log in JSON, each of which must be an object.
fn objects(runtime: &Runtime) -> Vec<Value> {
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let objects: Vec<Value> = runtime.log().lines().map(parse).collect();
    assert!(objects.iter().all(|line| line["timestamp"].is_string() && line["level"].is_string()), "{objects:?}");
    objects
}

async fn invocation(runtime: &Runtime, number: usize) -> Value {
    let invocations = || objects(runtime).into_iter().filter(|line| line["message"] == "invocation");
    eventually("the line of an invocation", async || invocations().count() > number).await;
    invocations().nth(number).unwrap()
}

#[tokio::test]
async fn in_json_every_line_is_an_object_that_names_its_invocation() {
    let runtime = Runtime::with(&["--memory", "--log", "json"]).await;
    runtime.says("\"ready\"").await;
    let ready = objects(&runtime).remove(0);
    assert_eq!(
        (&ready["message"], &ready["url"], &ready["data"]),
        (&json!("ready"), &json!(runtime.url), &Value::Null)
    );
    let route = json!({"method": "GET", "path": "/items/{id}[/{proxy+}]", "functions": ["subject"]});
    assert!(ready["routes"].as_array().unwrap().contains(&route), "{ready}");

    assert_eq!(runtime.json("/subject?do=environment").await["AWS_LAMBDA_LOG_FORMAT"], "JSON");
    let good = invocation(&runtime, 0).await;
    assert_eq!(
        (&good["function"], &good["level"], &good["memorySizeMB"]),
        (&json!("subject"), &json!("INFO"), &json!(512))
    );
    assert!(good["requestId"].is_string() && good["durationMs"].is_f64() && good["initDurationMs"].is_f64(), "{good}");
    assert!(good["billedDurationMs"].is_u64(), "{good}");
    assert_eq!(good["lines"][0], "subject got \"GET /subject\"");

    assert_eq!(runtime.get("/subject?do=panic").await.status(), 500);
    let bad = invocation(&runtime, 1).await;
    assert_eq!(bad["level"], "ERROR");
    let lines = bad["lines"].to_string();
    assert!(lines.contains("told to panic") && lines.contains("subject.rs"), "{bad}");
}

#[test]
fn in_json_an_error_at_the_start_is_an_object_too() {
    let template = template().with_file_name("nowhere.yaml");
    let output = command(&template, &["--memory", "--log", "json"]).output().unwrap();
    let line: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(line["message"].as_str().unwrap().contains("nowhere.yaml"), "{line}");
}

#[tokio::test]
async fn colours_are_for_terminals_and_for_those_who_ask() {
    let log = async |variable: Option<&str>| {
        let mut command = command(&template(), &["--memory"]);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.envs(variable.map(|name| (name, "1")));
        let runtime = Runtime::run(command).await;
        runtime.get("/subject").await;
        runtime.says("of 512 MB").await;
        runtime.log()
    };
    assert!(!log(None).await.contains(ESCAPE));
    assert!(log(Some("CLICOLOR_FORCE")).await.contains(ESCAPE));
}

#[tokio::test]
async fn the_first_screen_tells_what_answers_where() {
    let data = tempfile::tempdir().unwrap();
    let runtime = Runtime::with(&["--data", data.path().to_str().unwrap()]).await;
    let port = runtime.url.rsplit_once(':').unwrap().1;
    runtime.says("/_local/iam").await;
    let log = runtime.log();
    let expected = [
        format!("  HTTP       http://127.0.0.1:{port}\n"),
        format!("  WebSocket  ws://127.0.0.1:{port}/prod\n"),
        format!("  Data       {}\n", data.path().display()),
        format!("  S3         http://127.0.0.1:{port}/files\n"),
        "  GET    /items/{id}[/…]  subject\n".to_owned(),
        "  WS     $connect         subject, then subject\n".to_owned(),
        "  EVENT  Object Created   subject\n".to_owned(),
    ];
    for line in expected {
        assert!(log.contains(&line), "{line:?} is not in {log}");
    }
}
