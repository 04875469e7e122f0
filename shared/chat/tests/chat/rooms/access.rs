use chat::{attachments, messages, rooms, sockets};
use domain::{
    ClientId, DeletedFor, Entry, Error, ForwardMessage, MediaType, MemberPage, Page, Position, Refusal, RoomId, Search,
};

use crate::support::{
    Person, World, assert_refused, draft, mark, marks_frame, new_attachment, start, typing_frame, world,
};

/// Tries every use case of a room except joining it, and returns the refusals.
async fn asks_everything(
    world: &World,
    person: &Person,
    room: RoomId,
    read: &domain::Message,
) -> [(&'static str, Error); 19] {
    let (chat, caller) = (&world.chat, &person.caller);
    let members = MemberPage { limit: 9, after: None };
    let page = Page { limit: 50, position: start() };
    let read = &domain::Message { room, ..read.clone() };
    let file = new_attachment(room, MediaType::Png, 1);
    let search = Search::parse(Some(&room.to_string()), Some("secret"), None).unwrap();
    let mut reply = draft(room, "let me in");
    reply.content.reply_to = Some(read.id);
    let client_id = ClientId::try_from("f1".to_owned()).unwrap();
    let forward = ForwardMessage { room, message: read.id, to: [room].into(), client_id };
    [
        ("lists", messages::list_conversation_messages(chat, caller, room, page).await.unwrap_err()),
        ("searches", messages::search_messages(chat, caller, &search).await.unwrap_err()),
        ("lists members", rooms::list_members(chat, caller, room, members).await.unwrap_err()),
        ("sends", Box::pin(messages::send_message(chat, caller, Ok(draft(room, "let me in")))).await.unwrap_err()),
        ("replies", Box::pin(messages::send_message(chat, caller, Ok(reply))).await.unwrap_err()),
        ("forwards", Box::pin(messages::forward_message(chat, caller, Ok(forward))).await.unwrap_err()),
        ("types", messages::typing(chat, &person.socket("eve's"), Ok((room, typing_frame(true)))).await.unwrap_err()),
        ("reads", messages::read_message(chat, caller, mark(room, &[read])).await.unwrap_err()),
        (
            "marks",
            messages::mark(chat, &person.socket("eve's"), Ok(marks_frame("delivered", &[(room, read.id)])))
                .await
                .unwrap_err(),
        ),
        ("asks who has read", messages::message_info(chat, caller, room, read.id, members).await.unwrap_err()),
        ("edits", person.edits(read, "changed").await.unwrap_err()),
        ("deletes for everyone", person.deletes(read, DeletedFor::Everyone).await.unwrap_err()),
        ("reacts", person.reacts(read, Some("👍")).await.unwrap_err()),
        ("lists reactions", person.lists_reactions(read).await.unwrap_err()),
        ("deletes for themselves", person.deletes(read, DeletedFor::Me).await.unwrap_err()),
        ("lists changes", messages::list_changes(chat, caller, room, Some(0)).await.unwrap_err()),
        ("attaches", attachments::create_attachment(chat, caller, file).await.unwrap_err()),
        ("listens", sockets::authorize(chat, caller, Some(room)).await.unwrap_err()),
        ("leaves", rooms::leave_chatroom(chat, caller, room).await.unwrap_err()),
    ]
}

#[tokio::test]
async fn whoever_is_not_in_a_room_sees_and_does_nothing_there() {
    let world = world().await;
    let [ann, eve] = world.users(["ann", "eve"]).await;
    let room = ann.makes_room(&[]).await;
    let secret = ann.sends(room, "secret").await;
    ann.has_socket("ann's").await;
    for (what, refusal) in Box::pin(asks_everything(&world, &eve, room, &secret)).await {
        assert!(refusal.code() == "not_a_member", "{what}: {refusal:?}");
    }
    assert!(world.gateway.types("ann's").is_empty());
    assert!(eve.lists_all(50, Position::Latest).await.messages.is_empty());
}

#[tokio::test]
async fn a_deleted_room_does_not_exist_although_its_memberships_are_there_for_a_while() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [room, other] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    let message = ann.sends(room, "secret").await;
    rooms::delete_chatroom(&world.chat, &ann.caller, room).await.unwrap();
    let client_id = ClientId::try_from("f2".to_owned()).unwrap();
    let forward = ForwardMessage { room, message: message.id, to: [other].into(), client_id };
    let forwarded = Box::pin(messages::forward_message(&world.chat, &bob.caller, Ok(forward))).await;
    assert_refused!(forwarded, Refusal::RoomNotFound);
    assert_refused!(bob.lists_reactions(&message).await, Refusal::RoomNotFound);
    let members = MemberPage { limit: 9, after: None };
    let info = messages::message_info(&world.chat, &bob.caller, room, message.id, members).await;
    assert_refused!(info, Refusal::RoomNotFound);
    // The first call removes the membership.
    for (what, refusal) in Box::pin(asks_everything(&world, &bob, room, &message)).await {
        assert!(refusal.code() == "room_not_found", "{what}: {refusal:?}");
    }
}

#[tokio::test]
async fn a_room_that_does_not_exist_is_not_found() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.sends(room, "hi").await;
    let unknown = RoomId::try_from(room.get() + 1).unwrap();
    for (what, refusal) in Box::pin(asks_everything(&world, &ann, unknown, &message)).await {
        assert!(refusal.code() == "room_not_found", "{what}: {refusal:?}");
    }
    assert_refused!(
        rooms::join_chatroom(&world.chat, &ann.caller, Entry::Number(unknown)).await,
        Refusal::RoomNotFound
    );
}

#[tokio::test]
async fn for_a_stranger_a_closed_room_does_not_exist() {
    let world = world().await;
    let [ann, eve, bob] = world.users(["ann", "eve", "bob"]).await;
    let room = ann.makes_closed_room(&[&bob]).await;
    let secret = ann.sends(room, "secret").await;
    bob.leaves(room).await;
    ann.has_socket("ann's").await;
    for stranger in [&eve, &bob] {
        for (what, refusal) in Box::pin(asks_everything(&world, stranger, room, &secret)).await {
            assert!(refusal.code() == "room_not_found", "{what}: {refusal:?}");
        }
        let joined = rooms::join_chatroom(&world.chat, &stranger.caller, Entry::Number(room)).await;
        assert_refused!(joined, Refusal::RoomNotFound);
    }
    assert!(world.gateway.types("ann's").is_empty());
}

#[tokio::test]
async fn admins_manage_a_room_and_others_do_not() {
    let world = world().await;
    let [ann, bob, eve] = world.users(["ann", "bob", "eve"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let manages = async |person: &Person| rooms::managed_room(&world.chat.store, person.id(), room).await;
    assert_eq!(manages(&ann).await.unwrap().id, room);
    assert_refused!(manages(&bob).await, Refusal::NotAnAdmin);
    assert_refused!(manages(&eve).await, Refusal::NotAMember);
    ann.leaves(room).await;
    assert_eq!(manages(&bob).await.unwrap().owner, bob.id());
}
