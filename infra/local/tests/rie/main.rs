//! The Runtime API is Amazon's: the subject gets the same events, and its answers have the same effect, under Amazon's
//! runtime interface emulator, which the SAM CLI ships.
//!
//! <https://github.com/aws/aws-lambda-runtime-interface-emulator>

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

#[path = "../conformance/harness.rs"]
#[expect(dead_code, reason = "the conformance tests ask more of it")]
mod harness;

use std::{collections::BTreeSet, net::TcpListener, path::Path, process::Stdio};

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::harness::{Runtime, eventually};

/// Amazon's emulator with the subject as its only function. Killed together with the subject when dropped.
struct Emulator {
    _process: Child,
    url: String,
    http: reqwest::Client,
}

impl Emulator {
    /// Starts it with a timeout in seconds and further variables of the function.
    async fn start(timeout: &str, variables: &[(&str, &str)]) -> Self {
        let program = std::env::var_os("RIE").expect("RIE names Amazon's emulator; infra/scripts/rie sets it");
        let subject = Path::new(env!("CARGO_BIN_EXE_local")).with_file_name("examples").join("subject");
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let (invoke, runtime) = (free(), free());
        let mut command = Command::new(program);
        command.args(["--log-level", "error", "--runtime-interface-emulator-address", &invoke]);
        command.args(["--runtime-api-address", &runtime]).arg(subject).env_clear().envs(variables.iter().copied());
        command.envs([
            ("AWS_LAMBDA_FUNCTION_NAME", "Subject"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_FUNCTION_TIMEOUT", timeout),
            ("AWS_REGION", "us-east-1"),
        ]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        eventually("Amazon's emulator", async || std::net::TcpStream::connect(&invoke).is_ok()).await;
        Self { _process: process, url: format!("http://{invoke}"), http: reqwest::Client::new() }
    }

    async fn invoke(&self, event: &Value) -> String {
        let url = format!("{}/2015-03-31/functions/function/invocations", self.url);
        self.http.post(url).body(event.to_string()).send().await.unwrap().text().await.unwrap()
    }
}

fn event(task: &str, with: &str) -> Value {
    json!({"queryStringParameters": {"do": task, "with": with}})
}

/// The answer with `<id>` for the request id.
fn anonymous(answer: &str) -> Value {
    let is_id = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    let words = answer.split(' ').map(|word| if is_id(word) { "<id>" } else { word });
    let answer = words.collect::<Vec<_>>().join(" ");
    serde_json::from_str(&answer).unwrap_or(Value::String(answer))
}

async fn both(runtime: &Runtime, function: &str, emulator: &Emulator, event: &Value) -> (Value, Value) {
    let ours = runtime.invoke(function, &[], event).await.text().await.unwrap();
    (anonymous(&ours), anonymous(&emulator.invoke(event).await))
}

#[tokio::test]
async fn results_and_failures_are_word_for_word_those_of_amazons_emulator() {
    let runtime = Runtime::start().await;
    let emulator = Emulator::start("10", &[]).await;
    for (task, with) in [
        ("answer", "1"),
        ("answer", r#"{"a":"b"}"#),
        ("raise", "no"),
        ("panic", ""),
        ("exit", "3"),
        ("answer", r#""alive again""#),
        ("exit", "0"),
    ] {
        let (ours, theirs) = both(&runtime, "Subject", &emulator, &event(task, with)).await;
        assert_eq!(ours, theirs, "{task} {with}");
    }

    // Intended: the emulator adds the size of the answer, which Lambda no longer does.
    let (ours, theirs) = both(&runtime, "Subject", &emulator, &event("large", "6291557")).await;
    let message = |answer: &Value| answer["errorMessage"].as_str().unwrap().replace(" (6291557 bytes)", "");
    assert_eq!((message(&ours), &ours["errorType"]), (message(&theirs), &theirs["errorType"]));

    let emulator = Emulator::start("1", &[]).await;
    // Intended: Lambda answers an object with `Sandbox.Timedout`, the emulator only its message.
    let (ours, theirs) = both(&runtime, "Impatient", &emulator, &event("sleep", "60000")).await;
    assert_eq!(ours["errorMessage"], format!("RequestId: <id> Error: {}", theirs.as_str().unwrap()));
    assert_eq!(ours["errorType"], "Sandbox.Timedout");

    // Intended: if the initialisation fails, the emulator writes `Runtime.ExitError` only to its log.
    let emulator = Emulator::start("10", &[("FAILS_AT_INIT", "yes")]).await;
    let (ours, theirs) = both(&runtime, "Stillborn", &emulator, &event("answer", "1")).await;
    assert_eq!((&ours["errorType"], theirs), (&json!("Runtime.ExitError"), json!("")));
}

#[tokio::test]
async fn the_function_sees_what_it_sees_in_amazons_emulator() {
    let runtime = Runtime::start().await;
    let emulator = Emulator::start("10", &[]).await;
    let (ours, theirs) = both(&runtime, "Subject", &emulator, &event("context", "")).await;
    for field in ["client_context", "identity", "tenant_id"] {
        assert_eq!(ours[field], theirs[field], "{field}");
    }
    for field in ["function_name", "memory", "version"] {
        assert_eq!(ours["env_config"][field], theirs["env_config"][field], "{field}");
    }
    assert_eq!(ours["request_id"].as_str().unwrap().len(), theirs["request_id"].as_str().unwrap().len());
    let digits = |context: &Value| context["deadline"].as_u64().unwrap().to_string().len();
    assert_eq!(digits(&ours), digits(&theirs), "both in milliseconds");
    let arn =
        |context: &Value| context["invoked_function_arn"].as_str().unwrap().replace("012345678912", "000000000000");
    assert_eq!(arn(&ours), arn(&theirs));
    // Intended: Lambda always sends a trace, the emulator only if the caller sends one.
    assert!(ours["xray_trace_id"].is_string() && theirs["xray_trace_id"].is_null());

    let (ours, theirs) = both(&runtime, "Subject", &emulator, &event("environment", "")).await;
    let names = |variables: &Value| variables.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let missing: Vec<_> = names(&theirs).difference(&names(&ours)).cloned().collect();
    // Intended: the first is a setting of the emulator; no function here asks for instance metadata.
    let expected = ["AWS_LAMBDA_FUNCTION_TIMEOUT", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN"];
    assert_eq!(missing, expected);
}
