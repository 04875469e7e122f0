use chat::rooms::{create_chatroom, list_invitations};
use domain::{INVITATION_LASTS, MAX_INVITATIONS, NewRoom, RoomId, Timestamp};
use serde_json::{Value, json};
use store::Invitation;

use crate::support::{Person, World, added_by, new_room, world};

async fn invites(world: &World, host: &Person, guest: &Person, room: RoomId, expires_at: Timestamp) {
    let invitation = Invitation { user: guest.id(), room, invited_by: host.id(), visible_from: None, expires_at };
    world.chat.store.invite(&host.room(room).await, host.id(), vec![invitation], &[].into()).await.unwrap();
}

async fn lists(world: &World, person: &Person) -> Value {
    serde_json::to_value(list_invitations(&world.chat, &person.caller).await.unwrap()).unwrap()
}

#[tokio::test]
async fn an_invitation_shows_the_room_and_the_inviter() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let now = chat::now();
    let older = ann.makes_closed_room(&[&cem]).await;
    let newer = ann.makes_closed_room(&[]).await;
    // In whole seconds.
    let at = |seconds: u64| Timestamp::from_millis((now.seconds() + seconds) * 1000);
    invites(&world, &ann, &bob, newer, at(1000)).await;
    invites(&world, &cem, &bob, older, at(2000)).await;
    let shown = |room: RoomId, members: u64, by: &Person, seconds| {
        json!({
            "conversation": room, "name": format!("Chatroom {room}"), "picture": null, "members_count": members,
            "invited_by": {"id": by.id(), "username": by.user.username}, "expires_at": at(seconds),
        })
    };
    let expected = json!([shown(newer, 1, &ann, 1000), shown(older, 2, &cem, 2000)]);
    assert_eq!(lists(&world, &bob).await, expected, "the newest last");
    assert_eq!(lists(&world, &ann).await, json!([]));
}

#[tokio::test]
async fn only_invitations_that_can_be_accepted_are_listed() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let now = chat::now();
    let [theirs, other, joined] = [ann.makes_room(&[]).await, cem.makes_room(&[]).await, ann.makes_room(&[]).await];
    for (host, room) in [(&ann, theirs), (&cem, other)] {
        invites(&world, host, &bob, room, now + INVITATION_LASTS).await;
    }
    let before = ann.room(joined).await;
    bob.joins(joined).await;
    let stale = Invitation {
        user: bob.id(),
        room: joined,
        invited_by: ann.id(),
        visible_from: None,
        expires_at: now + INVITATION_LASTS,
    };
    let outcomes = world.chat.store.invite(&before, ann.id(), vec![stale], &[].into()).await.unwrap();
    assert!(outcomes.done.is_empty(), "a member is not invited");
    let rooms = async || {
        let listed = lists(&world, &bob).await;
        listed.as_array().unwrap().iter().map(|shown| shown["conversation"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(rooms().await, [json!(theirs), json!(other)]);
    bob.blocks(&cem).await;
    assert_eq!(rooms().await, [json!(theirs)]);
    bob.unblocks(&cem).await;
    cem.blocks(&bob).await;
    assert_eq!(rooms().await, [json!(theirs), json!(other)], "a block of the guest takes nothing back");
}

#[tokio::test]
async fn an_invitation_of_create_chatroom_is_listed() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    world.chat.store.set_privacy(bob.id(), added_by(domain::Circle::Nobody)).await.unwrap();
    let room = create_chatroom(&world.chat, &ann.caller, NewRoom { ..new_room(&[&bob]) }).await.unwrap().room.id;
    assert_eq!(lists(&world, &bob).await[0]["conversation"], json!(room));
}

#[tokio::test]
async fn of_very_many_invitations_those_to_the_newest_rooms_are_listed() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let now = chat::now();
    let mut rooms = Vec::new();
    for number in 0..MAX_INVITATIONS + 5 {
        let host = if number < 5 { &ann } else { &cem };
        let room = host.makes_room(&[]).await;
        invites(&world, host, &bob, room, now + INVITATION_LASTS).await;
        rooms.push(json!(room));
    }
    let listed = lists(&world, &bob).await;
    let listed: Vec<_> = listed.as_array().unwrap().iter().map(|shown| shown["conversation"].clone()).collect();
    assert_eq!(listed, rooms[5..]);
}
