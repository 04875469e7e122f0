//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Runtime, eventually};

/// "Configure Lambda function timeout".
#[tokio::test]
async fn a_function_is_killed_at_its_timeout_and_replaced() {
    let runtime = Runtime::start().await;
    let first = runtime.get("/impatient").await.headers()["x-instance"].clone();
    let begun = std::time::Instant::now();
    let (status, _) = runtime.status("/impatient?do=sleep&with=60000").await;
    assert_eq!(status, 500);
    assert!(begun.elapsed().as_millis() < 3000, "{:?}", begun.elapsed());
    runtime.says("Sandbox.Timedout").await;
    runtime.says("Error: Task timed out after 1.00 seconds").await;
    assert_ne!(runtime.get("/impatient").await.headers()["x-instance"], first);
}

/// "Understanding the Lambda execution environment lifecycle": failures during the invoke phase.
#[tokio::test]
async fn an_instance_that_exits_is_replaced() {
    let runtime = Runtime::start().await;
    let first = runtime.get("/subject").await.headers()["x-instance"].clone();
    assert_eq!(runtime.get("/subject?do=exit&with=3").await.status(), 500);
    runtime.says("Runtime.ExitError").await;
    runtime.says("Runtime exited with error: exit status 3").await;
    let second = runtime.get("/subject").await;
    assert_eq!(second.status(), 200);
    assert_ne!(second.headers()["x-instance"], first);
}

/// "Understanding the Lambda execution environment lifecycle": failures during the init phase.
#[tokio::test]
async fn a_function_that_fails_to_initialise_is_an_error_of_every_invocation() {
    let runtime = Runtime::start().await;
    assert_eq!(runtime.get("/stillborn").await.status(), 500);
    assert_eq!(runtime.get("/stillborn").await.status(), 500);
    runtime.says("told to fail at init").await;
}

/// "Understanding Lambda function scaling": an instance serves one event at a time.
#[tokio::test]
async fn a_burst_on_a_cold_function_is_served_by_several_instances_and_loses_nothing() {
    let runtime = Runtime::start().await;
    let answers = join_all((0..50).map(|_| runtime.get("/subject?do=sleep&with=100"))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200), "{}", runtime.log());
    let instances: BTreeSet<_> =
        answers.iter().map(|answer| answer.headers()["x-instance"].to_str().unwrap()).collect();
    assert!((2..=16).contains(&instances.len()), "{instances:?}");
}

/// "Understanding Lambda function scaling": an idle instance is used again.
#[tokio::test]
async fn a_warm_instance_is_used_again() {
    let runtime = Runtime::start().await;
    let first = runtime.get("/subject").await.headers()["x-instance"].clone();
    for _ in 0..5 {
        assert_eq!(runtime.get("/subject").await.headers()["x-instance"], first);
    }
    assert_eq!(runtime.log().matches("init ").count(), 1, "{}", runtime.log());
}

/// "Understanding the Lambda execution environment lifecycle": the shutdown phase of an instance without invocations.
#[tokio::test]
async fn an_idle_instance_is_shut_down() {
    let runtime = Runtime::with(&["--memory", "--instance-idle", "1"]).await;
    let first = runtime.get("/subject").await.headers()["x-instance"].to_str().unwrap().to_owned();
    let process = std::path::Path::new("/proc").join(&first);
    eventually("the end of the instance", async || !process.exists()).await;
    assert_ne!(runtime.get("/subject").await.headers()["x-instance"], first.as_str());
}

/// "Working with Lambda environment variables": defined runtime environment variables.
#[tokio::test]
async fn a_function_gets_lambdas_variables_and_the_templates_and_nothing_of_the_shell() {
    let runtime = Runtime::start().await;
    let variables = runtime.json("/subject?do=environment").await;
    assert_eq!(variables["EVENTS_TABLE"], "Events");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_NAME"], "Subject");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "512");
    assert_eq!(variables["AWS_REGION"], "us-east-1");
    assert_eq!(variables["AWS_ENDPOINT_URL_DYNAMODB"], runtime.url);
    assert_eq!(variables["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"], format!("{}/prod", runtime.url));
    for absent in ["HOME", "USER", "CARGO_MANIFEST_DIR"] {
        assert_eq!(variables.get(absent), None, "{absent}");
    }
}

/// "Lambda quotas": 6 MB for the response of a synchronous invocation. The exact limit and the error are those of live
/// functions (aws/aws-lambda-dotnet, `CustomRuntimeTests.cs`, `TooLargeResponseBodyAsync`).
#[tokio::test]
async fn an_answer_over_6_mb_is_a_failure_and_the_instance_lives() {
    const LIMIT: usize = 6_291_556;
    let runtime = Runtime::start().await;
    let first = runtime.get("/subject").await.headers()["x-instance"].clone();
    let largest = runtime.get(&format!("/subject?do=large&with={LIMIT}")).await;
    assert_eq!((largest.status().as_u16(), largest.bytes().await.unwrap().len()), (200, LIMIT - 2));
    let (status, body) = runtime.status(&format!("/subject?do=large&with={}", LIMIT + 1)).await;
    assert_eq!((status, body), (500, json!({"message": "Internal Server Error"})));
    runtime.says("Function.ResponseSizeTooLarge").await;
    let event = json!({"queryStringParameters": {"do": "large", "with": (LIMIT + 1).to_string()}});
    let response = runtime.invoke("Subject", &[], &event).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-amz-function-error"]),
        (200, &"Unhandled".parse().unwrap())
    );
    let expected = json!({
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": format!("Response payload size exceeded maximum allowed payload size ({LIMIT} bytes)."),
    });
    assert_eq!(response.json::<serde_json::Value>().await.unwrap(), expected);
    assert_eq!(runtime.get("/subject").await.headers()["x-instance"], first);
}

/// "Viewing CloudWatch logs for Lambda": a report for every invocation.
#[tokio::test]
async fn every_invocation_has_its_line_and_the_functions_own_lines_under_it() {
    let runtime = Runtime::start().await;
    assert_eq!(runtime.json("/subject?do=answer&with=1").await, json!(1));
    runtime.says("subject ").await;
    runtime.says("    subject got \"GET /subject\"").await;
    runtime.says(" of 512 MB").await;
}
