use domain::{AttachmentId, MediaType, Progress};

use crate::support::{World, picture, video, world};

/// A user has announced a file of this type, and uploaded these bytes.
async fn uploaded(world: &World, content_type: MediaType, bytes: Vec<u8>) -> AttachmentId {
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    ann.uploads(world, room, content_type, bytes).await
}

async fn progress(world: &World, id: AttachmentId) -> Progress {
    world.chat.store.upload(id).await.unwrap().unwrap().progress
}

#[tokio::test]
async fn of_a_picture_the_file_and_a_thumbnail_are_shown_until_nobody_sends_them() {
    let world = world().await;
    let id = uploaded(&world, MediaType::Png, picture()).await;
    world.checks(id).await.unwrap();
    assert_eq!(progress(&world, id).await, Progress::Ready);
    assert_eq!(world.files.parts(id), ["attachments", "thumbnails"]);
    assert!(["attachments", "thumbnails"].iter().all(|part| world.files.is_tagged(part, id)));
}

#[tokio::test]
async fn a_video_is_shown_as_it_is() {
    let world = world().await;
    let id = uploaded(&world, MediaType::Mp4, video()).await;
    world.checks(id).await.unwrap();
    assert_eq!(progress(&world, id).await, Progress::Ready);
    assert_eq!(world.files.parts(id), ["attachments"]);
    assert_eq!(world.files.bytes("attachments", id), video());
    assert!(world.files.is_tagged("attachments", id));
}

#[tokio::test]
async fn a_file_has_the_type_of_its_bytes_whatever_was_announced() {
    for (announced, bytes, found, part) in [
        (MediaType::Gif, picture(), MediaType::Png, "thumbnails"),
        (MediaType::Quicktime, video(), MediaType::Mp4, "attachments"),
    ] {
        let world = world().await;
        let id = uploaded(&world, announced, bytes).await;
        world.checks(id).await.unwrap();
        let upload = world.chat.store.upload(id).await.unwrap().unwrap();
        assert_eq!((upload.progress, upload.attachment.content_type), (Progress::Ready, found));
        assert!(upload.attachment.name.as_str().ends_with(found.extensions()[0]));
        assert_eq!(world.files.content_type("attachments", id), found.as_str());
        assert!(world.files.is_tagged(part, id));
    }
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_and_deleted() {
    for (content_type, bytes, why) in [
        (MediaType::Gif, video(), "is not a GIF, JPEG, PNG or WebP picture"),
        (MediaType::Mp4, picture(), "is not an MP4, QuickTime, 3GPP or WebM video"),
        (MediaType::Png, b"<html>".to_vec(), "is not a GIF"),
        (MediaType::Webm, b"<html>".to_vec(), "is not an MP4"),
    ] {
        let world = world().await;
        let id = uploaded(&world, content_type, bytes).await;
        world.checks(id).await.unwrap();
        let progress = progress(&world, id).await;
        assert!(matches!(&progress, Progress::Refused(reason) if reason.contains(why)), "{progress:?}");
        assert!(world.files.parts(id).is_empty());
    }
}

#[tokio::test]
async fn a_second_event_finds_nothing_to_check() {
    let world = world().await;
    let id = uploaded(&world, MediaType::Png, picture()).await;
    world.checks(id).await.unwrap();
    // The form lasts ten minutes, and S3 has an event for each upload.
    world.files.uploads(id, b"<script>".to_vec());
    world.checks(id).await.unwrap();
    assert_eq!(progress(&world, id).await, Progress::Ready);
    world.checks(AttachmentId::new([1; 16])).await.unwrap();
}

#[tokio::test]
async fn an_upload_that_is_gone_fails_the_check_and_stays_announced() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    for content_type in [MediaType::Png, MediaType::Mp4] {
        let id = ann.announces(room, content_type, 5).await.id;
        world.checks(id).await.unwrap_err();
        assert_eq!(progress(&world, id).await, Progress::Announced);
    }
}

#[tokio::test]
async fn after_three_checks_that_died_an_attachment_is_refused() {
    let world = world().await;
    let id = uploaded(&world, MediaType::Png, picture()).await;
    let now = chat::now();
    for check in 1..=2 {
        // A lease that has ended.
        let lease = std::time::Duration::ZERO;
        let long_ago = domain::Timestamp::from_millis(now.millis() - 1_000 + check);
        assert!(world.chat.store.claim_check(id, long_ago, lease).await.unwrap().is_some());
    }
    world.checks(id).await.unwrap();
    assert_eq!(progress(&world, id).await, Progress::Refused("cannot be checked".to_owned()));
}
