use e2e::{File, Server, User, crash_points, download};
use reqwest::Method;
use serde_json::{Value, json};

use crate::BECAUSE;

/// Gives out the event again when the claim of the check that died is over: AWS does so after a minute, the local runtime
/// after a second, which is too early.
async fn comes_again(server: &Server, id: &str) {
    let key = json!({"id": {"S": id}});
    let attachment = json!({"TableName": "AttachmentsTable", "Key": key, "ConsistentRead": true});
    if server.dynamodb("GetItem", &attachment).await["Item"]["state"]["S"] != "announced" {
        return;
    }
    let update = json!({
        "TableName": "AttachmentsTable", "Key": key, "UpdateExpression": "SET claimed_until = :past",
        "ExpressionAttributeValues": {":past": {"N": "0"}},
    });
    server.dynamodb("UpdateItem", &update).await;
    let event = json!({
        "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created",
        "source": "aws.s3", "account": "000000000000", "time": "2023-12-01T12:00:00Z", "region": "us-east-1",
        "resources": ["arn:aws:s3:::attachmentsbucket"],
        "detail": {"version": "0", "bucket": {"name": "attachmentsbucket"}, "object": {"key": format!("uploads/{id}")}},
    });
    let path = "/2015-03-31/functions/check-attachment/invocations";
    let answer = server.request(Method::POST, path).body(event.to_string()).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("x-amz-function-error")), (200, None));
}

async fn points(server: &Server, user: &User, file: &File) -> u64 {
    let room = user.creates_room().await;
    crash_points(server, "check-attachment", async |crash| {
        crash.is_near().await;
        let id = user.uploads(room, file).await;
        if crash.has_struck().await {
            crash.comes_again().await;
            comes_again(server, &id).await;
        }
        let sent = user.tries_to_attach(room, file.kind, &id).await.is(201);
        let attached: &Value = &sent[format!("attachment_{}", file.kind)];
        let shown = download(&attached["url"]).await.bytes().await.unwrap();
        assert_eq!(shown.len() as u64, attached["size"].as_u64().unwrap());
    })
    .await
}

#[tokio::test]
async fn a_check_that_is_made_again_has_an_outcome() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    // The claim, the upload, the picture and its thumbnail, the outcome, the end of the upload; a video is copied.
    let [picture, video] = [points(&server, &ann, &File::picture()).await, points(&server, &ann, &File::video()).await];
    assert!(picture >= 12 && video >= 10, "{picture}, {video}");
}

/// The claim is there, and refuses itself when the SDK makes it again.
#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_a_claim_all_the_same() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let lost = json!({"fault": "lose_answer", "function": "check-attachment", "operation": "UpdateItem", "times": 1});
    server.plans(&json!({"rules": [lost]})).await;
    let id = ann.uploads(room, &File::picture()).await;
    ann.tries_to_attach(room, "picture", &id).await.is(201);
    assert_eq!(server.fired().await, [1]);
}

/// Nobody waits for longer than a request may take.
#[tokio::test]
async fn what_is_not_checked_in_time_can_be_sent_later() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let killed = json!({"fault": "kill_after", "function": "check-attachment", "call": 1, "times": 1});
    server.plans(&json!({"rules": [killed]})).await;
    let id = ann.uploads(room, &File::picture()).await;
    let early = ann.tries_to_attach(room, "picture", &id).await;
    early.refuses(503, "unavailable");
    assert!(early.retry_after() >= 1, "{early:?}");
    assert_eq!(server.fired().await, [1]);
    assert!(ann.sees_messages(room).await.is_empty());
    comes_again(&server, &id).await;
    ann.tries_to_attach(room, "picture", &id).await.is(201);
}
