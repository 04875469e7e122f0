//! Pictures of rooms, which are announced for no room.

use std::time::Duration;

use e2e::{Answer, File, Server, User, crash_points, download, fetch};
use serde_json::json;
use tokio::time::sleep;

use crate::support::crashes;

/// Creates a room with this picture. Comes again while the picture is checked.
async fn creates(owner: &User, picture: &str) -> Answer {
    loop {
        let answer = owner.post("/create-chatroom/", &json!({"name": "Garden", "picture": picture})).await;
        if answer.status != 503 {
            return answer;
        }
        answer.refuses(503, "unavailable");
    }
}

#[tokio::test]
async fn a_room_has_a_picture_from_the_beginning() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let photo = File::photo();
    let id = ann.uploads_for_a_room(&photo).await;
    creates(&bob, &id).await.refuses(400, "attachment_invalid");
    let room = creates(&ann, &id).await.is(201);
    let shown = &room["picture"];
    assert_eq!((&shown["id"], &shown["name"]), (&json!(id), &json!("garden.jpg")));
    assert_eq!(download(&shown["url"]).await.headers()["cache-control"], "private, max-age=900");
    download(&shown["thumbnail_url"]).await;
    let room = room["id"].as_u64().unwrap();
    let listed = ann.sees_room(room).await;
    assert_eq!(listed["picture"]["id"], id);
    download(&listed["picture"]["thumbnail_url"]).await;
    let (plain, _) = listed["picture"]["url"].as_str().unwrap().split_once('?').unwrap();
    assert_eq!(fetch(plain).await.status(), 403);

    creates(&ann, &id).await.refuses(400, "attachment_invalid");
    ann.tries_to_attach(room, "picture", &id).await.refuses(400, "attachment_invalid");
}

#[tokio::test]
async fn the_picture_of_a_room_has_the_type_of_its_bytes() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let id = ann.uploads_for_a_room(&File { content_type: "image/JPG", name: "red.jpg", ..File::picture() }).await;
    let shown = &creates(&ann, &id).await.is(201)["picture"];
    assert_eq!((&shown["content_type"], &shown["name"]), (&json!("image/png"), &json!("red.png")));
    assert_eq!(download(&shown["url"]).await.headers()["content-type"], "image/png");
}

#[tokio::test]
async fn what_is_no_picture_becomes_that_of_no_room() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let page = File { bytes: b"<!doctype html><script>alert(1)</script>".to_vec(), ..File::picture() };
    for (id, why) in [
        (ann.uploads_for_a_room(&page).await, "is not a GIF, JPEG, PNG or WebP picture"),
        (ann.uploads(room, &File::picture()).await, "was not uploaded by you as the picture of a room"),
        (ann.uploads(room, &File::video()).await, "was not uploaded by you as the picture of a room"),
    ] {
        let refused = creates(&ann, &id).await;
        refused.refuses(400, "attachment_invalid");
        assert!(refused.body.contains(why), "{}", refused.body);
    }
    assert_eq!(ann.lists("/list-chatrooms/").await.len(), 1);
}

#[tokio::test]
async fn a_picture_that_is_not_checked_yet_can_be_taken_later() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let killed = json!({"fault": "kill_after", "function": "check-attachment", "call": 1, "times": 1});
    server.plans(&json!({"rules": [killed]})).await;
    let picture = ann.uploads_for_a_room(&File::picture()).await;
    for (call, body) in [
        ("/create-chatroom/", json!({"picture": picture})),
        ("/set-room/", json!({"conversation_id": room, "picture": picture})),
    ] {
        ann.post(call, &body).await.refuses(503, "unavailable");
    }
    assert_eq!(server.fired().await, [1]);
}

async fn is_checked(server: &Server, id: &str) {
    let key = json!({"TableName": "AttachmentsTable", "Key": {"id": {"S": id}}, "ConsistentRead": true});
    while server.dynamodb("GetItem", &key).await["Item"]["state"]["S"] != "ready" {
        sleep(Duration::from_millis(20)).await;
    }
}

/// Wherever it dies, a room that is there has its picture for ever, and a picture that no room has can be used.
#[tokio::test]
async fn a_room_that_is_there_has_its_picture() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let points = crash_points(&server, "create-chatroom", async |crash| {
        let before = ann.lists("/list-chatrooms/").await.len();
        let id = ann.uploads_for_a_room(&File::picture()).await;
        is_checked(&server, &id).await;
        let create = async || ann.post("/create-chatroom/", &json!({"picture": id})).await;
        let (answer, again) = crashes::meets(crash, create).await;
        if !(again && answer.status == 400) {
            answer.is(201);
        }
        let rooms = ann.lists("/list-chatrooms/").await;
        assert_eq!(rooms.len(), before + 1, "one room has the picture");
        let room = rooms.iter().find(|room| room["picture"]["id"] == id).unwrap();
        download(&room["picture"]["url"]).await;
        for part in ["attachments", "thumbnails"] {
            assert!(!server.tags(&format!("{part}/{id}")).await.contains("unsent"), "nothing deletes the picture");
        }
    })
    .await;
    assert!(points >= 10, "{points}");
}
