//! The metrics of functions: lines in CloudWatch's embedded metric format.
//!
//! Amazon CloudWatch User Guide, "Embedded metric format specification" and "Quotas".

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e2e::Server;
use serde_json::{Value, json};

use crate::support::{
    connections,
    log::{assert_dated, invocations, lines},
};

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

const BECAUSE: &str = "its metrics are elsewhere";

/// Asserts that CloudWatch accepts a line, and returns its values and dimensions.
fn metrics(line: &Value) -> Value {
    let mut root = line.as_object().unwrap().clone();
    let metadata = root.remove("_aws").unwrap();
    let keys: BTreeSet<_> = metadata.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["CloudWatchMetrics", "Timestamp"].into(), "{line}");
    // Between two weeks ago and two hours from now, in milliseconds.
    let age = now() - metadata["Timestamp"].as_i64().unwrap();
    assert!((-7_200_000..1_209_600_000).contains(&age), "{line}");
    assert_dated(line);
    let mut members = BTreeSet::new();
    for directive in metadata["CloudWatchMetrics"].as_array().unwrap() {
        let keys: BTreeSet<_> = directive.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["Dimensions", "Metrics", "Namespace"].into(), "{line}");
        let namespace = directive["Namespace"].as_str().unwrap();
        assert!((1..=255).contains(&namespace.len()) && !namespace.starts_with("AWS/"), "{line}");
        let sets = directive["Dimensions"].as_array().unwrap();
        assert!(!sets.is_empty(), "{line}");
        for name in sets
            .iter()
            .inspect(|set| assert!(set.as_array().unwrap().len() <= 30))
            .flat_map(|set| set.as_array().unwrap())
        {
            let name = name.as_str().unwrap();
            let value = root[name].as_str().unwrap();
            assert!((1..=250).contains(&name.len()) && (1..=1024).contains(&value.len()) && value.is_ascii(), "{line}");
            members.insert(name.to_owned());
        }
        let defined = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&defined.len()), "{line}");
        for metric in defined {
            let keys: BTreeSet<_> = metric.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(keys, ["Name", "Unit"].into(), "{line}");
            assert_eq!(metric["Unit"], "Count");
            let name = metric["Name"].as_str().unwrap();
            assert!((1..=1024).contains(&name.len()), "{line}");
            match &root[name] {
                Value::Array(values) => {
                    assert!((1..=100).contains(&values.len()) && values.iter().all(Value::is_number), "{line}");
                }
                value => assert!(value.is_number(), "{line}"),
            }
            assert!(members.insert(name.to_owned()), "{name} is there twice: {line}");
        }
    }
    root.retain(|name, _| members.contains(name));
    Value::Object(root)
}

/// All metrics until now, each with its function. An invocation has one line at most.
fn all(server: &Server) -> Vec<(String, Value)> {
    for lines in invocations(server) {
        assert!(lines.iter().filter(|line| line.get("_aws").is_some()).count() <= 1, "{lines:?}");
    }
    let lines = lines(server).into_iter().filter(|line| line.get("_aws").is_some());
    lines.map(|line| (line["span"]["function"].as_str().unwrap().to_owned(), metrics(&line))).collect()
}

/// Waits for metrics of a function. Its lines come after its answer.
async fn has(server: &Server, function: &str, expected: Value) {
    let expected = (function.to_owned(), expected);
    for _ in 0..500 {
        if all(server).contains(&expected) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no {expected:?} in {:?}", all(server));
}

#[tokio::test]
async fn a_message_has_its_sockets_and_their_pushes() {
    let Some(server) = Server::local(BECAUSE).faults().log("json").start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    ann.sends(room, "nobody is online").await;
    has(&server, "send-message", json!({"FanOut": [0]})).await;
    let mut phone = bob.opens_socket(room).await;
    connections::dies_unnoticed(&bob, Duration::from_mins(1)).await;
    phone.says(room, "hi").await;
    has(&server, "message", json!({"FanOut": [2], "PushesDelivered": 1, "PushesGone": 1})).await;
    server.plans(&json!({"rules": [{"fault": "throttle", "service": "connections"}]})).await;
    ann.sends(room, "too much").await;
    has(&server, "send-message", json!({"FanOut": [1], "PushesSlow": 1})).await;
}

#[tokio::test]
async fn a_refused_call_has_the_limit() {
    let overrides = ["CallsPerSecond=1", "RegistrationsPerHour=3", "RoomChangesPerHour=12"];
    let Some(server) = Server::local(BECAUSE).parameters(&overrides).log("json").start().await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    ann.post("/create-chatroom/", &json!({})).await.refuses(429, "rate_limited");
    has(&server, "create-chatroom", json!({"Throttled": 1, "Limit": "room_changes"})).await;
    let bob = json!({"username": server.name("bob"), "password": e2e::PASSWORD});
    server.post("/auth/register/", &bob).await.refuses(429, "rate_limited");
    has(&server, "register", json!({"Throttled": 1, "Limit": "registrations"})).await;
    // A frame takes its turn while the call is counted, but a refused one has not lost a message.
    let mut socket = ann.opens_socket(room).await;
    for number in 0..8 {
        socket.says(room, &number.to_string()).await;
    }
    has(&server, "message", json!({"Throttled": 1, "Limit": "calls"})).await;
}

#[tokio::test]
async fn a_refused_turn_and_a_refused_handshake_are_counted() {
    let Some(server) = Server::local(BECAUSE).log("json").start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    bob.tries_to_send(room, "hi").await.refuses(403, "not_a_member");
    has(&server, "send-message", json!({"TurnsRefused": 1})).await;
    assert_eq!(server.handshake("", &[]).await.err().unwrap().status, 401);
    has(&server, "authorize", json!({"HandshakesRefused": 1, "Reason": "unauthenticated"})).await;
    assert_eq!(bob.tries_socket(&format!("room_name={room}")).await.err().unwrap().status, 403);
    has(&server, "authorize", json!({"HandshakesRefused": 1, "Reason": "not_a_member"})).await;
    bob.joins(room).await;
    let message = bob.sends(room, "hi").await;
    let only_admins = json!({"conversation_id": room, "only_admins": {"send": true}});
    ann.post("/set-room/", &only_admins).await.is(200);
    let edit = json!({"conversation_id": room, "message_id": message["id"], "text": "hello"});
    bob.post("/edit-message/", &edit).await.refuses(403, "not_an_admin");
    has(&server, "edit-message", json!({"TurnsRefused": 1})).await;
}

#[tokio::test]
async fn a_reader_of_text_gets_no_metrics() {
    let Some(server) = Server::local(BECAUSE).log("text").start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    ann.sends(room, "hi").await;
    ann.tries_to_send(room + 1, "hi").await.refuses(404, "room_not_found");
    server.has_logged("room_not_found").await;
    assert!(!server.log().contains("_aws"), "{}", server.log());
}
