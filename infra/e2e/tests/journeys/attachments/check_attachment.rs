//! The check of an upload, which S3 reports as an event.

use std::{io::Cursor, time::Duration};

use e2e::{Cost, File, Server, User, crash_points, download};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{attaching::refused, costs, crashes};

#[tokio::test]
async fn all_kinds_of_files_that_may_be_attached_are_taken() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let brand = |brand: &[u8; 4]| [b"\0\0\0\x10ftyp".as_slice(), brand, b"\0\0\0\0"].concat();
    let webm = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm".to_vec();
    for (content_type, bytes) in [
        ("video/mp4", brand(b"mp42")),
        ("video/quicktime", brand(b"qt  ")),
        ("video/3gpp", brand(b"3gp4")),
        ("video/webm", webm),
    ] {
        let id = ann.uploads(room, &File { kind: "video", content_type, name: "film", bytes }).await;
        let sent = ann.tries_to_attach(room, "video", &id).await.is(201);
        assert_eq!(sent["attachment_video"]["content_type"], content_type);
    }
    for (content_type, format) in [("image/gif", image::ImageFormat::Gif), ("image/webp", image::ImageFormat::WebP)] {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbaImage::new(400, 300).write_to(&mut bytes, format).unwrap();
        let file = File { kind: "picture", content_type, name: "picture", bytes: bytes.into_inner() };
        let id = ann.uploads(room, &file).await;
        let sent = ann.tries_to_attach(room, "picture", &id).await.is(201);
        assert_eq!(sent["attachment_picture"]["content_type"], content_type);
    }
}

#[tokio::test]
async fn a_file_of_another_type_of_its_kind_is_shown_as_what_it_is() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut webp = Cursor::new(Vec::new());
    image::RgbaImage::new(40, 30).write_to(&mut webp, image::ImageFormat::WebP).unwrap();
    let quicktime = b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\x08wide".to_vec();
    for (kind, announced, name, bytes, content_type, saved) in [
        ("picture", "image/jpeg", "cat.jpg", webp.into_inner(), "image/webp", "cat.webp"),
        ("video", "VIDEO/MP4; codecs=avc1", "film.mp4", quicktime, "video/quicktime", "film.mov"),
    ] {
        let id = ann.uploads(room, &File { kind, content_type: announced, name, bytes }).await;
        let sent = ann.tries_to_attach(room, kind, &id).await.is(201);
        let seen = bob.sees_messages(room).await.into_iter().find(|message| message["id"] == sent["id"]).unwrap();
        for message in [sent, seen] {
            let shown = &message[format!("attachment_{kind}")];
            assert_eq!((&shown["content_type"], &shown["name"]), (&json!(content_type), &json!(saved)));
            let file = download(&shown["url"]).await;
            assert_eq!(file.headers()["content-type"], content_type);
            assert_eq!(file.headers()["content-disposition"], format!("inline;filename*=UTF-8''{saved}"));
        }
    }
}

#[tokio::test]
async fn a_file_of_no_type_that_is_served_is_refused_with_the_reason() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let page = File { bytes: b"<!doctype html><script>alert(1)</script>".to_vec(), ..File::picture() };
    let cut_off = File { bytes: File::photo().bytes[..2_000].to_vec(), ..File::photo() };
    let mut bomb = File::picture();
    // Width and height in its first chunk (PNG, section 11.2.1), and the chunk's checksum over them.
    bomb.bytes[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let checksum = crc32fast::hash(&bomb.bytes[12..29]).to_be_bytes();
    bomb.bytes[29..33].copy_from_slice(&checksum);
    for (file, why) in [
        (page.clone(), "is not a GIF, JPEG, PNG or WebP picture"),
        (page.said_to_be("video", "video/webm"), "is not an MP4, QuickTime, 3GPP or WebM video"),
        (File::video().said_to_be("picture", "image/gif"), "is not a GIF"),
        (File::picture().said_to_be("video", "video/mp4"), "is not an MP4"),
        (cut_off, "cannot be read"),
        (bomb, "megapixels"),
    ] {
        let id = ann.uploads(room, &file).await;
        let detail = refused(&ann, room, file.kind, &id).await;
        assert!(detail.contains(why), "{detail}");
        assert_eq!(refused(&ann, room, file.kind, &id).await, detail, "for ever");
    }
    assert!(ann.sees_messages(room).await.is_empty());
}

#[tokio::test]
async fn what_was_checked_is_not_uploaded_over() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let file = File::picture();
    let upload = ann.announces(room, &file).await;
    assert_eq!(upload.sends(&file.bytes).await.0, 204);
    let sent = ann.tries_to_attach(room, "picture", &upload.id).await.is(201);
    let script = vec![b'<'; file.bytes.len()];
    assert_eq!(upload.sends(&script).await.0, 204, "the form lasts ten minutes");
    // The check of another upload comes after that of the script.
    let other = ann.uploads(room, &file).await;
    ann.tries_to_attach(room, "picture", &other).await.is(201);
    let shown = download(&sent["attachment_picture"]["url"]).await.bytes().await.unwrap();
    assert_eq!(shown, file.bytes);
}

/// Delivers the event again after the claim of the check that died. AWS does so after a minute, but the local runtime
/// after a second, when the claim has not ended yet.
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
            // Lambda delivers an asynchronous event again if its function has failed.
            crash.has_served(2).await;
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
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    // The claim, the upload, the picture and its thumbnail, the outcome, the end of the upload; a video is copied.
    let [picture, video] = [points(&server, &ann, &File::picture()).await, points(&server, &ann, &File::video()).await];
    assert!(picture >= 12 && video >= 10, "{picture}, {video}");
}

/// The first try has made the claim, so that the condition refuses the SDK's second try.
#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_a_claim_all_the_same() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let lost = json!({"fault": "lose_answer", "function": "check-attachment", "operation": "UpdateItem", "times": 1});
    server.plans(&json!({"rules": [lost]})).await;
    let id = ann.uploads(room, &File::picture()).await;
    ann.tries_to_attach(room, "picture", &id).await.is(201);
    assert_eq!(server.fired().await, [1]);
}

/// A message waits for no check: it would occupy its function.
#[tokio::test]
async fn what_is_not_checked_yet_can_be_sent_later() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let killed = json!({"fault": "kill_after", "function": "check-attachment", "call": 1, "times": 1});
    server.plans(&json!({"rules": [killed]})).await;
    let id = ann.uploads(room, &File::picture()).await;
    for _ in 0..3 {
        let early = ann.tries_to_attach_at_once(room, "picture", &id).await;
        early.refuses(503, "unavailable");
        assert!(early.retry_after() >= 1, "{early:?}");
    }
    let mut socket = ann.opens_socket(room).await;
    socket.sends(&json!({"type": "message", "attachment_picture": id})).await;
    socket.hears_error("unavailable").await;
    assert_eq!(server.fired().await, [1]);
    assert!(ann.sees_messages(room).await.is_empty());
    comes_again(&server, &id).await;
    ann.tries_to_attach(room, "picture", &id).await.is(201);
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let upload = ann.announces(room, &File::photo()).await;
    upload.sends(&File::photo().bytes).await;
    // The claim, and the outcome.
    assert_eq!(server.cost("check-attachment").await, Cost { calls: 2, depth: 2, reads: 0.0, writes: 2.0, pushes: 0 });
    // The upload; the picture and its thumbnail; the removal of the upload.
    assert_eq!(server.objects("check-attachment").await, ["GET", "PUT", "PUT", "DELETE"]);
    // The form uploads again, and the claim is refused.
    upload.sends(&File::photo().bytes).await;
    let again = Cost { calls: 1, depth: 1, reads: 0.0, writes: 1.0, pushes: 0 };
    let refused = async {
        while server.cost("check-attachment").await != again {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), refused).await.expect("each upload has its event");
    assert_eq!(server.objects("check-attachment").await, [""; 0]);
}
