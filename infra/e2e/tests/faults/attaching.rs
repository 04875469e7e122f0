//! Attachments: announcing one, and sending one.

use std::time::Duration;

use e2e::{File, Server, crash_points, download};
use serde_json::{Value, json};

use crate::BECAUSE;

#[tokio::test]
async fn what_is_announced_again_can_be_uploaded_and_sent() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let file = File::picture();
    let points = crash_points(&server, "create-attachment", async |crash| {
        crash.is_near().await;
        let answer = ann.tries_to_announce(room, &file).await;
        if crash.has_struck().await {
            answer.is_broken();
        } else {
            answer.is(201);
        }
        let id = ann.uploads(room, &file).await;
        ann.tries_to_attach(room, "picture", &id).await.is(201);
    })
    .await;
    assert!(points >= 6, "{points}");
}

/// Waits for the outcome of a check: a message that has to wait for it makes more calls.
async fn is_checked(server: &Server, id: &str) {
    let key = json!({"TableName": "AttachmentsTable", "Key": {"id": {"S": id}}, "ConsistentRead": true});
    while server.dynamodb("GetItem", &key).await["Item"]["state"]["S"] != "ready" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_picture_that_is_sent_again_is_in_one_message_and_stays() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let points = crash_points(&server, "send-message", async |crash| {
        let room = ann.creates_room().await;
        let id = ann.uploads(room, &File::picture()).await;
        is_checked(&server, &id).await;
        let message =
            |client_id: &str| json!({"conversation_id": room, "attachment_picture": id, "client_id": client_id});
        let send = async || ann.post("/send-message/", &message("1")).await;
        crash.is_near().await;
        let answer = send().await;
        if crash.has_struck().await {
            answer.is_broken();
            let again = send().await;
            again.is(if again.status == 200 { 200 } else { 201 });
        } else {
            answer.is(201);
        }
        ann.post("/send-message/", &message("2")).await.refuses(400, "attachment_invalid");
        let messages: Vec<Value> = ann.sees_messages(room).await;
        assert_eq!(messages.len(), 1);
        for link in ["url", "thumbnail_url"] {
            download(&messages[0]["attachment_picture"][link]).await;
        }
        for part in ["attachments", "thumbnails"] {
            assert!(!server.tags(&format!("{part}/{id}")).await.contains("unsent"), "nothing deletes what was sent");
        }
    })
    .await;
    assert!(points >= 14, "{points}");
}
