use chat::rooms::{create_chatroom, join_chatroom};
use domain::{Access, Entry, INVITATION_LASTS, InviteCode, NewRoom, Position, Refusal, Room, RoomId, RoomKind};
use store::{Ban, Invitation, Membership};

use crate::support::{Person, World, assert_refused, new_room, texts, world};

fn code(room: RoomId, random: u8) -> String {
    InviteCode::new(room, [random; 16]).to_string()
}

/// A closed room whose newcomers see nothing from before, and whose code is that with 7.
async fn closed_room(world: &World, owner: &Person) -> RoomId {
    let id = world.chat.store.next_room_id().await.unwrap();
    let room = Room {
        access: Access::Invite,
        history: Access::Invite.usual_history(),
        invite: Some(InviteCode::new(id, [7; 16]).hash()),
        ..Room::new(id, RoomKind::Group, owner.id(), chat::now())
    };
    let stay = Membership::begins(owner.id(), &room, chat::now());
    world.chat.store.create_room(&room, &[stay], &[]).await.unwrap();
    id
}

#[tokio::test]
async fn the_whole_room_hears_of_whoever_joins() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[]).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's"), (&cem, "cem's")] {
        person.has_socket(socket).await;
    }
    let joined = join_chatroom(&world.chat, &bob.caller, Entry::Number(room)).await.unwrap();
    assert_eq!((joined.conversation, joined.user, joined.new), (room, bob.id(), true));
    assert_eq!(["ann's", "bob's", "cem's"].map(|socket| world.gateway.types(socket).len()), [1, 1, 0]);
    bob.sends(room, "hi").await;
}

#[tokio::test]
async fn whoever_is_in_already_stays_as_they_are() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    let (one, other) = tokio::join!(
        join_chatroom(&world.chat, &bob.caller, Entry::Number(room)),
        join_chatroom(&world.chat, &bob.caller, Entry::Number(room))
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.id, other.id);
    assert!(one.new != other.new, "one of two at once has brought them in");
    ann.has_socket("ann's").await;
    let again = join_chatroom(&world.chat, &bob.caller, Entry::Number(room)).await.unwrap();
    assert_eq!((again.id, again.new), (one.id, false));
    assert!(world.gateway.types("ann's").is_empty());
}

#[tokio::test]
async fn a_full_room_has_a_place_again_when_somebody_leaves() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let of_two = NewRoom { max_members: 2, ..new_room(&[&bob]) };
    let room = create_chatroom(&world.chat, &ann.caller, of_two).await.unwrap().room.id;
    assert_refused!(join_chatroom(&world.chat, &cem.caller, Entry::Number(room)).await, Refusal::RoomFull);
    bob.leaves(room).await;
    cem.joins(room).await;
}

#[tokio::test]
async fn a_code_lets_people_into_a_closed_room() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = closed_room(&world, &ann).await;
    let join = async |person: &Person, code: String| {
        join_chatroom(&world.chat, &person.caller, Entry::Code(code)).await.map(|joined| joined.new)
    };
    for wrong in [code(room, 8), code(RoomId::try_from(99).unwrap(), 7), "1.x".to_owned(), String::new()] {
        assert_refused!(join(&bob, wrong).await, Refusal::InviteInvalid);
    }
    assert!(join(&bob, code(room, 7)).await.unwrap());
    assert!(!join(&bob, code(room, 7)).await.unwrap());
    let ban = Ban::new(room, cem.id(), ann.id(), chat::now());
    world.chat.store.ban(&ann.room(room).await, &ban).await.unwrap();
    assert_refused!(join(&cem, code(room, 7)).await, Refusal::InviteInvalid);
}

#[tokio::test]
async fn an_invited_person_who_joins_otherwise_uses_the_invitation_up() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = closed_room(&world, &ann).await;
    ann.sends(room, "hidden").await;
    let given = ann.sends(room, "given").await;
    ann.sends(room, "given, too").await;
    let expires_at = chat::now() + INVITATION_LASTS;
    let visible_from = Some(given.id);
    let invitation = Invitation { user: bob.id(), room, invited_by: ann.id(), visible_from, expires_at };
    world.chat.store.invite(&ann.room(room).await, ann.id(), vec![invitation], &[].into()).await.unwrap();
    join_chatroom(&world.chat, &bob.caller, Entry::Code(code(room, 7))).await.unwrap();
    assert_eq!(texts(&bob.lists_room(room, 9, Position::Latest).await), ["given", "given, too"]);
    assert!(world.chat.store.invitation(bob.id(), room, chat::now()).await.unwrap().is_none());
}
