//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html>

use reqwest::Method;
use serde_json::json;

use crate::harness::Runtime;

/// "Create AWS Lambda proxy integrations for HTTP APIs": payload format 2.0.
#[tokio::test]
async fn a_function_gets_payload_format_2_0() {
    let runtime = Runtime::start().await;
    let request = runtime.http.post(format!("{}/subject?do=echo&a=1&a=2", runtime.url));
    let request = request.header("cookie", "c=1").header("content-type", "application/json").body(r#"{"x":1}"#);
    let response = request.send().await.unwrap();
    assert!(response.headers().contains_key("apigw-requestid"));
    let event = response.json::<serde_json::Value>().await.unwrap()["event"].take();
    assert_eq!((&event["version"], &event["routeKey"]), (&json!("2.0"), &json!("POST /subject")));
    assert_eq!((&event["rawPath"], &event["rawQueryString"]), (&json!("/subject"), &json!("do=echo&a=1&a=2")));
    assert_eq!(event["queryStringParameters"], json!({"a": "1,2", "do": "echo"}));
    assert_eq!(event["cookies"], json!(["c=1"]));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(r#"{"x":1}"#), &json!(false)));
    assert_eq!(event["requestContext"]["stage"], "$default");
    assert_eq!(event["requestContext"]["http"]["method"], "POST");
}

/// "Routing API requests".
#[tokio::test]
async fn routes_are_matched_strictly() {
    let runtime = Runtime::start().await;
    let event = async |path: &str| runtime.json(path).await["event"].take();
    assert_eq!(event("/items/7").await["pathParameters"], json!({"id": "7"}));
    assert_eq!(event("/items/7/").await["pathParameters"], json!({"id": "7", "proxy": ""}));
    assert_eq!(event("/items/7/a/b").await["pathParameters"], json!({"id": "7", "proxy": "a/b"}));
    let not_found = (404, json!({"message": "Not Found"}));
    assert_eq!(runtime.status("/subject/").await, not_found);
    assert_eq!(runtime.status("/nothing").await, not_found);
    let wrong_method = runtime.http.delete(format!("{}/subject", runtime.url)).send().await.unwrap();
    assert_eq!(wrong_method.status(), 404);
}

/// "Configure CORS for HTTP APIs": the gateway answers the preflight and ignores the integration's own headers.
#[tokio::test]
async fn cors_is_the_gateways_business() {
    let runtime = Runtime::start().await;
    let ask = async |method: Method, origin: &'static str| {
        let request = runtime.http.request(method, format!("{}/subject", runtime.url)).header("origin", origin);
        request.header("access-control-request-method", "GET").send().await.unwrap()
    };
    let preflight = ask(Method::OPTIONS, "https://app.example").await;
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "https://app.example");
    assert_eq!(preflight.headers()["access-control-allow-methods"], "GET,POST");
    assert_eq!(preflight.headers()["access-control-allow-headers"], "authorization");
    assert_eq!(preflight.headers()["access-control-max-age"], "600");
    let stranger = ask(Method::OPTIONS, "https://other.example").await;
    assert!(!stranger.headers().contains_key("access-control-allow-origin"));

    let actual = ask(Method::GET, "https://app.example").await;
    assert_eq!(actual.headers()["access-control-allow-origin"], "https://app.example");
    assert_eq!(actual.headers()["access-control-expose-headers"], "link");
    let stranger = ask(Method::GET, "https://other.example").await;
    assert!(!stranger.headers().contains_key("access-control-allow-origin"), "the integration's header got through");
}

/// "Quotas for configuring and running an HTTP API": payload size 10 MB; "Lambda quotas": 6 MB for an invocation.
#[tokio::test]
async fn a_body_over_10_mb_or_over_lambdas_6_mb_is_refused() {
    let runtime = Runtime::start().await;
    for size in [10 * 1024 * 1024 + 1, 6 * 1024 * 1024 + 100] {
        let request = runtime.http.post(format!("{}/subject", runtime.url)).body(vec![b'x'; size]);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 413, "{size}");
        assert_eq!(response.json::<serde_json::Value>().await.unwrap(), json!({"message": "Request Entity Too Large"}));
    }
}

/// "Troubleshooting issues with HTTP API Lambda integrations".
#[tokio::test]
async fn a_failing_function_is_an_internal_server_error() {
    let runtime = Runtime::start().await;
    let internal = (500, json!({"message": "Internal Server Error"}));
    assert_eq!(runtime.status("/subject?do=raise&with=no").await, internal);
    assert_eq!(runtime.status("/subject?do=panic").await, internal);
    assert_eq!(runtime.status("/subject?do=exit&with=1").await, internal);
    assert_eq!(runtime.status(r#"/subject?do=answer&with={"statusCode":"x"}"#).await, internal);
}

/// "Quotas for configuring and running an HTTP API": integration timeout 30 s.
#[tokio::test]
async fn an_integration_that_takes_more_than_30_s_is_given_up() {
    let runtime = Runtime::start().await;
    let begun = std::time::Instant::now();
    let answer = runtime.status("/patient?do=sleep&with=33000").await;
    assert_eq!(answer, (503, json!({"message": "Service Unavailable"})));
    assert!(begun.elapsed().as_secs() == 30, "{:?}", begun.elapsed());
}

/// "Create AWS Lambda proxy integrations for HTTP APIs": what the gateway makes of a response.
#[tokio::test]
async fn an_answer_without_status_code_is_a_json_body() {
    let runtime = Runtime::start().await;
    let response = runtime.get(r#"/subject?do=answer&with={"hello":1}"#).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().await.unwrap(), r#"{"hello":1}"#);
}
