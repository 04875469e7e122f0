//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/>

use serde_json::{Value, json};

use crate::harness::Runtime;

fn item(id: &str) -> Value {
    json!({"TableName": "Events", "Item": {"id": {"S": id}}})
}

async fn count(runtime: &Runtime) -> Value {
    runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await["Count"].take()
}

/// The tools that people know work against the same port.
#[tokio::test]
async fn the_tables_are_those_of_the_template() {
    let runtime = Runtime::start().await;
    let tables = runtime.dynamodb("ListTables", &json!({})).await;
    assert_eq!(tables["TableNames"], json!(["Events", "Private"]));
}

/// "Amazon DynamoDB is durable": what was acknowledged is there, however the process ended.
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

/// `--memory` keeps nothing.
#[tokio::test]
async fn in_memory_every_start_is_a_new_one() {
    let runtime = Runtime::start().await;
    runtime.dynamodb("PutItem", &item("1")).await;
    runtime.signal("TERM").await;
    assert_eq!(count(&Runtime::start().await).await, 0);
}
