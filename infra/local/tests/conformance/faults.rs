//! Faults after a plan, in the words of the services.
//!
//! An instance serves an event during the whole test, and the test makes the calls with its credentials, byte for byte.

use std::{fs, time::Duration};

use reqwest::{Method, Response, Result};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::Instant};

use crate::{
    harness::{Runtime, Socket, eventually},
    s3::Signer,
};

/// An instance that is serving an event.
struct Serving {
    runtime: Runtime,
    signer: Signer,
    gates: TempDir,
    served: JoinHandle<Result<Response>>,
}

impl Serving {
    async fn start() -> Self {
        let runtime = Runtime::with(&["--memory", "--faults"]).await;
        let signer = Signer::of(&runtime, "/faulty").await;
        let gates = tempfile::tempdir().unwrap();
        let gate = gates.path().join("gate");
        let served = runtime.http.get(format!("{}/faulty?do=wait_for&with={}", runtime.url, gate.display())).send();
        let served = tokio::spawn(served);
        eventually("an event that is being served", async || gate.with_extension("begun").exists()).await;
        Self { runtime, signer, gates, served }
    }

    /// Begins a plan of one rule.
    async fn strikes(&self, rule: &Value) {
        plan(&self.runtime, &json!({"seed": 1, "rules": [rule]})).await;
    }

    async fn calls(&self, operation: &str, body: &Value) -> Result<Response> {
        self.runtime.dynamodb_as(self.signer.access_key(), operation, body).await
    }

    async fn puts(&self, id: &str) -> Result<Response> {
        self.calls("PutItem", &json!({"TableName": "Events", "Item": {"id": {"S": id}}})).await
    }

    /// Status and the part of the error's name that SDKs read.
    async fn is_told(&self, operation: &str, body: &Value) -> (u16, String) {
        let response = self.calls(operation, body).await.unwrap();
        let status = response.status().as_u16();
        let error: Value = response.json().await.unwrap();
        (status, error["__type"].as_str().unwrap_or_default().rsplit('#').next().unwrap().to_owned())
    }

    async fn posts(&self, connection: &str) -> Response {
        let url = format!("{}/prod/@connections/{}", self.runtime.url, connection.replace('=', "%3D"));
        let authorization = format!("AWS4-HMAC-SHA256 Credential={}/x", self.signer.access_key());
        let request = self.runtime.http.post(url).header("authorization", authorization);
        request.body("pushed").send().await.unwrap()
    }

    async fn has(&self, id: &str) -> bool {
        has(&self.runtime, id).await
    }

    /// Lets the invocation finish.
    async fn ends(self) -> u16 {
        fs::write(self.gates.path().join("gate"), "").unwrap();
        self.served.await.unwrap().unwrap().status().as_u16()
    }
}

async fn plan(runtime: &Runtime, plan: &Value) {
    let response = puts_plan(runtime, plan).await;
    let status = response.status();
    assert_eq!(status, 204, "{}", response.text().await.unwrap());
}

async fn puts_plan(runtime: &Runtime, plan: &Value) -> Response {
    let url = format!("{}/_local/faults", runtime.url);
    runtime.http.put(url).body(plan.to_string()).send().await.unwrap()
}

async fn fired(runtime: &Runtime) -> u64 {
    runtime.json("/_local/faults").await["rules"][0]["fired"].as_u64().unwrap()
}

async fn has(runtime: &Runtime, id: &str) -> bool {
    let key = json!({"TableName": "Events", "Key": {"id": {"S": id}}});
    runtime.dynamodb("GetItem", &key).await.get("Item").is_some()
}

async fn count(runtime: &Runtime) -> u64 {
    runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await["Count"].as_u64().unwrap()
}

#[tokio::test]
async fn without_the_option_there_is_no_such_path() {
    let runtime = Runtime::start().await;
    assert_eq!(runtime.get("/_local/faults").await.status(), 404);
}

#[tokio::test]
async fn a_plan_replaces_the_one_before_and_a_bad_one_changes_nothing() {
    let runtime = Runtime::with(&["--memory", "--faults"]).await;
    assert_eq!(runtime.json("/_local/faults").await, json!({"seed": 0, "rules": []}));
    let rule = json!({"fault": "slow", "function": "subject", "service": "dynamodb", "operation": "PutItem", "call": 2,
                      "probability": 0.5, "times": 3, "millis": 1});
    plan(&runtime, &json!({"seed": 7, "rules": [rule]})).await;
    let refused = puts_plan(&runtime, &json!({"rules": [{"fault": "slow"}]})).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.text().await.unwrap(), "rules[0]: slow needs millis from 0 to 60000\n");
    let mut told = rule;
    told["fired"] = json!(0);
    assert_eq!(runtime.json("/_local/faults").await, json!({"seed": 7, "rules": [told]}));
}

#[tokio::test]
async fn an_instance_dies_before_its_call_or_after_it() {
    for (fault, done) in [("kill_before", false), ("kill_after", true)] {
        let serving = Serving::start().await;
        serving.strikes(&json!({"fault": fault, "function": "subject", "call": 2})).await;
        assert_eq!(serving.puts("first").await.unwrap().status(), 200);
        assert!(serving.puts("second").await.is_err(), "there is nobody to answer to");
        assert_eq!((serving.has("first").await, serving.has("second").await), (true, done), "{fault}");
        assert_eq!(fired(&serving.runtime).await, 1);
        serving.runtime.says("Runtime exited with error: signal: 9").await;
        assert_eq!(serving.ends().await, 500);
    }
}

/// "Understanding the Lambda execution environment lifecycle": another environment serves the next event.
#[tokio::test]
async fn after_a_killed_instance_there_is_another() {
    let runtime = Runtime::with(&["--memory", "--faults"]).await;
    let first = runtime.get("/subject").await.headers()["x-instance"].clone();
    plan(&runtime, &json!({"rules": [{"fault": "kill_after", "times": 1}]})).await;
    assert_eq!(runtime.get("/subject?do=put&with=Events").await.status(), 500);
    assert_eq!(runtime.json("/subject?do=put&with=Events").await, json!({"stored": true}));
    assert_ne!(runtime.get("/subject").await.headers()["x-instance"], first);
    assert_eq!((fired(&runtime).await, count(&runtime).await), (1, 2));
}

/// "Error handling with DynamoDB": HTTP 400 and 500.
#[tokio::test]
async fn dynamodb_throttles_and_fails_before_or_after_it_has_written() {
    let serving = Serving::start().await;
    let put = |id: &str| json!({"TableName": "Events", "Item": {"id": {"S": id}}});
    serving.strikes(&json!({"fault": "throttle", "service": "dynamodb"})).await;
    let mut kinds = Vec::new();
    for _ in 0..32 {
        let (status, kind) = serving.is_told("PutItem", &put("throttled")).await;
        assert_eq!(status, 400);
        kinds.push(kind);
    }
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["ProvisionedThroughputExceededException", "ThrottlingException"]);
    for (fault, done) in [("fail_before", false), ("fail_after", true)] {
        serving.strikes(&json!({"fault": fault, "operation": "PutItem"})).await;
        let told = serving.is_told("PutItem", &put(fault)).await;
        assert_eq!((told, serving.has(fault).await), ((500, "InternalServerError".to_owned()), done));
    }
    assert!(!serving.has("throttled").await);
    assert_eq!(serving.ends().await, 200);
}

#[tokio::test]
async fn an_answer_is_lost_and_what_was_asked_for_is_done() {
    let serving = Serving::start().await;
    serving.strikes(&json!({"fault": "lose_answer", "times": 1})).await;
    let lost = serving.puts("lost").await.unwrap_err();
    assert!(!lost.is_status() && !lost.is_timeout(), "the connection ends: {lost:?}");
    assert!(serving.has("lost").await);
    assert_eq!(serving.puts("next").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_slow_call_is_done_all_the_same() {
    let serving = Serving::start().await;
    serving.strikes(&json!({"fault": "slow", "millis": 300})).await;
    let begun = Instant::now();
    assert_eq!(serving.puts("slow").await.unwrap().status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
    assert!(serving.has("slow").await);
}

/// `BatchGetItem` and `BatchWriteItem`: unprocessed keys and items, in the form of the request.
#[tokio::test]
async fn a_batch_is_done_in_part() {
    let serving = Serving::start().await;
    serving.strikes(&json!({"fault": "unprocessed", "times": 2})).await;
    let ids: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let writes: Vec<_> = ids.iter().map(|id| json!({"PutRequest": {"Item": {"id": {"S": id}}}})).collect();
    let written = serving.calls("BatchWriteItem", &json!({"RequestItems": {"Events": writes}})).await.unwrap();
    let left = written.json::<Value>().await.unwrap()["UnprocessedItems"].take();
    let unwritten = left["Events"].as_array().unwrap().len();
    assert!((1..20).contains(&unwritten), "{left}");
    assert_eq!(count(&serving.runtime).await, 20 - unwritten as u64);
    serving.runtime.dynamodb("BatchWriteItem", &json!({"RequestItems": left})).await;

    let keys: Vec<_> = ids.iter().map(|id| json!({"id": {"S": id}})).collect();
    let request = json!({"RequestItems": {"Events": {"Keys": keys, "ConsistentRead": true}}});
    let read: Value = serving.calls("BatchGetItem", &request).await.unwrap().json().await.unwrap();
    let left = &read["UnprocessedKeys"]["Events"];
    let (unread, found) = (left["Keys"].as_array().unwrap(), read["Responses"]["Events"].as_array().unwrap());
    assert!((1..20).contains(&unread.len()), "{read}");
    assert_eq!((unread.len() + found.len(), &left["ConsistentRead"]), (20, &json!(true)));
    assert!(unread.iter().all(|key| !found.contains(key)), "{read}");
}

/// "TransactWriteItems": `TransactionCanceledException` and its reasons; "PutItem": `TransactionConflictException`.
#[tokio::test]
async fn a_write_runs_into_a_transaction() {
    let serving = Serving::start().await;
    serving.strikes(&json!({"fault": "conflict"})).await;
    let put = |id: &str| json!({"TableName": "Events", "Item": {"id": {"S": id}}});
    let told = serving.is_told("PutItem", &put("one")).await;
    assert_eq!(told, (400, "TransactionConflictException".to_owned()));
    let actions = json!({"TransactItems": [{"Put": put("one")}, {"Put": put("two")}]});
    let cancelled = serving.calls("TransactWriteItems", &actions).await.unwrap();
    assert_eq!(cancelled.status(), 400);
    let cancelled: Value = cancelled.json().await.unwrap();
    let conflict = json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"});
    assert_eq!(cancelled["CancellationReasons"], json!([conflict, {"Code": "None"}]));
    assert_eq!(cancelled["__type"], "com.amazonaws.dynamodb.v20120810#TransactionCanceledException");
    let key = json!({"TableName": "Events", "Key": {"id": {"S": "one"}}});
    assert_eq!(serving.calls("GetItem", &key).await.unwrap().status(), 200, "reads have no part in it");
    assert_eq!(count(&serving.runtime).await, 0);
}

/// "Use @connections commands in your backend service": `GoneException`, `LimitExceededException`.
#[tokio::test]
async fn a_push_is_refused() {
    let serving = Serving::start().await;
    let mut socket = serving.runtime.socket("/prod").await;
    let id = socket.id().await;
    let answers = [
        ("gone", 410, "GoneException"),
        ("throttle", 429, "LimitExceededException"),
        ("fail_before", 500, "InternalServerErrorException"),
    ];
    for (fault, status, kind) in answers {
        serving.strikes(&json!({"fault": fault, "service": "connections", "operation": "POST"})).await;
        let response = serving.posts(&id).await;
        assert_eq!(
            (response.status().as_u16(), response.headers()["x-amzn-errortype"].to_str().unwrap()),
            (status, kind)
        );
    }
    serving.strikes(&json!({"fault": "gone", "times": 0})).await;
    assert_eq!(serving.posts(&id).await.status(), 200);
    assert_eq!(socket.receive_text().await, "pushed", "and the refused ones did not come");
}

/// "Best practices for using S3": `503 Slow Down`.
#[tokio::test]
async fn a_bucket_is_busy() {
    let serving = Serving::start().await;
    serving.strikes(&json!({"fault": "throttle", "service": "s3", "operation": "PUT", "times": 1})).await;
    serving.signer.put("uploads/a", "tried again by the SDK").await;
    assert_eq!(fired(&serving.runtime).await, 1);
}

/// "Understanding retry behavior in Lambda": "your function code must be able to handle duplicate events".
#[tokio::test]
async fn an_event_is_served_twice() {
    let runtime = Runtime::with(&["--memory", "--faults"]).await;
    plan(&runtime, &json!({"rules": [{"fault": "duplicate", "function": "subject", "times": 4}]})).await;
    for _ in 0..4 {
        assert_eq!(runtime.get("/subject").await.status(), 200, "one answer");
    }
    runtime.get("/subject").await;
    eventually("all of them", async || runtime.log().matches("subject got \"GET /subject\"").count() == 9).await;
}

#[tokio::test]
async fn a_socket_is_cut_without_a_word_and_the_message_has_arrived() {
    let runtime = Runtime::with(&["--memory", "--faults"]).await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    plan(&runtime, &json!({"rules": [{"fault": "cut", "times": 1}]})).await;
    socket.send(r#"{"type":"message"}"#).await;
    is_cut(&mut socket).await;
    let event = runtime.recorded(&format!("$disconnect {id}")).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1006);
    eventually("both messages", async || runtime.log().matches("subject got \"message\"").count() == 2).await;
}

#[tokio::test]
async fn what_is_pushed_is_lost_with_the_socket() {
    let runtime = Runtime::with(&["--memory", "--faults"]).await;
    let mut socket = runtime.socket("/prod").await;
    let id = socket.id().await;
    plan(&runtime, &json!({"rules": [{"fault": "cut", "times": 1}]})).await;
    assert_eq!(runtime.connection(Method::POST, &id, "lost").await.status(), 200);
    is_cut(&mut socket).await;
    eventually("the end of the connection", async || {
        runtime.connection(Method::POST, &id, "late").await.status() == 410
    })
    .await;
}

async fn is_cut(socket: &mut Socket) {
    let end = socket.next().await;
    assert!(matches!(end, None | Some(Err(_))), "no close frame: {end:?}");
}

/// "Manage connected users and client apps": `$disconnect` is best effort.
#[tokio::test]
async fn disconnect_does_not_come() {
    let runtime = Runtime::with(&["--memory", "--faults"]).await;
    let [mut forgotten, mut other] = [runtime.socket("/prod").await, runtime.socket("/prod").await];
    let [first, second] = [forgotten.id().await, other.id().await];
    plan(&runtime, &json!({"rules": [{"fault": "forget_disconnect", "times": 1}]})).await;
    drop(forgotten);
    eventually("the end of the first socket", async || {
        runtime.connection(Method::GET, &first, "").await.status() == 410
    })
    .await;
    // Only then: the rule is for one event, whichever comes first.
    eventually("the fault", async || fired(&runtime).await == 1).await;
    drop(other);
    runtime.recorded(&format!("$disconnect {second}")).await;
    assert!(!has(&runtime, &format!("$disconnect {first}")).await);
    assert_eq!(fired(&runtime).await, 1);
}
