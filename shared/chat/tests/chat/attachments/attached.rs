//! Attachments on their way into messages.

use std::time::{Duration, Instant};

use chat::{attachments::take_picture, messages::send_message};
use domain::{AttachmentId, Draft, MediaType, Refusal, RoomId};

use crate::support::{Person, World, assert_refused, draft, picture, video, world};

fn with_picture(room: RoomId, id: AttachmentId) -> Draft {
    let mut draft = draft(room, "look");
    draft.content.picture = Some(id);
    draft
}

fn with_video(room: RoomId, id: AttachmentId) -> Draft {
    let mut draft = draft(room, "look");
    draft.content.video = Some(id);
    draft
}

async fn is_refused(world: &World, sender: &Person, draft: Draft, why: &str) {
    let refused = send_message(&world.chat, &sender.caller, Ok(draft)).await;
    assert_refused!(refused, Refusal::AttachmentInvalid(reason) if reason.contains(why));
}

#[tokio::test]
async fn a_message_keeps_what_it_attaches() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let shown = ann.uploads(&world, room, MediaType::Png, picture()).await;
    let film = ann.uploads(&world, room, MediaType::Mp4, video()).await;
    for id in [shown, film] {
        world.checks(id).await.unwrap();
    }
    let mut both = with_picture(room, shown);
    both.content.video = Some(film);
    let sent = send_message(&world.chat, &ann.caller, Ok(both)).await.unwrap().message.message;
    assert_eq!((sent.picture.map(|file| file.id), sent.video.map(|file| file.id)), (Some(shown), Some(film)));
    for (part, id) in [("attachments", shown), ("thumbnails", shown), ("attachments", film)] {
        assert!(!world.files.is_tagged(part, id), "{part}");
    }
    is_refused(&world, &ann, with_picture(room, shown), "is in another message").await;
}

#[tokio::test]
async fn an_attachment_is_sent_by_its_owner_to_its_room_as_its_kind() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [room, other] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    let id = ann.uploads(&world, room, MediaType::Png, picture()).await;
    world.checks(id).await.unwrap();
    let foreign = "was not uploaded by you for this room";
    is_refused(&world, &bob, with_picture(room, id), foreign).await;
    is_refused(&world, &ann, with_picture(other, id), foreign).await;
    is_refused(&world, &ann, with_picture(room, AttachmentId::new([1; 16])), foreign).await;
    is_refused(&world, &ann, with_video(room, id), "is a picture, not a video").await;
    assert!(world.files.is_tagged("attachments", id), "a refusal keeps nothing");
    send_message(&world.chat, &ann.caller, Ok(with_picture(room, id))).await.unwrap();
}

#[tokio::test]
async fn whoever_has_left_the_room_keeps_nothing() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let id = bob.uploads(&world, room, MediaType::Png, picture()).await;
    world.checks(id).await.unwrap();
    bob.leaves(room).await;
    assert_refused!(send_message(&world.chat, &bob.caller, Ok(with_picture(room, id))).await, Refusal::NotAMember);
    assert!(world.files.is_tagged("attachments", id));
}

#[tokio::test]
async fn a_message_waits_neither_for_an_upload_nor_for_its_check() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let never = ann.announces(room, MediaType::Png, 5).await.id;
    is_refused(&world, &ann, with_picture(room, never), "has not been uploaded").await;

    let [good, bad] = [picture(), b"<html>".to_vec()];
    let good = ann.uploads(&world, room, MediaType::Png, good).await;
    let bad = ann.uploads(&world, room, MediaType::Png, bad).await;
    for id in [good, bad] {
        let sent = async || send_message(&world.chat, &ann.caller, Ok(with_picture(room, id))).await;
        assert_eq!(sent().await.unwrap_err().retry_after(), Some(Duration::from_secs(1)));
        // Ten tries take less time than the least pause of a wait would.
        let start = Instant::now();
        for _ in 0..10 {
            assert_refused!(sent().await, Refusal::AttachmentUnchecked);
        }
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        world.checks(id).await.unwrap();
    }
    send_message(&world.chat, &ann.caller, Ok(with_picture(room, good))).await.unwrap();
    is_refused(&world, &ann, with_picture(room, bad), "is not a GIF").await;
}

/// Uploads and checks a picture for a room.
async fn room_picture(world: &World, owner: &Person) -> AttachmentId {
    let id = owner.uploads(world, None, MediaType::Png, picture()).await;
    world.checks(id).await.unwrap();
    id
}

#[tokio::test]
async fn a_picture_of_no_room_becomes_that_of_a_room_and_is_kept() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let id = room_picture(&world, &ann).await;
    let takes = async |owner: &Person, id| take_picture(&world.chat, owner.id(), id).await;
    let foreign = "was not uploaded by you as the picture of a room";
    let for_message = ann.uploads(&world, room, MediaType::Png, picture()).await;
    world.checks(for_message).await.unwrap();
    for (owner, other) in [(&bob, id), (&ann, for_message), (&ann, AttachmentId::new([1; 16]))] {
        assert_refused!(takes(owner, other).await, Refusal::AttachmentInvalid(why) if why == foreign);
    }
    is_refused(&world, &ann, with_picture(room, id), "was not uploaded by you for this room").await;
    assert!(world.files.is_tagged("attachments", id), "a refusal keeps nothing");

    let picture = takes(&ann, id).await.unwrap();
    assert_eq!((picture.id, picture.content_type), (id, MediaType::Png));
    for part in ["attachments", "thumbnails"] {
        assert!(!world.files.is_tagged(part, id), "{part}");
    }
}

#[tokio::test]
async fn the_picture_of_a_room_has_been_checked() {
    let world = world().await;
    let ann = world.user("ann").await;
    let takes = async |id| take_picture(&world.chat, ann.id(), id).await;
    let never = ann.announces(None, MediaType::Png, 5).await.id;
    assert_refused!(takes(never).await, Refusal::AttachmentInvalid(why) if why == "has not been uploaded");
    let unchecked = ann.uploads(&world, None, MediaType::Png, picture()).await;
    assert_refused!(takes(unchecked).await, Refusal::AttachmentUnchecked);
    world.checks(unchecked).await.unwrap();
    takes(unchecked).await.unwrap();
    let bad = ann.uploads(&world, None, MediaType::Png, b"<html>".to_vec()).await;
    world.checks(bad).await.unwrap();
    assert_refused!(takes(bad).await, Refusal::AttachmentInvalid(why) if why.contains("is not a GIF"));
}
