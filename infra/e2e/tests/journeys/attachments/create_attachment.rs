//! `POST /create-attachment/`

use e2e::{Cost, File, Server, crash_points, download};
use serde_json::json;

use crate::support::{
    attaching::refused,
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /create-attachment/", |world| Ask::Rest(
    File::picture().announcement(world.room)
)));

#[tokio::test]
async fn gives_a_form_for_one_file() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let announced = ann.tries_to_announce(room, &File::picture()).await.is(201);
    assert_eq!((&announced["expires_in"], &announced["upload"]["method"]), (&json!(600), &json!("POST")));
    let fields = &announced["upload"]["fields"];
    assert_eq!(fields["Content-Type"], "image/png");
    assert_eq!(fields["key"], format!("uploads/{}", announced["id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_type_is_announced_in_any_spelling_and_a_name_in_any_script() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for (content_type, name, canonical) in [
        ("IMAGE/JPEG", "צילום מסך \u{200f}2026.jpg", "image/jpeg"),
        ("image/jpg", "صورة\u{61c}.jpg", "image/jpeg"),
        ("image/png; charset=binary", "👨\u{200d}👩\u{200d}👧.png", "image/png"),
    ] {
        let file = File { content_type, name, ..File::picture() };
        let announced = ann.tries_to_announce(room, &file).await.is(201);
        assert_eq!(announced["upload"]["fields"]["Content-Type"], canonical);
        let id = ann.uploads(room, &file).await;
        let sent = ann.tries_to_attach(room, "picture", &id).await.is(201);
        let shown = &sent["attachment_picture"];
        assert_eq!(shown["name"], name.replace(".jpg", ".png"));
        let saved = download(&shown["url"]).await.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(
            saved.starts_with("inline;filename*=UTF-8''%") && matches!(saved.rsplit_once('.'), Some((_, "png"))),
            "{saved}"
        );
    }
}

#[tokio::test]
async fn what_is_missing_or_not_allowed_is_named() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let nothing = ann.post("/create-attachment/", &json!({})).await;
    for field in ["kind", "content_type", "size", "name"] {
        nothing.blames(field);
    }
    ann.post("/create-attachment/", &File::video().announcement(None)).await.blames("conversation_id");
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

/// A room takes it in a journey of rooms.
#[tokio::test]
async fn the_picture_of_a_room_is_uploaded_for_no_room_and_no_message() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let id = ann.uploads_for_a_room(&File::picture()).await;
    assert!(refused(&ann, room, "picture", &id).await.contains("was not uploaded by you for this room"));
}

#[tokio::test]
async fn nothing_else_than_what_was_announced_can_be_uploaded() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let file = File::picture();
    let upload = ann.announces(room, &file).await;
    let other = ann.announces(room, &file).await;

    let more = [&file.bytes[..], b"!"].concat();
    assert!(upload.sends(&more).await.1.contains("<Code>EntityTooLarge</Code>"));
    assert!(upload.sends(&file.bytes[1..]).await.1.contains("<Code>EntityTooSmall</Code>"));
    let key = format!("uploads/{}", other.id);
    let shown = format!("attachments/{}", upload.id);
    let later = upload.fields.iter().find(|(name, _)| name == "policy").unwrap().1.replacen('e', "f", 1);
    for (field, value) in [
        ("key", key.as_str()),
        ("key", shown.as_str()),
        ("Content-Type", "text/html"),
        ("policy", later.as_str()),
        ("x-amz-signature", &"0".repeat(64)),
        ("x-amz-security-token", "another"),
        ("acl", "public-read"),
    ] {
        let (status, body) = upload.clone().with(field, value).sends(&file.bytes).await;
        assert!((400..404).contains(&status), "{field} {value}: {status} {body}");
    }
    assert!(refused(&ann, room, "picture", &upload.id).await.contains("has not been uploaded"));
    assert_eq!(upload.sends(&file.bytes).await.0, 204);
    ann.tries_to_attach(room, "picture", &upload.id).await.is(201);
}

#[tokio::test]
async fn what_is_announced_again_can_be_uploaded_and_sent() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let file = File::picture();
    let points = crash_points(&server, "create-attachment", async |crash| {
        crashes::meets(crash, async || ann.tries_to_announce(room, &file).await).await.0.is(201);
        let id = ann.uploads(room, &file).await;
        ann.tries_to_attach(room, "picture", &id).await.is(201);
    })
    .await;
    assert!(points >= 6, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    ann.announces(room, &File::photo()).await;
    // The session and the call; the membership, the upload and its bytes; the announcement.
    assert_eq!(server.cost("create-attachment").await, Cost { calls: 6, depth: 3, reads: 1.5, writes: 4.0, pushes: 0 });
    assert_eq!(server.objects("create-attachment").await, [""; 0]);
}
