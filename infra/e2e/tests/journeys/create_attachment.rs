//! `POST /create-attachment/`

use e2e::{File, Server};
use serde_json::json;

#[tokio::test]
async fn gives_a_form_for_one_file() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let announced = ann.tries_to_announce(room, &File::picture()).await.is(201);
    assert_eq!((&announced["expires_in"], &announced["upload"]["method"]), (&json!(600), &json!("POST")));
    let fields = &announced["upload"]["fields"];
    assert_eq!(fields["Content-Type"], "image/png");
    assert_eq!(fields["key"], format!("uploads/{}", announced["id"].as_str().unwrap()));
}

#[tokio::test]
async fn what_is_missing_or_not_allowed_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let nothing = ann.post("/create-attachment/", &json!({})).await;
    for field in ["conversation_id", "kind", "content_type", "size", "name"] {
        nothing.blames(field);
    }
    for (field, value) in [
        ("kind", json!("sound")),
        ("kind", json!("video")),
        ("content_type", json!("image/svg+xml")),
        ("content_type", json!("text/html")),
        ("content_type", json!(["image/png"])),
        ("size", json!(0)),
        ("size", json!(16 * 1024 * 1024 + 1)),
        ("size", json!("5")),
        ("name", json!("")),
        ("name", json!("../a")),
        ("name", json!("a\r\nb")),
        ("name", json!("n".repeat(256))),
    ] {
        let mut body = File::picture().announcement(room);
        body[field] = value;
        let blamed = if field == "kind" && body[field] == "video" { "content_type" } else { field };
        ann.post("/create-attachment/", &body).await.blames(blamed);
    }
    let mut largest = File::video().announcement(room);
    largest["size"] = json!(100 * 1024 * 1024);
    ann.post("/create-attachment/", &largest).await.is(201);
}

#[tokio::test]
async fn only_members_upload() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    bob.tries_to_announce(room, &File::picture()).await.refuses(403, "not_a_member");
    bob.tries_to_announce(9_007_199_254_740_991, &File::picture()).await.refuses(404, "room_not_found");
}
