//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/>

use std::time::Duration;

use serde_json::json;

use crate::{
    harness::Runtime,
    s3::{BUCKET, Signer},
};

/// "EventBridge event message structure", in the user guide of S3.
#[tokio::test]
async fn a_new_object_is_an_event_for_the_functions_whose_pattern_it_matches() {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    let response = function.form("uploads/form", "image/png", 5).post(&runtime, b"bytes").await;
    let request_id = response.headers()["x-amz-request-id"].to_str().unwrap().to_owned();
    let mut event = runtime.recorded("uploads/form").await;
    for field in ["/id", "/time", "/detail/object/sequencer"] {
        assert!(event.pointer_mut(field).unwrap().take().as_str().is_some_and(|value| !value.is_empty()), "{field}");
    }
    let expected = json!({
        "version": "0",
        "id": null,
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "000000000000",
        "time": null,
        "region": "us-east-1",
        "resources": ["arn:aws:s3:::files"],
        "detail": {
            "version": "0",
            "bucket": {"name": "files"},
            "object": {
                "key": "uploads/form",
                "size": 5,
                "etag": "4b3a6218bb3e3a7303e8a171a60fcf92",
                "sequencer": null,
            },
            "request-id": request_id,
            "requester": "000000000000",
            "source-ip-address": "127.0.0.1",
            "reason": "POST Object",
        },
    });
    assert_eq!(event, expected);
    function.put("uploads/put", "bytes").await;
    assert_eq!(runtime.recorded("uploads/put").await["detail"]["reason"], "PutObject");
    let copy = function.client().copy_object().copy_source(format!("{BUCKET}/uploads/put")).bucket(BUCKET);
    copy.key("uploads/copy").send().await.unwrap();
    assert_eq!(runtime.recorded("uploads/copy").await["detail"]["reason"], "CopyObject");
}

/// "Amazon EventBridge event patterns": an event that matches no pattern reaches no function.
#[tokio::test]
async fn an_object_that_no_pattern_matches_calls_nobody() {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    function.put("kept/a", "bytes").await;
    function.put("uploads/a", "bytes").await;
    runtime.recorded("uploads/a").await;
    let there = runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await;
    assert_eq!(there["Count"], 1);
}

/// "How Lambda handles errors and retries with asynchronous invocation": twice more, for the same request.
#[tokio::test]
async fn an_event_that_fails_is_tried_three_times() {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    function.put("uploads/fails", "bytes").await;
    let first = runtime.recorded("uploads/fails 1").await;
    assert_eq!(runtime.recorded("uploads/fails 2").await, first);
    assert_eq!(runtime.recorded("uploads/fails 3").await, first);
    runtime.says("subject has failed for good").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let there = runtime.dynamodb("Scan", &json!({"TableName": "Events"})).await;
    assert_eq!(there["Count"], 3);
}
