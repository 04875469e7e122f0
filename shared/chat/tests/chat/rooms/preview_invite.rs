use chat::rooms::{preview_invite, reset_invite};
use domain::{Error, PreviewInvite, Refusal, ResetInvite, RoomId};
use serde_json::{Value, json};
use store::Ban;

use crate::support::{Person, World, assert_refused, world};

async fn code(world: &World, admin: &Person, room: RoomId) -> String {
    let reset = ResetInvite { room, enabled: true };
    reset_invite(&world.chat, &admin.caller, &reset).await.unwrap().unwrap().to_string()
}

async fn previews(world: &World, person: &Person, invite: &str) -> Result<Value, Error> {
    let input = PreviewInvite { invite: invite.to_owned() };
    let preview = preview_invite(&world.chat, &person.caller, &input).await?;
    Ok(serde_json::to_value(preview).unwrap())
}

#[tokio::test]
async fn a_stranger_with_the_code_sees_the_room_and_nothing_else() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_closed_room(&[&cem]).await;
    let invite = code(&world, &ann, room).await;
    let expected = json!({
        "name": format!("Chatroom {room}"), "description": "This is a chatroom.", "picture": null, "members_count": 2,
    });
    for person in [&ann, &bob, &cem] {
        assert_eq!(previews(&world, person, &invite).await.unwrap(), expected);
    }
    assert_eq!(ann.room(room).await.members.len(), 2, "looking is not joining");
}

#[tokio::test]
async fn a_code_is_invalid_when_it_is_wrong_or_reset_and_for_banned_people() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    let invite = code(&world, &ann, room).await;
    let other = ann.makes_room(&[]).await;
    let stranger_to_it = invite.replacen(&room.to_string(), &other.to_string(), 1);
    for wrong in ["", "1", "x", &stranger_to_it, "999.AAAAAAAAAAAAAAAAAAAAAA"] {
        assert_refused!(previews(&world, &bob, wrong).await, Refusal::InviteInvalid);
    }
    let next = code(&world, &ann, room).await;
    assert_refused!(previews(&world, &bob, &invite).await, Refusal::InviteInvalid);
    previews(&world, &bob, &next).await.unwrap();
    let ban = Ban::new(room, bob.id(), ann.id(), chat::now());
    assert!(world.chat.store.ban(&ann.room(room).await, &ban).await.unwrap());
    assert_refused!(previews(&world, &bob, &next).await, Refusal::InviteInvalid);
}
