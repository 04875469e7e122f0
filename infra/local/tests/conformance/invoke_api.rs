//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use reqwest::Response;
use serde_json::{Value, json};

use crate::harness::{Runtime, eventually};

fn event(task: &str, with: &str) -> Value {
    json!({"queryStringParameters": {"do": task, "with": with}})
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// Error type and message of a failed invocation, with `<id>` for the request id.
async fn error(response: Response) -> (String, String) {
    assert_eq!((response.status().as_u16(), header(&response, "x-amz-function-error")), (200, "Unhandled"));
    let id = header(&response, "x-amzn-requestid").to_owned();
    let body: Value = response.json().await.unwrap();
    let text = |name: &str| body[name].as_str().unwrap().replace(&id, "<id>");
    (text("errorType"), text("errorMessage"))
}

/// "Invoke": the function's name, its ARN; here the name of the binary as well.
#[tokio::test]
async fn a_function_is_invoked_by_name_or_arn() {
    let runtime = Runtime::start().await;
    for name in ["Subject", "arn:aws:lambda:us-east-1:000000000000:function:Subject", "Subject:$LATEST"] {
        let response = runtime.invoke(name, &[], &event("answer", "{\"a\":1}")).await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "x-amz-executed-version")),
            (200, "$LATEST"),
            "{name}"
        );
        assert_eq!(header(&response, "x-amz-function-error"), "");
        assert_eq!(response.json::<Value>().await.unwrap(), json!({"a": 1}));
    }
    assert_eq!(runtime.invoke("subject", &[], &event("answer", "1")).await.status(), 200);
    let unknown = runtime.invoke("Nobody", &[], &json!({})).await;
    assert_eq!((unknown.status().as_u16(), header(&unknown, "x-amzn-errortype")), (404, "ResourceNotFoundException"));
    let message = "Function not found: arn:aws:lambda:us-east-1:000000000000:function:Nobody";
    assert_eq!(unknown.json::<Value>().await.unwrap()["Message"], message);
}

/// "Invoke": `X-Amz-Function-Error`; the types are those of "Understanding the Lambda execution environment lifecycle".
#[tokio::test]
async fn a_failure_is_a_result_with_its_type() {
    let runtime = Runtime::start().await;
    let fails = async |function: &str, task: &str, with: &str| {
        error(runtime.invoke(function, &[], &event(task, with)).await).await
    };
    assert_eq!(fails("Subject", "raise", "no").await.1, "no");
    let exit =
        ("Runtime.ExitError".to_owned(), "RequestId: <id> Error: Runtime exited with error: exit status 3".to_owned());
    assert_eq!(fails("Subject", "exit", "3").await, exit);
    let quiet = "RequestId: <id> Error: Runtime exited without providing a reason".to_owned();
    assert_eq!(fails("Subject", "exit", "0").await, ("Runtime.ExitError".to_owned(), quiet));
    let timeout = "RequestId: <id> Error: Task timed out after 1.00 seconds".to_owned();
    assert_eq!(fails("Impatient", "sleep", "60000").await, ("Sandbox.Timedout".to_owned(), timeout));
    let stillborn = "RequestId: <id> Error: Runtime exited with error: exit status 101".to_owned();
    assert_eq!(fails("Stillborn", "answer", "1").await, ("Runtime.ExitError".to_owned(), stillborn));
}

/// "Viewing CloudWatch logs for Lambda": `START`, `END` and `REPORT` with their fields.
#[tokio::test]
async fn the_tail_of_the_log_has_a_report() {
    let runtime = Runtime::start().await;
    let log = async |function: &str, task: &str, with: &str| {
        let response = runtime.invoke(function, &[("x-amz-log-type", "Tail")], &event(task, with)).await;
        let id = header(&response, "x-amzn-requestid").to_owned();
        let tail = STANDARD.decode(header(&response, "x-amz-log-result")).unwrap();
        String::from_utf8(tail).unwrap().replace(&id, "<id>")
    };
    let cold = log("Subject", "answer", "1").await;
    let lines: Vec<_> = cold.lines().collect();
    assert_eq!(
        lines[..3],
        ["START RequestId: <id> Version: $LATEST", "subject got null", "END RequestId: <id>"],
        "{cold}"
    );
    let fields: Vec<_> = lines[3].split('\t').map(|field| field.split_once(": ").unwrap_or((field, ""))).collect();
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    let expected =
        ["REPORT RequestId", "Duration", "Billed Duration", "Memory Size", "Max Memory Used", "Init Duration", ""];
    assert_eq!((names.as_slice(), fields[3].1), (expected.as_slice(), "512 MB"));
    let number = |field: usize, unit: &str| fields[field].1.strip_suffix(unit).unwrap().parse::<f64>().unwrap();
    let (duration, billed, init) = (number(1, " ms"), number(2, " ms"), number(5, " ms"));
    assert!(billed >= duration + init && billed < duration + init + 1.1, "{cold}");
    assert!(number(4, " MB") >= 1.0, "{cold}");

    assert!(!log("Subject", "answer", "1").await.contains("Init Duration"), "a warm instance has no initialisation");
    assert!(log("Subject", "exit", "3").await.contains("\tStatus: error\tError Type: Runtime.ExitError\t"));
    assert!(log("Impatient", "sleep", "60000").await.contains("\tStatus: timeout\t"));
    let silent = runtime.invoke("Subject", &[], &event("answer", "1")).await;
    assert_eq!(header(&silent, "x-amz-log-result"), "");
}

/// "Configuring reserved concurrency for a function": `TooManyRequestsException`, 429.
#[tokio::test]
async fn reserved_concurrency_throttles() {
    let runtime = Runtime::start().await;
    let slow = event("sleep", "2000");
    let answers = join_all((0..3).map(|_| runtime.invoke("Single", &[], &slow))).await;
    let (throttled, served): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status() == 429);
    assert_eq!((throttled.len(), served.len()), (2, 1));
    for answer in throttled {
        assert_eq!(header(&answer, "x-amzn-errortype"), "TooManyRequestsException");
        let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
        let expected = json!({"Reason": reason, "Type": "User", "message": "Rate Exceeded."});
        assert_eq!(answer.json::<Value>().await.unwrap(), expected);
    }
}

/// "Invoke": `InvocationType` `Event` and `DryRun`.
#[tokio::test]
async fn an_event_is_accepted_and_a_dry_run_runs_nothing() {
    let runtime = Runtime::start().await;
    let dry = runtime.invoke("Subject", &[("x-amz-invocation-type", "DryRun")], &event("put", "Events")).await;
    assert_eq!(dry.status(), 204);
    let count = async || runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await["Count"].take();
    assert_eq!(count().await, 0);
    let accepted = runtime.invoke("Subject", &[("x-amz-invocation-type", "Event")], &event("put", "Events")).await;
    assert_eq!((accepted.status().as_u16(), header(&accepted, "x-amz-function-error")), (202, ""));
    assert_eq!(accepted.text().await.unwrap(), "");
    eventually("what the event was to do", async || count().await == 1).await;
}

/// "Invoke": `InvalidRequestContentException`, `RequestTooLargeException`.
#[tokio::test]
async fn an_event_that_is_no_json_or_too_large_is_refused() {
    let runtime = Runtime::start().await;
    let send = async |invocation_type: &str, body: Vec<u8>| {
        let url = format!("{}/2015-03-31/functions/Subject/invocations", runtime.url);
        let request = runtime.http.post(url).header("x-amz-invocation-type", invocation_type).body(body);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), header(&response, "x-amzn-errortype").to_owned())
    };
    let invalid = send("RequestResponse", b"no json".to_vec()).await;
    assert_eq!(invalid, (400, "InvalidRequestContentException".to_owned()));
    for (invocation_type, limit) in [("RequestResponse", 6 * 1024 * 1024 + 100), ("Event", 1024 * 1024)] {
        let large = json!("x".repeat(limit)).to_string().into_bytes();
        let refused = send(invocation_type, large).await;
        assert_eq!(refused, (413, "RequestTooLargeException".to_owned()), "{invocation_type}");
    }
}

/// "Using the Lambda runtime API": the headers of the next invocation.
#[tokio::test]
async fn an_invocation_has_an_id_a_deadline_an_arn_and_a_trace() {
    let runtime = Runtime::start().await;
    let response = runtime.invoke("Subject", &[], &event("context", "")).await;
    let id = header(&response, "x-amzn-requestid").to_owned();
    let context: Value = response.json().await.unwrap();
    assert_eq!(context["request_id"], json!(id));
    assert_eq!(context["invoked_function_arn"], "arn:aws:lambda:us-east-1:000000000000:function:Subject");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let left = u128::from(context["deadline"].as_u64().unwrap()).saturating_sub(now);
    assert!((1..=10_000).contains(&left), "{left} ms of the 10 s are left");
    assert!(context["xray_trace_id"].as_str().unwrap().starts_with("Root=1-"), "{context}");
}
