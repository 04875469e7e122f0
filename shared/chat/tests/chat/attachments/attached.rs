//! Attachments on their way into messages.

use std::time::Duration;

use chat::messages::send_message;
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
async fn a_message_waits_for_the_check_of_its_upload_and_not_for_an_upload() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let never = ann.announces(room, MediaType::Png, 5).await.id;
    is_refused(&world, &ann, with_picture(room, never), "has not been uploaded").await;

    let [good, bad] = [picture(), b"<html>".to_vec()];
    let good = ann.uploads(&world, room, MediaType::Png, good).await;
    let bad = ann.uploads(&world, room, MediaType::Png, bad).await;
    let checks = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        world.checks(good).await.unwrap();
        world.checks(bad).await.unwrap();
    };
    let sends = async {
        send_message(&world.chat, &ann.caller, Ok(with_picture(room, good))).await.unwrap();
        is_refused(&world, &ann, with_picture(room, bad), "is no PNG").await;
    };
    tokio::join!(checks, sends);
}

#[tokio::test]
async fn a_check_that_takes_too_long_lets_the_sender_come_again() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let id = ann.uploads(&world, room, MediaType::Png, picture()).await;
    assert_refused!(
        send_message(&world.chat, &ann.caller, Ok(with_picture(room, id))).await,
        Refusal::AttachmentUnchecked
    );
    world.checks(id).await.unwrap();
    send_message(&world.chat, &ann.caller, Ok(with_picture(room, id))).await.unwrap();
}
