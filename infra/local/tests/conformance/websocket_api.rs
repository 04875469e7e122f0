//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html>

use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::harness::{self, PATIENCE, Runtime, refusal};

/// "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers".
#[tokio::test]
async fn the_authorizer_decides_before_connect() {
    let runtime = Runtime::start().await;
    for (path, status) in [("/prod?auth=unauthorized", 401), ("/prod?auth=deny", 403), ("/prod?auth=broken", 500)] {
        let (refused, body) = refusal(runtime.try_socket(path, None).await);
        assert_eq!(refused, status, "{path}");
        assert!(body["connectionId"].is_string() && body["requestId"].is_string(), "{body}");
    }
    let events = runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await;
    assert_eq!(events["Count"], 0, "$connect was called for a refused socket: {events}");
}

/// "Manage connected users and client apps: $connect and $disconnect routes": if the integration fails, there is no
/// connection. Live APIs then answer 502 (serverless/serverless-websockets-plugin#13).
#[tokio::test]
async fn connect_refuses_by_status_and_a_broken_one_is_a_bad_gateway() {
    let runtime = Runtime::start().await;
    for (path, status) in [("/prod?connect=403", 403), ("/prod?connect=500", 500), ("/prod?connect=raise", 502)] {
        assert_eq!(refusal(runtime.try_socket(path, None).await).0, status, "{path}");
    }
}

/// "Manage connected users and client apps": the socket is open when `$connect` has returned, not before.
#[tokio::test]
async fn the_handshake_waits_for_connect_and_until_then_the_connection_is_gone() {
    let runtime = Runtime::start().await;
    let opening = async {
        let begun = Instant::now();
        let socket = runtime.socket("/prod?connect=slow").await;
        (socket, begun.elapsed())
    };
    let meddling = async {
        let id = connecting(&runtime).await;
        let early = runtime.connection(Method::POST, &id, "early").await;
        (id, early)
    };
    let ((mut socket, took), (id, early)) = tokio::join!(opening, meddling);
    assert!(took >= Duration::from_millis(700), "{took:?}");
    assert_eq!(early.status(), 410);
    assert_eq!(early.headers()["x-amzn-errortype"], "GoneException");
    assert_eq!(runtime.connection(Method::POST, &id, "now").await.status(), 200);
    assert_eq!(socket.receive_text().await, "now");
}

/// "Set up a route that requires a WebSocket subprotocol".
#[tokio::test]
async fn connect_selects_the_subprotocol() {
    let runtime = Runtime::start().await;
    let socket = runtime.try_socket("/prod", Some("bearer, secret")).await.unwrap();
    assert_eq!(socket.response.headers()["sec-websocket-protocol"], "bearer");
}

/// "Mapping template reference for WebSocket APIs": `$context.authorizer`, as strings.
#[tokio::test]
async fn later_events_carry_the_authorizers_context() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/prod?room_name=1").await;
    socket.send(r#"{"type":"message"}"#).await;
    let context = socket.receive().await["requestContext"].take();
    assert_eq!(context["authorizer"], json!({"principalId": "ann", "user_id": "7"}));
    let id = context["connectionId"].as_str().unwrap();
    let connect = runtime.recorded(&format!("$connect {id}")).await;
    assert_eq!(connect["requestContext"]["authorizer"], context["authorizer"]);
    assert_eq!(connect["queryStringParameters"], json!({"room_name": "1"}));
    assert_eq!(connect["requestContext"]["connectedAt"], context["connectedAt"]);
    socket.stream.close(None).await.unwrap();
    let disconnect = runtime.recorded(&format!("$disconnect {id}")).await;
    assert_eq!(disconnect["requestContext"]["authorizer"], context["authorizer"]);
}

/// The path of the original service, for clients that know it.
#[tokio::test]
async fn the_original_path_is_the_same_socket() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/ws/chat/12/?token=t").await;
    let id = socket.id().await;
    let connect = runtime.recorded(&format!("$connect {id}")).await;
    assert_eq!(connect["queryStringParameters"], json!({"room_name": "12", "token": "t"}));
}

/// "Invoke the route and integration": the route selection expression, and `$default` for everything else.
#[tokio::test]
async fn a_frame_goes_to_the_route_it_names_or_to_default() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/prod").await;
    for (frame, route) in [
        (r#"{"type":"message"}"#, "message"),
        (r#"{"type":"unknown"}"#, "$default"),
        ("no json", "$default"),
        (r#"{"type":"$connect"}"#, "$default"),
    ] {
        socket.send(frame).await;
        let event = socket.receive().await;
        let context = &event["requestContext"];
        assert_eq!((&context["routeKey"], &event["body"]), (&json!(route), &json!(frame)));
        assert_eq!((&context["eventType"], &context["messageDirection"]), (&json!("MESSAGE"), &json!("IN")));
        assert!(context["messageId"].is_string());
    }
}

/// "Binary media types for WebSocket APIs in API Gateway": a client that sends binary is disconnected with 1003.
#[tokio::test]
async fn a_binary_message_of_a_client_closes_with_1003() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    socket.stream.send(Message::binary(vec![0, 255])).await.unwrap();
    assert_eq!(socket.closed().await, 1003);
    let context = runtime.recorded(&format!("$disconnect {id}")).await["requestContext"].take();
    assert_eq!(context["disconnectStatusCode"], 1003);
}

/// "Manage connected users and client apps": `$disconnect` follows every `$connect` that has succeeded. The
/// documentation does not mention clients that leave meanwhile. With this reading, no record of a connection stays for
/// ever.
#[tokio::test]
async fn a_client_that_leaves_during_connect_gets_its_disconnect() {
    let runtime = Runtime::start().await;
    let id = tokio::select! {
        _ = runtime.socket("/prod?connect=slow") => panic!("the handshake was not to end so soon"),
        id = connecting(&runtime) => id,
    };
    let context = runtime.recorded(&format!("$disconnect {id}")).await["requestContext"].take();
    assert_eq!(context["disconnectStatusCode"], 1006);
}

/// The id of the only connection whose `$connect` has begun.
async fn connecting(runtime: &Runtime) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "$connect has not been called");
        let events = runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await;
        if let Some(event) = events["Items"][0]["event"]["S"].as_str() {
            let event: Value = serde_json::from_str(event).unwrap();
            return event["requestContext"]["connectionId"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// "WebSocket API `$disconnect`": the server closes, and the function runs.
#[tokio::test]
async fn ctrl_c_closes_sockets_with_1001_and_lets_disconnect_run() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["--data", data.path().to_str().unwrap()];
    let runtime = Runtime::with(&arguments).await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    let (code, ended) = tokio::join!(socket.closed(), runtime.signal("INT"));
    assert_eq!((code, ended), (1001, Some(0)));
    let again = Runtime::with(&arguments).await;
    let context = again.recorded(&format!("$disconnect {id}")).await["requestContext"].take();
    assert_eq!(context["disconnectStatusCode"], 1001);
}

/// A hanging `$disconnect` delays the end for three seconds. A second Ctrl-C ends the delay.
#[tokio::test]
async fn the_end_waits_for_nobody_for_long() {
    let farewell = Duration::from_secs(3);
    let ends = async |again: bool| {
        let runtime = Runtime::start().await;
        let mut socket = runtime.socket("/prod?lingers=yes").await;
        let begun = Instant::now();
        runtime.send_signal("INT");
        assert_eq!(socket.closed().await, 1001);
        if again {
            runtime.send_signal("INT");
        }
        assert_eq!(runtime.ends().await, Some(0));
        begun.elapsed()
    };
    let patient = ends(false).await;
    assert!(patient >= farewell, "{patient:?}");
    assert!(ends(true).await < patient);
}

/// "Set up a WebSocket API integration": the client gets an error of the integration.
#[tokio::test]
async fn a_failing_route_is_told_to_the_client() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    socket.send(r#"{"type":"message","do":"raise"}"#).await;
    let told = socket.receive().await;
    assert_eq!((&told["message"], &told["connectionId"]), (&json!("Internal server error"), &json!(id)));
    assert!(told["requestId"].is_string());
}

/// "Use @connections commands in your backend service".
#[tokio::test]
async fn connections_can_be_written_to_described_and_closed() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    assert_eq!(runtime.connection(Method::POST, &id, "hello").await.status(), 200);
    assert_eq!(socket.receive_text().await, "hello");
    let described: Value = runtime.connection(Method::GET, &id, "").await.json().await.unwrap();
    assert_eq!(described["identity"], json!({"sourceIp": "127.0.0.1", "userAgent": "conformance"}));
    let at = |field: &str| OffsetDateTime::parse(described[field].as_str().unwrap(), &Rfc3339).unwrap();
    assert!(at("connectedAt") <= at("lastActiveAt") && at("lastActiveAt") <= OffsetDateTime::now_utc(), "{described}");
    assert_eq!(runtime.connection(Method::DELETE, &id, "").await.status(), 204);
    assert_eq!(socket.closed().await, 1000);
    for method in [Method::POST, Method::GET, Method::DELETE] {
        assert_eq!(runtime.connection(method, &id, "x").await.status(), 410);
    }
    assert_eq!(runtime.connection(Method::POST, "bad", "x").await.status(), 400);
}

/// "Quotas for configuring and running a WebSocket API": frames of 32 KB, messages of 128 KB.
#[tokio::test]
async fn frames_and_messages_over_the_limit_close_with_1009() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/prod").await;
    socket.send("x".repeat(32 * 1024)).await;
    assert_eq!(socket.receive().await["body"].as_str().unwrap().len(), 32 * 1024);
    let id = socket.id().await;
    socket.send("x".repeat(32 * 1024 + 1)).await;
    assert_eq!(socket.closed().await, 1009);
    let event = runtime.recorded(&format!("$disconnect {id}")).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1009);
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    let posted = runtime.connection(Method::POST, &id, &"x".repeat(128 * 1024)).await;
    assert_eq!(posted.status(), 200);
    let posted = runtime.connection(Method::POST, &id, &"x".repeat(128 * 1024 + 1)).await;
    assert_eq!(
        (posted.status().as_u16(), &posted.headers()["x-amzn-errortype"]),
        (413, &"PayloadTooLargeException".parse().unwrap())
    );
}

/// "Quotas for configuring and running a WebSocket API": idle connection timeout.
#[tokio::test]
async fn an_idle_socket_is_cut_and_traffic_keeps_it() {
    let runtime = Runtime::with(&["--memory", "--socket-idle", "1"]).await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        socket.stream.send(Message::Ping(vec![1].into())).await.unwrap();
    }
    let begun = Instant::now();
    assert_eq!(socket.closed().await, 1001);
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
    let event = runtime.recorded(&format!("$disconnect {id}")).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1001);
}

/// "Quotas for configuring and running a WebSocket API": connection duration.
#[tokio::test]
async fn every_socket_is_cut_after_its_time() {
    let runtime = Runtime::with(&["--memory", "--socket-duration", "1"]).await;
    let mut socket = runtime.socket("/prod").await;
    assert_eq!(socket.closed().await, 1001);
}

/// "Manage connected users and client apps": `disconnectStatusCode` and `disconnectReason`.
#[tokio::test]
async fn disconnect_says_how_the_socket_was_closed() {
    let runtime = Runtime::start().await;
    let mut polite = runtime.socket("/prod").await;
    let id = polite.id().await;
    let frame = CloseFrame { code: CloseCode::Normal, reason: "bye".into() };
    polite.stream.close(Some(frame)).await.unwrap();
    let context = runtime.recorded(&format!("$disconnect {id}")).await["requestContext"].take();
    assert_eq!((&context["disconnectStatusCode"], &context["disconnectReason"]), (&json!(1000), &json!("bye")));
    assert_eq!(context["eventType"], "DISCONNECT");

    let mut rude = runtime.socket("/prod").await;
    let id = rude.id().await;
    drop(rude);
    let context = runtime.recorded(&format!("$disconnect {id}")).await["requestContext"].take();
    assert_eq!(context["disconnectStatusCode"], 1006);
}

/// "@connections" POST: `LimitExceededException` also where the client's buffer is full.
#[tokio::test]
async fn a_client_that_does_not_read_fills_its_buffer() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    let data = "x".repeat(128 * 1024);
    let mut refused = None;
    for _ in 0..1000 {
        let posted = runtime.connection(Method::POST, &id, &data).await;
        if posted.status() != 200 {
            refused = Some(posted);
            break;
        }
    }
    let refused = refused.expect("a client that never reads took 128 MB");
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["x-amzn-errortype"], "LimitExceededException");
}

/// "Protect your WebSocket APIs": handshakes and frames beyond the rate and the burst of their route are throttled.
#[tokio::test]
async fn what_is_more_than_a_route_takes_is_throttled_and_the_socket_stays_open() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("template.yaml");
    let source = std::fs::read_to_string(harness::template()).unwrap();
    let settings = "RouteSettings: {$connect: {ThrottlingRateLimit: 0.01, ThrottlingBurstLimit: 1}, \
                    message: {ThrottlingRateLimit: 0.01, ThrottlingBurstLimit: 2}}";
    let route = "RouteSelectionExpression: $request.body.type";
    let throttled = source.replacen(route, &format!("{route}\n      {settings}"), 1);
    assert_ne!(source, throttled);
    std::fs::write(&template, throttled).unwrap();
    let runtime = Runtime::of(&template, &["--memory"]).await;
    let mut socket = runtime.socket("/prod").await;
    assert_eq!(refusal(runtime.try_socket("/prod", None).await).0, 429);
    let mut told = Vec::new();
    for _ in 0..3 {
        socket.send(json!({"type": "message"}).to_string()).await;
        told.push(socket.receive().await);
    }
    assert_eq!(told[2]["message"], "Too Many Requests", "{told:?}");
    assert!(told[0]["message"].is_null() && told[1]["message"].is_null(), "{told:?}");
    // Other routes have no such limit.
    socket.send("{}").await;
    assert_eq!(socket.receive().await["requestContext"]["routeKey"], "$default");
}
