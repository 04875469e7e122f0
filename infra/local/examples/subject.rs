//! The function of the conformance tests. Its event selects its behaviour.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a subject that fails loudly, and is heard, is what the tests want"
)]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_sdk_apigatewaymanagement::{self as management, primitives::Blob};
use aws_sdk_dynamodb::{
    self as dynamodb,
    config::{BehaviorVersion, Credentials, Region},
    types::{AttributeValue, Put, TransactWriteItem},
};
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    assert!(std::env::var("FAILS_AT_INIT").is_err(), "told to fail at init");
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let LambdaEvent { payload: event, context } = event;
    println!("subject got {}", event["requestContext"]["routeKey"]);
    if event["source"] == "aws.s3" {
        return object_created(&event, &context).await;
    }
    if event["type"] == "REQUEST" {
        return authorize(&event);
    }
    match event["requestContext"]["eventType"].as_str() {
        Some("CONNECT") => connect(&event).await,
        Some("MESSAGE") => message(&event).await,
        Some(_) => disconnect(&event).await,
        None => http(&event, &context).await,
    }
}

fn authorize(event: &Value) -> Result<Value, Error> {
    let effect = match event["queryStringParameters"]["auth"].as_str() {
        Some("unauthorized") => return Err("Unauthorized".into()),
        Some("broken") => return Err("broken".into()),
        Some("deny") => "Deny",
        _ => "Allow",
    };
    Ok(json!({
        "principalId": "ann",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}],
        },
        "context": {"user_id": 7, "lingers": event["queryStringParameters"]["lingers"]},
    }))
}

/// Records the event under the object's key. An event that must fail is recorded under the number of the try too.
async fn object_created(event: &Value, context: &Context) -> Result<Value, Error> {
    static TRIES: AtomicUsize = AtomicUsize::new(0);
    let key = event["detail"]["object"]["key"].as_str().unwrap_or_default();
    if !key.contains("fails") {
        put_as("Events", key, event).await?;
        return Ok(Value::Null);
    }
    let number = TRIES.fetch_add(1, Ordering::Relaxed) + 1;
    put_as("Events", &format!("{key} {number}"), &json!({"request_id": context.request_id})).await?;
    Err("told to fail".into())
}

async fn connect(event: &Value) -> Result<Value, Error> {
    put("Events", event).await?;
    let asked = &event["queryStringParameters"];
    match asked["connect"].as_str() {
        Some("raise") => return Err("connect failed".into()),
        Some("slow") => tokio::time::sleep(Duration::from_millis(700)).await,
        Some(status) => return Ok(json!({"statusCode": status.parse::<u16>()?})),
        None => {}
    }
    let offered = event["headers"]["Sec-WebSocket-Protocol"].as_str().and_then(|offer| offer.split(',').next());
    let headers = offered.map_or(json!({}), |first| json!({"Sec-WebSocket-Protocol": first}));
    Ok(json!({"statusCode": 200, "headers": headers}))
}

async fn disconnect(event: &Value) -> Result<Value, Error> {
    if event["requestContext"]["authorizer"]["lingers"] == "yes" {
        tokio::time::sleep(Duration::from_secs(8)).await;
    }
    put("Events", event).await?;
    Ok(json!({"statusCode": 200}))
}

async fn message(event: &Value) -> Result<Value, Error> {
    let body: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default()).unwrap_or_default();
    if body["do"] == "raise" {
        return Err("message failed".into());
    }
    let config = management::config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials())
        .endpoint_url(variable("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"))
        .build();
    let connection = event["requestContext"]["connectionId"].as_str().unwrap_or_default();
    let client = management::Client::from_conf(config);
    client.post_to_connection().connection_id(connection).data(Blob::new(event.to_string())).send().await?;
    Ok(json!({"statusCode": 200, "body": "never sent to the client"}))
}

async fn http(event: &Value, context: &Context) -> Result<Value, Error> {
    let asked = &event["queryStringParameters"];
    let with = asked["with"].as_str().unwrap_or_default();
    match asked["do"].as_str().unwrap_or("echo") {
        "answer" => return Ok(serde_json::from_str(with)?),
        "raise" => return Err(with.into()),
        "panic" => panic!("told to panic"),
        "exit" => std::process::exit(with.parse()?),
        "wait_for" => wait_for(Path::new(with)).await?,
        "sleep" => tokio::time::sleep(Duration::from_millis(with.parse()?)).await,
        // A string has two quotes in JSON.
        "large" => return Ok(json!("x".repeat(with.parse::<usize>()? - 2))),
        "clock" => return Ok(json!(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())),
        "context" => return Ok(serde_json::to_value(context)?),
        "environment" => return Ok(json!(std::env::vars().collect::<BTreeMap<_, _>>())),
        "put" => return Ok(outcome(put(with, event).await)),
        "transact" => return Ok(outcome(transact(with.split(',')).await)),
        _ => {}
    }
    Ok(json!({
        "statusCode": 200,
        "headers": {
            "access-control-allow-origin": "https://integration.example",
            "x-instance": instance(),
            "x-version": std::env::var("VERSION").unwrap_or_default(),
        },
        "body": json!({"event": event, "requestId": context.request_id, "trace": context.xray_trace_id}).to_string(),
    }))
}

fn outcome(result: Result<(), Error>) -> Value {
    result.map_or_else(|error| json!({"error": format!("{error:?}")}), |()| json!({"stored": true}))
}

/// Waits for a file. Marks the beginning by another file beside it.
async fn wait_for(file: &Path) -> std::io::Result<()> {
    std::fs::write(file.with_extension("begun"), "")?;
    while !file.exists() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

fn instance() -> String {
    std::process::id().to_string()
}

fn id(event: &Value) -> String {
    let context = &event["requestContext"];
    let id = context["connectionId"].as_str().or(context["requestId"].as_str()).unwrap_or("none");
    format!("{} {id}", context["routeKey"].as_str().unwrap_or_default())
}

async fn put(table: &str, event: &Value) -> Result<(), Error> {
    put_as(table, &id(event), event).await
}

async fn put_as(table: &str, id: &str, event: &Value) -> Result<(), Error> {
    let request = database().put_item().table_name(table).item("id", AttributeValue::S(id.to_owned()));
    request.item("event", AttributeValue::S(event.to_string())).send().await?;
    Ok(())
}

async fn transact(tables: impl Iterator<Item = &str>) -> Result<(), Error> {
    let mut request = database().transact_write_items();
    for table in tables {
        let put = Put::builder().table_name(table).item("id", AttributeValue::S("transacted".to_owned())).build()?;
        request = request.transact_items(TransactWriteItem::builder().put(put).build());
    }
    request.send().await?;
    Ok(())
}

fn database() -> dynamodb::Client {
    let config = dynamodb::config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials())
        .endpoint_url(variable("AWS_ENDPOINT_URL_DYNAMODB"))
        .build();
    dynamodb::Client::from_conf(config)
}

fn credentials() -> Credentials {
    let token = Some(variable("AWS_SESSION_TOKEN"));
    Credentials::new(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), token, None, "environment")
}

fn variable(name: &str) -> String {
    std::env::var(name).expect(name)
}
