//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html>

use futures_util::{StreamExt as _, future::join_all, stream::FuturesUnordered};
use reqwest::Method;
use serde_json::json;

use crate::harness::{self, Runtime};

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

/// Undocumented for `rawPath`; honojs/hono#2156 and aws/aws-lambda-dotnet#1901 show it for live APIs.
#[tokio::test]
async fn the_path_comes_decoded_and_the_query_both_raw_and_decoded() {
    let runtime = Runtime::start().await;
    let event = runtime.json("/items/%C3%A4%20b?q=%C3%A4+b%2B&q=2").await["event"].take();
    assert_eq!(
        (&event["rawPath"], &event["requestContext"]["http"]["path"]),
        (&json!("/items/ä b"), &json!("/items/ä b"))
    );
    assert_eq!(event["pathParameters"], json!({"id": "ä b"}));
    assert_eq!(event["rawQueryString"], "q=%C3%A4+b%2B&q=2");
    assert_eq!(event["queryStringParameters"], json!({"q": "ä b+,2"}));
    let slash = runtime.json("/items/a%2Fb").await["event"].take();
    assert_eq!(slash["routeKey"], "GET /items/{id}/{proxy+}", "an escaped slash separates");
}

/// "Create AWS Lambda proxy integrations for HTTP APIs": `isBase64Encoded`. Which types are text is not documented;
/// ministackorg/ministack#766 lists the types of a live API.
#[tokio::test]
async fn a_body_is_text_by_its_content_type_and_base64_otherwise() {
    let runtime = Runtime::start().await;
    let body = async |content_type: Option<&'static str>, body: &'static [u8]| {
        let mut request = runtime.http.post(format!("{}/subject", runtime.url)).body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let event = request.send().await.unwrap().json::<serde_json::Value>().await.unwrap()["event"].take();
        (event["body"].as_str().unwrap().to_owned(), event["isBase64Encoded"].as_bool().unwrap())
    };
    for text in
        ["text/plain", "text/html; charset=utf-8", "application/json", "application/xml", "application/javascript"]
    {
        assert_eq!(body(Some(text), b"hi").await, ("hi".to_owned(), false), "{text}");
    }
    for binary in [Some("image/png"), Some("application/x-www-form-urlencoded"), Some("application/problem+json"), None]
    {
        assert_eq!(body(binary, b"hi").await, ("aGk=".to_owned(), true), "{binary:?}");
    }
    assert_eq!(body(Some("text/plain"), b"\x89PNG").await, ("iVBORw==".to_owned(), true));
}

/// "AWS X-Ray concepts", tracing header; "Using the Lambda runtime API": `Lambda-Runtime-Trace-Id`.
#[tokio::test]
async fn the_trace_of_a_request_is_the_trace_of_its_function() {
    let runtime = Runtime::start().await;
    let answer = runtime.json("/subject").await;
    let header = answer["event"]["headers"]["x-amzn-trace-id"].as_str().unwrap();
    assert!(
        header.starts_with("Root=1-") && header.len() == "Root=1-01234567-0123456789abcdef01234567".len(),
        "{header}"
    );
    let trace = answer["trace"].as_str().unwrap();
    assert!(trace.starts_with(&format!("{header};Parent=")) && trace.ends_with(";Sampled=0"), "{trace}");

    let sent = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let request = runtime.http.get(format!("{}/subject", runtime.url)).header("x-amzn-trace-id", sent);
    let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!((&answer["event"]["headers"]["x-amzn-trace-id"], &answer["trace"]), (&json!(sent), &json!(sent)));
}

/// "Create routes for HTTP APIs": the most specific route wins, and `$default` takes all other requests of any method.
#[tokio::test]
async fn a_default_route_takes_what_no_other_route_does() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("template.yaml");
    let source = std::fs::read_to_string(harness::template()).unwrap();
    let everything = source.replacen(", Method: GET, Path: '/single'", "", 1);
    assert_ne!(source, everything);
    std::fs::write(&template, everything).unwrap();
    let runtime = Runtime::of(&template, &["--memory"]).await;
    let route = async |method: Method, path: &str| {
        let response = runtime.http.request(method, format!("{}{path}", runtime.url)).send().await.unwrap();
        response.json::<serde_json::Value>().await.unwrap()["event"]["routeKey"].take()
    };
    assert_eq!(route(Method::GET, "/subject").await, "GET /subject");
    assert_eq!(route(Method::GET, "/items/1/2").await, "GET /items/{id}/{proxy+}");
    assert_eq!(route(Method::DELETE, "/subject").await, "$default");
    assert_eq!(route(Method::GET, "/").await, "$default");
}

/// "Quotas for configuring and running an HTTP API": 10,240 bytes of request line and header values together.
#[tokio::test]
async fn a_request_with_too_large_headers_is_refused() {
    let runtime = Runtime::start().await;
    let request = |size| runtime.http.get(format!("{}/subject", runtime.url)).header("x-large", "x".repeat(size));
    assert_eq!(request(10_000).send().await.unwrap().status(), 200);
    let refused = request(10_240).send().await.unwrap();
    assert_eq!(refused.status(), 431);
    assert_eq!(
        refused.json::<serde_json::Value>().await.unwrap(),
        json!({"message": "Request Header Fields Too Large"})
    );
}

/// "Create routes for HTTP APIs": a request that matches no route is not found, its method being part of the route.
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
    assert_eq!(wrong_method.json::<serde_json::Value>().await.unwrap(), not_found.1);
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

    let put = runtime.http.request(Method::OPTIONS, format!("{}/nothing", runtime.url));
    let put = put.header("origin", "https://app.example").header("access-control-request-method", "PUT");
    let put = put.send().await.unwrap();
    assert_eq!(put.status(), 204, "the browser decides, by what is allowed, on every path");
    assert_eq!(put.headers()["access-control-allow-methods"], "GET,POST");

    let empty = runtime.http.get(format!(r#"{}/subject?do=answer&with={{"statusCode":204}}"#, runtime.url));
    let empty = empty.header("origin", "https://app.example").send().await.unwrap();
    assert_eq!(
        (empty.status().as_u16(), &empty.headers()["access-control-allow-origin"]),
        (204, &"https://app.example".parse().unwrap())
    );
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

/// "Troubleshooting issues with HTTP API Lambda integrations". AWS's own emulator answers 500 for HTTP APIs
/// (aws/aws-lambda-dotnet, `InvokeResponseExtensions.cs`), although "Handling Lambda errors with an API Gateway API"
/// has 502.
#[tokio::test]
async fn a_failing_function_is_an_internal_server_error() {
    let runtime = Runtime::start().await;
    let internal = (500, json!({"message": "Internal Server Error"}));
    assert_eq!(runtime.status("/subject?do=raise&with=no").await, internal);
    assert_eq!(runtime.status("/subject?do=panic").await, internal);
    assert_eq!(runtime.status("/subject?do=exit&with=1").await, internal);
    assert_eq!(runtime.status("/stillborn").await, internal);
    assert_eq!(runtime.status("/impatient?do=sleep&with=60000").await, internal);
    assert_eq!(runtime.status(r#"/subject?do=answer&with={"statusCode":"x"}"#).await, internal);
}

/// "Handling Lambda errors with an API Gateway API": where Lambda rejects the invocation, API Gateway answers 500.
#[tokio::test]
async fn a_throttled_function_is_an_internal_server_error() {
    let runtime = Runtime::start().await;
    let answers = join_all((0..3).map(|_| runtime.status("/single?do=sleep&with=2000"))).await;
    let internal = (500, json!({"message": "Internal Server Error"}));
    assert_eq!(answers.iter().filter(|answer| **answer == internal).count(), 2, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.0 == 200).count(), 1, "{answers:?}");
}

/// "Throttle requests to your HTTP APIs": 429. On the platform it is a rate that decides; here, how many wait already.
#[tokio::test]
async fn what_this_machine_cannot_serve_is_too_many_requests() {
    const SERVED_OR_WAITING: usize = 16 + 512;
    const MORE: usize = 30;
    let runtime = Runtime::start().await;
    let asked = (0..SERVED_OR_WAITING + MORE).map(|_| runtime.get("/subject?do=sleep&with=4000"));
    let mut answers: FuturesUnordered<_> = asked.collect();
    for _ in 0..MORE {
        let refused = answers.next().await.unwrap();
        assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"1".parse().unwrap()));
        assert_eq!(refused.json::<serde_json::Value>().await.unwrap(), json!({"message": "Too Many Requests"}));
    }
    // Waiting requests are served in turn, or refused after a short wait.
    let statuses: Vec<u16> = answers.map(|answer| answer.status().as_u16()).collect().await;
    assert!(statuses.iter().filter(|status| **status == 200).count() >= 32, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
}

/// "Quotas for configuring and running an HTTP API": integration timeout 30 s.
#[tokio::test]
async fn an_integration_that_takes_more_than_30_s_is_given_up() {
    let runtime = Runtime::start().await;
    let begun = std::time::Instant::now();
    let answer = runtime.status("/patient?do=sleep&with=33000").await;
    assert_eq!(answer, (503, json!({"message": "Service Unavailable"})));
    assert!((30..33).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

/// "Create AWS Lambda proxy integrations for HTTP APIs": the gateway infers the response.
#[tokio::test]
async fn an_answer_without_status_code_is_a_json_body() {
    let runtime = Runtime::start().await;
    let response = runtime.get(r#"/subject?do=answer&with={"hello":1}"#).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().await.unwrap(), r#"{"hello":1}"#);
}
