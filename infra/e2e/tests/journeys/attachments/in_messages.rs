//! Pictures and videos in messages, from one phone to another.

use std::io::Cursor;

use e2e::{Cost, File, SECRET_PLACE, Server, assert_time, crash_points, download, fetch, photo_without_place};
use image::{GenericImageView as _, ImageReader};
use serde_json::{Value, json};

use crate::support::{attaching::refused, costs, crashes};

/// Asserts that the links of a picture lead to the photo without its place and to its thumbnail.
async fn assert_photo(shown: &Value) {
    let photo = download(&shown["url"]).await;
    assert_eq!(photo.headers()["content-type"], "image/jpeg");
    assert_eq!(photo.headers()["content-disposition"], "inline;filename*=UTF-8''garden.jpg");
    let photo = photo.bytes().await.unwrap();
    assert_eq!(photo, photo_without_place(), "the photo without its EXIF data");
    let thumbnail = download(&shown["thumbnail_url"]).await.bytes().await.unwrap();
    let thumbnail = ImageReader::new(Cursor::new(thumbnail)).with_guessed_format().unwrap().decode().unwrap();
    assert_eq!(thumbnail.dimensions(), (320, 240));
}

#[tokio::test]
async fn a_picture_goes_from_one_phone_to_the_other_without_the_place_where_it_was_taken() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut bobs = bob.opens_socket(room).await;
    let photo = File::photo();
    assert!(photo.bytes.windows(SECRET_PLACE.len()).any(|window| window == SECRET_PLACE));
    let id = ann.uploads(room, &photo).await;
    let sent = ann.tries_to_attach(room, "picture", &id).await.is(201);

    let shown = &sent["attachment_picture"];
    assert_eq!((&sent["text"], &sent["attachment_video"]), (&json!(""), &Value::Null));
    assert_eq!(shown["id"], id);
    assert_eq!((&shown["content_type"], &shown["name"]), (&json!("image/jpeg"), &json!("garden.jpg")));
    assert_eq!(shown["size"], photo_without_place().len());
    assert_time(&shown["expires_at"]);
    // Each function signs links with its own permissions.
    assert_photo(shown).await;
    assert_photo(&bobs.receives("").await["attachment_picture"]).await;
    assert_photo(&bob.sees_messages(room).await[0]["attachment_picture"]).await;
    assert_photo(&bob.lists("/list-messages/").await[0]["attachment_picture"]).await;
    assert_photo(&bob.sees_room(room).await["last_message"]["attachment_picture"]).await;
    let caption = json!({"conversation_id": room, "message_id": sent["id"], "text": "garden"});
    assert_photo(&ann.post("/edit-message/", &caption).await.is(200)["attachment_picture"]).await;
    assert_photo(&bobs.next_of("edited").await["message"]["attachment_picture"]).await;
    let reaction = json!({"conversation_id": room, "message_id": sent["id"], "emoji": "👍"});
    assert_photo(&bob.post("/react-to-message/", &reaction).await.is(200)["attachment_picture"]).await;
    let changes = bob.get(&format!("/list-changes/{room}/?after=0")).await.is(200);
    assert_photo(&changes["changed"][0]["attachment_picture"]).await;
    let known = json!({"rooms": {room.to_string(): {"after": 0, "change": 0}}});
    let news = bob.post("/sync/", &known).await.is(200)["rooms"][room.to_string()].clone();
    for list in ["messages", "changed"] {
        assert_photo(&news[list][0]["attachment_picture"]).await;
    }
    // By its name, which the caption is not.
    let found = bob.get(&format!("/search-messages/?conversation_id={room}&q=garden.jpg")).await.is(200);
    assert_photo(&found["messages"][0]["attachment_picture"]).await;
}

#[tokio::test]
async fn a_video_arrives_byte_by_byte_over_a_socket_as_well() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    let (video, picture) = (File::video(), File::picture());
    let (video_id, picture_id) = (ann.uploads(room, &video).await, ann.uploads(room, &picture).await);
    ann.knows_checked(room, "video", &video_id).await;
    ann.knows_checked(room, "picture", &picture_id).await;
    let frame =
        json!({"type": "message", "attachment_video": video_id, "attachment_picture": picture_id, "text": "both"});
    anns.sends(&frame).await;
    for socket in [&mut anns, &mut bobs] {
        let event = socket.receives("both").await;
        let shown = &event["attachment_video"];
        assert_eq!(shown["size"], video.bytes.len());
        assert_eq!(shown.get("thumbnail_url"), None);
        let film = download(&shown["url"]).await;
        assert_eq!(film.headers()["content-type"], "video/mp4");
        assert_eq!(film.headers()["content-disposition"], "inline;filename*=UTF-8''film%20%C2%BD.mp4");
        assert_eq!(film.bytes().await.unwrap(), video.bytes);
        let shown = &event["attachment_picture"];
        assert_eq!(download(&shown["url"]).await.bytes().await.unwrap(), picture.bytes);
        download(&shown["thumbnail_url"]).await;
    }
}

#[tokio::test]
async fn an_attachment_is_its_owners_for_its_room_of_its_kind() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let other_room = ann.creates_room_with(&[&bob]).await;
    let id = ann.uploads(room, &File::picture()).await;
    let none = "was not uploaded by you for this room";
    assert!(refused(&bob, room, "picture", &id).await.contains(none), "somebody else's");
    assert!(refused(&ann, other_room, "picture", &id).await.contains(none), "for another room");
    assert!(refused(&ann, room, "picture", "7d2e1f0a-6c1f-4c53-9a43-0f7a4c1d2b3e").await.contains(none), "nobody's");
    assert!(refused(&ann, room, "video", &id).await.contains("is a picture, not a video"));
    assert!(ann.sees_messages(room).await.is_empty());
    ann.tries_to_attach(room, "picture", &id).await.is(201);
}

#[tokio::test]
async fn an_attachment_is_in_one_message() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let id = ann.uploads(room, &File::picture()).await;
    let (one, other) =
        tokio::join!(ann.tries_to_attach(room, "picture", &id), ann.tries_to_attach(room, "picture", &id));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400], "{one:?} {other:?}");
    assert!(refused(&ann, room, "picture", &id).await.contains("is in another message"));
    assert_eq!(ann.sees_messages(room).await.len(), 1);
}

/// A lifecycle rule of the bucket deletes objects with the tag `unsent`.
#[tokio::test]
async fn what_is_in_a_message_is_kept_and_nothing_else() {
    let Some(server) = Server::local("the tags of a deployed bucket are not for tests").start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let [sent, left] = [ann.uploads(room, &File::picture()).await, ann.uploads(room, &File::picture()).await];
    ann.tries_to_attach(room, "picture", &sent).await.is(201);
    refused(&ann, room, "video", &left).await;
    for prefix in ["attachments", "thumbnails"] {
        let unsent = "<Tag><Key>unsent</Key><Value>true</Value></Tag>";
        let tags = server.tags(&format!("{prefix}/{left}")).await;
        assert!(tags.contains(unsent), "{tags}");
        let tags = server.tags(&format!("{prefix}/{sent}")).await;
        assert!(!tags.contains("<Tag>"), "{tags}");
    }
}

#[tokio::test]
async fn whoever_has_left_the_room_attaches_nothing() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut bobs = bob.opens_socket_for_all_rooms().await;
    let id = bob.uploads(room, &File::picture()).await;
    bob.leaves(room).await;
    bobs.next_of("left").await;
    bob.tries_to_attach(room, "picture", &id).await.refuses(403, "not_a_member");
    bobs.sends(&json!({"type": "message", "conversation": room, "attachment_picture": id})).await;
    bobs.hears_error("not_a_member").await;
    bob.tries_to_announce(room, &File::picture()).await.refuses(403, "not_a_member");
    assert!(ann.sees_messages(room).await.is_empty());
}

#[tokio::test]
async fn what_is_refused_over_a_socket_is_told_there() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut socket = ann.opens_socket(room).await;
    let page = File { bytes: b"<!doctype html><script>alert(1)</script>".to_vec(), ..File::picture() };
    let id = ann.uploads(room, &page).await;
    ann.knows_checked(room, "picture", &id).await;
    socket.sends(&json!({"type": "message", "attachment_picture": id, "client_id": "c1"})).await;
    let error = socket.hears_error("attachment_invalid").await;
    let detail = "The attachment is not a GIF, JPEG, PNG or WebP picture.";
    assert_eq!((&error["client_id"], &error["detail"]), (&json!("c1"), &json!(detail)));
    let never = ann.announces(room, &File::picture()).await.id;
    socket.sends(&json!({"type": "message", "attachment_picture": never})).await;
    assert_eq!(socket.hears_error("attachment_invalid").await["detail"], "The attachment has not been uploaded.");
}

#[tokio::test]
async fn retries_at_the_same_moment_get_the_same_message() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for round in 0..5 {
        let id = ann.uploads(room, &File::picture()).await;
        ann.knows_checked(room, "picture", &id).await;
        let body = json!({"conversation_id": room, "attachment_picture": id, "client_id": format!("c{round}")});
        let tries = [(); 3].map(|()| ann.post("/send-message/", &body));
        let answers = futures_util::future::join_all(tries).await;
        let mut ids: Vec<_> = answers.iter().map(|answer| answer.json()["id"].clone()).collect();
        assert!(ids[0].is_u64(), "{answers:?}");
        ids.dedup();
        assert_eq!(ids.len(), 1, "{answers:?}");
    }
    assert_eq!(ann.sees_messages(room).await.len(), 5);
}

#[tokio::test]
async fn a_retry_with_the_same_client_id_attaches_nothing_twice() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let id = ann.uploads(room, &File::video()).await;
    ann.knows_checked(room, "video", &id).await;
    let body = json!({"conversation_id": room, "text": "look", "attachment_video": id, "client_id": "c1"});
    let first = ann.post("/send-message/", &body).await.is(201);
    let again = ann.post("/send-message/", &body).await.is(200);
    assert_eq!(again["id"], first["id"]);
    assert_eq!(again["attachment_video"]["id"], id);
    assert_eq!(ann.sees_messages(room).await.len(), 1);
}

#[tokio::test]
async fn a_client_id_has_one_attachment_and_a_refused_one_is_not_used() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let [one, other] = [ann.uploads(room, &File::picture()).await, ann.uploads(room, &File::picture()).await];
    for id in [&one, &other] {
        ann.knows_checked(room, "picture", id).await;
    }
    let body =
        |id: &str, client_id: &str| json!({"conversation_id": room, "attachment_picture": id, "client_id": client_id});
    ann.post("/send-message/", &body(&one, "c1")).await.is(201);
    ann.post("/send-message/", &body(&other, "c1")).await.refuses(409, "client_id_reused");
    let with_text = json!({"conversation_id": room, "attachment_picture": one, "text": "look", "client_id": "c1"});
    ann.post("/send-message/", &with_text).await.refuses(409, "client_id_reused");
    ann.post("/send-message/", &body(&one, "c1")).await.is(200);
    ann.post("/send-message/", &body(&other, "c2")).await.is(201);
}

#[tokio::test]
async fn who_comes_to_the_bucket_without_a_link_gets_nothing() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let [one, other] = [ann.uploads(room, &File::picture()).await, ann.uploads(room, &File::picture()).await];
    let sent = ann.tries_to_attach(room, "picture", &one).await.is(201);
    let link = sent["attachment_picture"]["url"].as_str().unwrap();
    let (plain, _) = link.split_once('?').unwrap();
    for url in [
        plain.to_owned(),
        link.replace(&one, &other),
        link.replace("attachments/", "thumbnails/"),
        link.replace("X-Amz-Expires=900", "X-Amz-Expires=86400"),
        link.replace("image%2Fpng", "text%2Fhtml"),
        link.replace("max-age%3D900", "max-age%3D31536000"),
        link.replace("private%2C", "public%2C"),
        plain.replace(&format!("attachments/{one}"), ""),
    ] {
        assert_ne!(url, link);
        assert_eq!(fetch(&url).await.status(), 403, "{url}");
    }
    download(&sent["attachment_picture"]["url"]).await;
}

#[tokio::test]
async fn a_picture_that_is_sent_again_is_in_one_message_and_stays() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let points = crash_points(&server, "send-message", async |crash| {
        let room = ann.creates_room().await;
        let id = ann.uploads(room, &File::picture()).await;
        ann.knows_checked(room, "picture", &id).await;
        let message =
            |client_id: &str| json!({"conversation_id": room, "attachment_picture": id, "client_id": client_id});
        let send = async || ann.post("/send-message/", &message("1")).await;
        let (answer, again) = crashes::meets(crash, send).await;
        answer.is(if again && answer.status == 200 { 200 } else { 201 });
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

#[tokio::test]
async fn what_a_message_with_a_picture_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let id = ann.uploads(room, &File::photo()).await;
    // Waits for the end of the check.
    server.cost("check-attachment").await;
    ann.tries_to_attach(room, "picture", &id).await.is(201);
    // The session and the call; the room and the attachment; the turn; the message with the attachment, and the sockets.
    assert_eq!(server.cost("send-message").await, Cost { calls: 7, depth: 4, reads: 3.0, writes: 6.0, pushes: 0 });
    // The picture and its thumbnail are kept.
    assert_eq!(server.objects("send-message").await, ["DELETE", "DELETE"]);
}
