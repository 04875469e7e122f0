//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/>

use std::{
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::{PATIENCE, Runtime, eventually};

fn item(id: &str) -> Value {
    json!({"TableName": "Events", "Item": {"id": {"S": id}}})
}

async fn count(runtime: &Runtime) -> Value {
    runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await["Count"].take()
}

/// The common tools work with the same port.
#[tokio::test]
async fn the_tables_are_those_of_the_template() {
    let runtime = Runtime::start().await;
    let tables = runtime.dynamodb("ListTables", &json!({})).await;
    assert_eq!(tables["TableNames"], json!(["Events", "Private"]));
}

/// "Amazon DynamoDB is durable": acknowledged items survive, however the process ends.
#[tokio::test]
async fn acknowledged_writes_survive_kill_9() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["--data", data.path().to_str().unwrap()];
    let runtime = Runtime::with(&arguments).await;
    for number in 0..20 {
        runtime.dynamodb("PutItem", &item(&number.to_string())).await;
    }
    runtime.signal("KILL").await;
    let again = Runtime::with(&arguments).await;
    assert_eq!(count(&again).await, 20);
}

/// With `--memory`, no data is kept.
#[tokio::test]
async fn in_memory_every_start_is_a_new_one() {
    let runtime = Runtime::start().await;
    runtime.dynamodb("PutItem", &item("1")).await;
    runtime.signal("TERM").await;
    assert_eq!(count(&Runtime::start().await).await, 0);
}

/// "Using time to live (TTL) in DynamoDB": the attribute is a number, the time in seconds since 1970; items whose time
/// has come are deleted, and those without such an attribute are not.
#[tokio::test]
async fn expired_items_vanish_and_no_others() {
    let runtime = Runtime::with(&["--memory", "--ttl-sweep", "0.05"]).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let expiring = |id: &str, ends: &Value| json!({"TableName": "Events", "Item": {"id": {"S": id}, "ends": ends}});
    let seconds = |time: u64| json!({"N": time.to_string()});
    for put in [
        item("without"),
        expiring("future", &seconds(now + 3600)),
        expiring("text", &json!({"S": (now - 60).to_string()})),
        expiring("past", &seconds(now - 60)),
    ] {
        runtime.dynamodb("PutItem", &put).await;
    }
    let left = async || {
        let mut items = runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await["Items"].take();
        let mut ids: Vec<_> = items.as_array_mut().unwrap().iter_mut().map(|item| item["id"]["S"].take()).collect();
        ids.sort_unstable_by_key(Value::to_string);
        ids
    };
    eventually("the end of the expired item", async || left().await == ["future", "text", "without"]).await;
}

/// The platform's API Gateway and Lambda share no threads with DynamoDB: they answer while it is busy.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_waits_for_the_disk_everything_else_answers() {
    let data = tempfile::tempdir().unwrap();
    let runtime = Runtime::with(&["--data", data.path().to_str().unwrap()]).await;
    // Another writer makes the engine wait: here the test, in practice a slow disk.
    let mut file = rusqlite::Connection::open(data.path().join("dynamodb.sqlite")).unwrap();
    let lock = file.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    // More calls than the gateway has threads.
    let many = 4 * thread::available_parallelism().unwrap().get();
    let items: Vec<_> = (0..many).map(|number| item(&number.to_string())).collect();
    let mut writes = Box::pin(join_all(items.iter().map(|item| runtime.dynamodb("PutItem", item))));
    assert!(timeout(Duration::from_millis(200), &mut writes).await.is_err(), "the engine does not wait");
    let answers = async {
        for _ in 0..20 {
            assert_eq!(runtime.get("/subject").await.status(), 200);
        }
    };
    tokio::select! {
        biased;
        _ = &mut writes => panic!("all writes have ended before the gateway has answered"),
        () = answers => {}
        () = tokio::time::sleep(PATIENCE) => panic!("the gateway does not answer"),
    }
    drop(lock);
    writes.await;
    runtime.dynamodb("PutItem", &item("afterwards")).await;
    let stored = runtime.dynamodb("GetItem", &json!({"TableName": "Events", "Key": {"id": {"S": "afterwards"}}})).await;
    assert_eq!(stored["Item"]["id"]["S"], "afterwards");
}
