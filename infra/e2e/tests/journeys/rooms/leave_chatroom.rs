//! `DELETE /leave-chatroom/{conversation_id}/`

use e2e::{Cost, File, Server, assert_has, assert_id, crash_points, download};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    items::{BECAUSE, counted_rooms, haunts},
    membership::are_members,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("DELETE /leave-chatroom/{conversation_id}/", |_| Ask::Rest(Value::Null)));

#[tokio::test]
async fn says_so() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let answer = bob.delete(&format!("/leave-chatroom/{room}/")).await;
    assert_eq!(answer.is(200), json!({"message": "Leave chatroom successful"}));
    assert_eq!(ann.sees_room(room).await["members"], json!([ann.id]));
    assert!(bob.lists("/list-chatrooms/").await.is_empty());
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let ([_, bob], room) = server.room_of(["ann", "bob"]).await;
    let path = format!("/leave-chatroom/{room}/");
    bob.delete(&path).await.is(200);
    bob.delete(&path).await.refuses(403, "not_a_member");
    bob.delete("/leave-chatroom/9007199254740991/").await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn who_left_is_out_of_everything() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = bob.sends(room, "bye").await;
    bob.leaves(room).await;

    bob.tries_to_send(room, "still here?").await.refuses(403, "not_a_member");
    bob.get(&format!("/list-conversation-messages/{room}/")).await.refuses(403, "not_a_member");
    bob.get(&format!("/list-members/{room}/")).await.refuses(403, "not_a_member");
    let read = json!({"conversation_id": room, "message_ids": [message["id"]]});
    bob.post("/read-message/", &read).await.refuses(403, "not_a_member");
    assert!(bob.lists("/list-messages/").await.is_empty());
    assert_eq!(bob.tries_socket(&format!("room_name={room}")).await.err().unwrap().status, 403);

    let sent = ann.sends(room, "is he gone?").await;
    assert_eq!(sent["receivers"], json!([]));
}

#[tokio::test]
async fn open_sockets_hear_of_the_leaving_and_then_nothing_more() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut at_anns = ann.opens_socket(room).await;
    let mut bobs_room = bob.opens_socket(room).await;
    let mut bobs_all = bob.opens_socket_for_all_rooms().await;
    bob.leaves(room).await;
    let left = json!({"type": "left", "conversation": room, "user": bob.id});
    for socket in [&mut at_anns, &mut bobs_room, &mut bobs_all] {
        assert_eq!(socket.next_event().await, left);
    }

    ann.sends(room, "is he gone?").await;
    at_anns.receives("is he gone?").await;
    bobs_room.stays_silent().await;
    bobs_all.stays_silent().await;
    bobs_room.sends(&json!({"type": "message", "text": "no"})).await;
    bobs_room.hears_error("not_a_member").await;
    bobs_all.says(room, "no").await;
    bobs_all.hears_error("not_a_member").await;
    at_anns.stays_silent().await;
}

#[tokio::test]
async fn one_can_come_back() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    ann.sends(room, "one").await;
    bob.leaves(room).await;
    ann.sends(room, "two").await;
    bob.joins(room).await;
    ann.sends(room, "three").await;
    let texts: Vec<_> = bob.lists("/list-messages/").await.iter().map(|message| message["text"].clone()).collect();
    assert_eq!(texts, ["one", "three"]);
    assert_eq!(bob.sees_messages(room).await.len(), 3);
}

#[tokio::test]
async fn even_the_creator_and_the_last_one() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    ann.leaves(room).await;
    assert_eq!(bob.sees_room(room).await["members"], json!([bob.id]));
    bob.leaves(room).await;
    ann.joins(room).await;
    assert_eq!(ann.sees_room(room).await["members"], json!([ann.id]));
}

#[tokio::test]
async fn an_owner_leaves_the_room_to_who_has_been_there_longest() {
    let server = Server::start().await;
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.creates_room().await;
    for newcomer in [&cem, &bob, &dan] {
        newcomer.joins(room).await;
    }
    assert_has(&dan.sees_room(room).await, &json!({"owner": ann.id, "role": "member"}));
    ann.leaves(room).await;
    assert_has(&dan.sees_room(room).await, &json!({"owner": cem.id, "created_by": ann.id}));
    tokio::join!(cem.leaves(room), bob.leaves(room));
    assert_has(&dan.sees_room(room).await, &json!({"owner": dan.id, "role": "owner"}));
    dan.leaves(room).await;
    bob.joins(room).await;
    assert_has(&bob.sees_room(room).await, &json!({"owner": bob.id, "role": "owner"}));
}

#[tokio::test]
async fn the_room_hears_of_its_next_owner_and_its_picture_stays() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with_picture(&File::picture(), &[&bob, &cem]).await;
    let room = assert_id(&room["id"]);
    let (mut at_anns, mut at_bobs) = (ann.opens_socket(room).await, bob.opens_socket_for_all_rooms().await);
    ann.leaves(room).await;
    at_anns.next_of("left").await;
    at_anns.stays_silent().await;
    at_bobs.next_of("left").await;
    let event = at_bobs.next_of("room").await;
    assert_has(&event["room"], &json!({"id": room, "members_count": 2, "role": null}));
    assert_eq!(event["room"]["owner"], bob.sees_room(room).await["owner"]);
    assert_eq!(event["change"], event["room"]["changes"]);
    for link in ["url", "thumbnail_url"] {
        download(&event["room"]["picture"][link]).await;
    }
}

#[tokio::test]
async fn a_membership_without_a_room_goes_away() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let others = ann.creates_room().await;
    for (ghost, code, status) in [(99_999, "room_not_found", 404), (others, "not_a_member", 403)] {
        haunts(&server, &bob, ghost).await;
        assert_eq!(counted_rooms(&server, &bob).await, 2);
        bob.delete(&format!("/leave-chatroom/{ghost}/")).await.refuses(status, code);
        assert_eq!(counted_rooms(&server, &bob).await, 1);
    }
    are_members(room, &[&ann, &bob], &[]).await;
}

#[tokio::test]
async fn whoever_leaves_again_is_out_of_the_room() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let _listening = ann.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "leave-chatroom", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let leave = async || bob.delete(&format!("/leave-chatroom/{room}/")).await;
        match crashes::meets(crash, leave).await {
            // Bob had left when the answer was lost.
            (again, true) if again.status == 403 => again.refuses(403, "not_a_member"),
            (answer, _) => drop(answer.is(200)),
        }
        are_members(room, &[&ann], &[&bob]).await;
        bob.joins(room).await;
        are_members(room, &[&ann, &bob], &[]).await;
    })
    .await;
    assert!(points >= 10, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([_, bob], room) = server.room_of(["ann", "bob"]).await;
    bob.leaves(room).await;
    // The session and the call; the room, the room with the membership, the sockets.
    assert_eq!(server.cost("leave-chatroom").await, Cost { calls: 5, depth: 4, reads: 3.0, writes: 7.0, pushes: 0 });
}
