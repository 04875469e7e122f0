//! Pages of other sites cannot use the runtime: foreign hosts are refused everywhere (DNS rebinding), and foreign
//! origins where the service has no rules of its own for them (cross-site request forgery).

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::{
    harness::{Runtime, eventually},
    s3::{BUCKET, Signer, error, refusal},
};

const PAGE: &str = "https://evil.example";

/// A request to a service, without `Host` and `Origin` of a page.
fn request(runtime: &Runtime, service: &str) -> RequestBuilder {
    let call = |method: Method, path: &str| runtime.http.request(method, format!("{}{path}", runtime.url));
    let signed = |service: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        )
    };
    let target = |service: &str, target: &str, body: Value| {
        let request = call(Method::POST, "/").header("x-amz-target", target).header("authorization", signed(service));
        let request = request.header("content-type", "application/x-amz-json-1.0");
        request.header("x-amz-date", "20260101T000000Z").body(body.to_string())
    };
    match service {
        "HTTP API" => call(Method::GET, "/subject"),
        "WebSocket API" => call(Method::GET, "/prod")
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        "connections" => call(Method::POST, "/prod/@connections/L0SM9cOFvHcCIhw%3D").body("hi"),
        // As a form of a page sends it: without a preflight.
        "Lambda" => call(Method::POST, "/2015-03-31/functions/Subject/invocations")
            .header("content-type", "text/plain")
            .body(json!({"queryStringParameters": {"do": "put", "with": "Events"}}).to_string()),
        "DynamoDB" => target("dynamodb", "DynamoDB_20120810.ListTables", json!({})),
        "Secrets Manager" => target("secretsmanager", "secretsmanager.GetSecretValue", json!({"SecretId": "Written"})),
        "rights" => call(Method::GET, "/_local/iam"),
        "faults" => call(Method::PUT, "/_local/faults").body(json!({"rules": []}).to_string()),
        "S3" => call(Method::GET, &format!("/{BUCKET}?list-type=2")).header("authorization", signed("s3")),
        other => panic!("no service {other}"),
    }
}

const SERVICES: [(&str, u16); 9] = [
    ("HTTP API", 200),
    ("WebSocket API", 101),
    ("connections", 410),
    ("Lambda", 200),
    ("DynamoDB", 200),
    ("Secrets Manager", 200),
    ("rights", 200),
    ("faults", 204),
    ("S3", 200),
];

async fn runtime() -> Runtime {
    Runtime::with(&["--memory", "--faults", "--allow-host", "laptop.local"]).await
}

#[tokio::test]
async fn a_foreign_host_is_refused_by_every_service() {
    let runtime = runtime().await;
    for (service, status) in SERVICES {
        for own in ["localhost", "app.localhost:8000", "192.168.1.20:8000", "host.docker.internal", "Laptop.local:8000"]
        {
            let response = request(&runtime, service).header("host", own).send().await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{service} at {own}");
        }
        for foreign in ["rebind.example", "rebind.example:8000", "127.0.0.1.rebind.example"] {
            let response = request(&runtime, service).header("host", foreign).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{service} at {foreign}");
            let message = response.json::<Value>().await.unwrap()["message"].to_string();
            let name = foreign.trim_end_matches(":8000");
            assert!(message.contains(&format!("start it with --allow-host {name} to allow")), "{message}");
        }
    }
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_by_the_services_of_aws_and_the_reports() {
    let runtime = runtime().await;
    for (service, status) in SERVICES {
        let own = runtime.url.replace("127.0.0.1", "localhost");
        for origin in [&runtime.url, &own] {
            let response = request(&runtime, service).header("origin", origin).send().await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{service} from {origin}");
        }
        // Both have rules of their own: CORS, and the `Origin` in the event of the authorizer.
        let has_rules = ["HTTP API", "WebSocket API"].contains(&service);
        for origin in [PAGE, "null", "http://localhost:1"] {
            let response = request(&runtime, service).header("origin", origin).send().await.unwrap();
            let expected = if has_rules { status } else { 403 };
            assert_eq!(response.status().as_u16(), expected, "{service} from {origin}");
        }
    }
}

/// A form of a page sends `text/plain` without a preflight.
#[tokio::test]
async fn a_function_is_not_invoked_by_a_page_of_another_origin() {
    let runtime = runtime().await;
    let count = async || runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await["Count"].as_u64().unwrap();
    let refused = request(&runtime, "Lambda").header("origin", PAGE).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(refused.text().await.unwrap().contains(PAGE));
    assert_eq!(request(&runtime, "Lambda").send().await.unwrap().status(), StatusCode::OK);
    eventually("the item of the second invocation", async || count().await > 0).await;
    assert_eq!(count().await, 1);
}

/// A signature of a function is verified, and authorizes a page of any origin as on AWS. Other signatures are not
/// verified, so they must not let a page pass for the developer.
#[tokio::test]
async fn s3_takes_only_signatures_of_functions_from_pages_of_other_origins() {
    let runtime = runtime().await;
    let (function, developer) = (Signer::of(&runtime, "/uploader").await, Signer::developer(&runtime));
    let form = async |signer: &Signer, origin: &str| {
        let form = signer.form("uploads/a", "image/png", 5);
        form.post_from(&runtime, origin, b"bytes").await
    };
    assert_eq!(form(&function, PAGE).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(form(&developer, &runtime.url).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(form(&developer, PAGE).await).await, error(403, "AccessDenied"));
    let link = async |signer: &Signer| {
        let link = signer.presigned("uploads/a", Duration::ZERO).await;
        runtime.http.get(link).header("origin", PAGE).send().await.unwrap()
    };
    assert_eq!(link(&function).await.status(), StatusCode::OK);
    assert_eq!(refusal(link(&developer).await).await, error(403, "AccessDenied"));
}
