//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use std::fs;

use serde_json::{Value, json};

use crate::harness::Runtime;

/// "How AWS enforcement code logic evaluates requests": without an allow there is no right.
#[tokio::test]
async fn a_function_may_do_what_its_policies_allow_and_nothing_else() {
    let runtime = Runtime::start().await;
    assert_eq!(runtime.json("/subject?do=put&with=Events").await, json!({"stored": true}));
    let denied = runtime.json("/subject?do=put&with=Private").await["error"].to_string();
    assert!(denied.contains("AccessDeniedException"), "{denied}");
    let sentence = "User: arn:aws:sts::000000000000:assumed-role/SubjectRole/Subject is not authorized to perform: \
                    dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Private because no \
                    identity-based policy allows the dynamodb:PutItem action";
    assert!(denied.contains(sentence), "{denied}");
    runtime.says("Subject lacks dynamodb:PutItem on arn:aws:dynamodb:us-east-1:000000000000:table/Private").await;
}

/// "Using IAM with transactions": the rights of the single actions, on every item.
#[tokio::test]
async fn a_transaction_needs_the_right_on_every_item() {
    let runtime = Runtime::start().await;
    assert_eq!(runtime.json("/subject?do=transact&with=Events").await, json!({"stored": true}));
    let denied = runtime.json("/subject?do=transact&with=Events,Private").await["error"].to_string();
    assert!(denied.contains("AccessDeniedException"), "{denied}");
}

/// "Control access to WebSocket APIs with AWS IAM": `execute-api:ManageConnections`.
#[tokio::test]
async fn writing_to_a_socket_needs_manage_connections() {
    let runtime = Runtime::start().await;
    let mut socket = runtime.socket("/prod").await;
    socket.send(r#"{"type":"mute"}"#).await;
    assert_eq!(socket.receive().await["message"], "Internal server error");
    runtime.says("Mute lacks execute-api:ManageConnections on arn:aws:execute-api:us-east-1:").await;
}

/// The input of the proof of least privilege.
#[tokio::test]
async fn the_record_tells_which_rights_have_been_used() {
    let runtime = Runtime::start().await;
    let grant = async |action: &str| -> Value {
        let record = runtime.json("/_local/iam").await;
        let granted = record["granted"].as_array().unwrap();
        granted.iter().find(|grant| grant["function"] == "Subject" && grant["action"] == action).unwrap().clone()
    };
    assert_eq!(grant("dynamodb:PutItem").await["used"], false);
    runtime.json("/subject?do=put&with=Events").await;
    assert_eq!(grant("dynamodb:PutItem").await["used"], true);
    assert_eq!(grant("dynamodb:DeleteItem").await["used"], false);
    let used = runtime.json("/_local/iam").await["used"].take();
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/Events";
    assert_eq!(used, json!([{"function": "Subject", "action": "dynamodb:PutItem", "resource": table}]));
}

/// The record has refused calls too, and the file is complete however the runtime ends.
#[tokio::test]
async fn the_record_on_disk_has_what_was_allowed_and_what_was_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("record");
    let runtime = Runtime::with(&["--memory", "--iam-record", path.to_str().unwrap()]).await;
    for _ in 0..2 {
        runtime.json("/subject?do=transact&with=Events").await;
        runtime.json("/subject?do=transact&with=Events,Private").await;
        runtime.json("/subject?do=put&with=Private").await;
    }
    let refused = runtime.json("/_local/iam").await["refused"].take();
    runtime.signal("KILL").await;
    let call = |table: &str| {
        let resource = format!("arn:aws:dynamodb:us-east-1:000000000000:table/{table}");
        json!({"function": "Subject", "action": "dynamodb:PutItem", "resource": resource})
    };
    assert_eq!(refused, json!([call("Private")]));
    let recorded = fs::read_to_string(&path).unwrap();
    let recorded: Vec<Value> = recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = [("Events", true), ("Private", false)].map(|(table, allowed)| {
        let mut call = call(table);
        call["allowed"] = json!(allowed);
        call
    });
    assert_eq!(recorded, expected);
}

/// "Defining Lambda function permissions with an execution role": each execution environment gets temporary
/// credentials.
#[tokio::test]
async fn every_instance_has_credentials_of_its_own() {
    let runtime = Runtime::start().await;
    let access_key = async || runtime.json("/subject?do=environment").await["AWS_ACCESS_KEY_ID"].take();
    let first = access_key().await;
    assert!(first.as_str().unwrap().starts_with("ASIA"), "{first}");
    assert_eq!(access_key().await, first);
    runtime.get("/subject?do=exit&with=0").await;
    assert_ne!(access_key().await, first);
    // All instances of a function have the same rights.
    assert_eq!(runtime.json("/subject?do=put&with=Events").await, json!({"stored": true}));
}
