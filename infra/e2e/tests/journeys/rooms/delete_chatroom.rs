//! `DELETE /delete-chatroom/{conversation_id}/`

use std::cell::RefCell;

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    connections, costs, crashes,
    erasing::is_erased,
    items::{BECAUSE, counted_rooms, writes_directly},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_owner("DELETE /delete-chatroom/{conversation_id}/", |_| Ask::Rest(Value::Null)));

async fn asks(user: &User, room: u64) -> Answer {
    user.delete(&format!("/delete-chatroom/{room}/")).await
}

#[tokio::test]
async fn the_owner_gets_the_answer_and_the_members_the_event() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    assert_eq!(asks(&ann, room).await.is(200), json!({"message": "Chatroom deleted"}));
    assert_eq!(at_bobs.next_of("removed").await["conversation"], room);
}

#[tokio::test]
async fn no_call_and_no_frame_sees_a_deleted_room() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(room, "hi").await;
    let (mut bound, mut free) = (bob.opens_socket(room).await, bob.opens_socket_for_all_rooms().await);
    asks(&ann, room).await.is(200);
    let removed = json!({"type": "removed", "conversation": room, "by": ann.id, "banned": false});
    assert_eq!([bound.next_event().await, free.next_event().await], [removed.clone(), removed]);
    bound.is_closed().await;
    free.says(room, "hi").await;
    free.hears_error("room_not_found").await;
    free.sends(&json!({"type": "typing", "conversation": room, "typing": true})).await;
    free.hears_error("room_not_found").await;
    assert!(bob.tries_socket(&format!("room_name={room}")).await.is_err());
    for user in [&ann, &bob, &cem] {
        for path in ["list-members", "list-conversation-messages"] {
            user.get(&format!("/{path}/{room}/")).await.refuses(404, "room_not_found");
        }
        user.delete(&format!("/leave-chatroom/{room}/")).await.refuses(404, "room_not_found");
        let of_room = |more: Value| {
            let mut body = more;
            body["conversation_id"] = room.into();
            body
        };
        for (path, body) in [
            ("send-message", json!({"text": "hi"})),
            ("read-message", json!({"message_ids": [message["id"]]})),
            ("set-room", json!({"name": "Garden"})),
            ("set-role", json!({"user": bob.id, "role": "admin"})),
            ("remove-member", json!({"user": bob.id, "ban": true})),
            ("remove-member", json!({"user": bob.id, "ban": false})),
            ("create-attachment", json!({"kind": "picture", "content_type": "image/png", "size": 9, "name": "a"})),
        ] {
            user.post(&format!("/{path}/"), &of_room(body)).await.refuses(404, "room_not_found");
        }
        user.post("/join-chatroom/", &json!({"chatroom_id": room})).await.refuses(404, "room_not_found");
        assert!(user.lists("/list-chatrooms/").await.is_empty());
        assert!(user.lists("/list-messages/").await.is_empty());
        assert_eq!(counted_rooms(&server, user).await, 0);
    }
    free.stays_silent().await;
    asks(&ann, room).await.is(200);
    for user in [&bob, &cem] {
        asks(user, room).await.refuses(404, "room_not_found");
    }
}

#[tokio::test]
async fn only_the_owner_deletes() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    ann.post("/set-role/", &json!({"conversation_id": room, "user": bob.id, "role": "admin"})).await.is(200);
    for user in [&bob, &cem] {
        asks(user, room).await.refuses(403, "not_an_admin");
    }
    assert_eq!(server.keys().await, Vec::<String>::new());
    writes_directly(&server, &ann, &bob, 4242).await;
    asks(&ann, 4242).await.refuses(403, "not_an_admin");
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    asks(&bob, room).await.refuses(403, "not_a_member");
    asks(&bob, 9_007_199_254_740_991).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let call = async { asks(&ann, room).await.is(200) };
    connections::meets_dead_socket("removed", &bob, &mut at_bobs, call).await;
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let mut rooms = Vec::new();
    let collected = RefCell::new(&mut rooms);
    let points = crash_points(&server, "delete-chatroom", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let mut at_bobs = bob.opens_socket(room).await;
        crashes::meets(crash, async || asks(&ann, room).await).await.0.is(200);
        at_bobs.is_closed().await;
        for user in [&ann, &bob] {
            assert!(user.lists("/list-chatrooms/").await.is_empty());
            user.tries_to_send(room, "hi").await.refuses(404, "room_not_found");
        }
        collected.borrow_mut().push(room);
    })
    .await;
    assert!(points >= 14, "{points}");
    for room in rooms {
        is_erased(&server, room).await;
    }
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    asks(&ann, room).await.is(200);
    assert_eq!(at_bobs.next_of("removed").await["conversation"], room);
    // The session and the call; the room, its deletion, the sockets.
    let cost = Cost { calls: 5, depth: 4, reads: 3.0, writes: 2.0, pushes: 1 };
    assert_eq!(server.cost("delete-chatroom").await, cost);
    // The request to erase the room.
    assert_eq!(server.objects("delete-chatroom").await, ["PUT"]);
}
