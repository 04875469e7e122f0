//! `POST /join-chatroom/`

use e2e::{Cost, Server, User, assert_id, crash_points};
use serde_json::json;

use crate::support::{
    costs, crashes,
    items::{BECAUSE, bans, changes_room, closes_room, counted_rooms, haunts, invitations, invites},
    membership::are_members,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /join-chatroom/", |world| Ask::Rest(json!({"chatroom_id": world.room}))));

#[tokio::test]
async fn gives_the_membership() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let membership = bob.joins(room).await;
    let id = assert_id(&membership["id"]);
    assert_eq!(membership, json!({"id": id, "conversation": room, "user": bob.id}));
    assert_eq!(ann.sees_room(room).await["members"], json!([ann.id, bob.id]));
    bob.sends(room, "hi").await;
}

#[tokio::test]
async fn joining_again_gives_the_same_membership_and_tells_nobody() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let first = bob.joins(room).await;
    let mut phone = ann.opens_socket(room).await;
    let again = bob.post("/join-chatroom/", &json!({"chatroom_id": room})).await.is(200);
    assert_eq!(again, first);
    phone.stays_silent().await;
}

#[tokio::test]
async fn the_creator_is_a_member_already() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    for user in [&ann, &bob] {
        let membership = user.post("/join-chatroom/", &json!({"chatroom_id": room})).await.is(200);
        assert_eq!(membership["conversation"], room);
        assert_eq!(membership["user"], user.id);
    }
}

#[tokio::test]
async fn an_unknown_room() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let unknown = json!({"chatroom_id": 9_007_199_254_740_991_u64});
    ann.post("/join-chatroom/", &unknown).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_full_room() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.post("/create-chatroom/", &json!({"max_members": 2, "members": [bob.id]})).await.is(201);
    let join = json!({"chatroom_id": room["id"]});
    cem.post("/join-chatroom/", &join).await.refuses(409, "room_full");
    bob.post("/join-chatroom/", &join).await.is(200);
    bob.leaves(assert_id(&room["id"])).await;
    cem.post("/join-chatroom/", &join).await.is(201);
}

#[tokio::test]
async fn the_room_must_be_named_by_its_id() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for body in [json!({}), json!({"chatroom_id": "1"}), json!({"chatroom_id": 1.5}), json!({"chatroom_id": 0})] {
        ann.post("/join-chatroom/", &body).await.blames("chatroom_id");
    }
}

/// The code of room 1 with random bits that are all zero, and the hash that the room keeps of it.
const CODE: &str = "1.AAAAAAAAAAAAAAAAAAAAAA";
const HASH: &str = "wASbCgDCqXuVG5lSOlUhdUAXbB7x8EBx1COUMzoUDig";

#[tokio::test]
async fn a_closed_room_is_joined_by_its_code_and_not_by_its_number() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room().await;
    assert_eq!(room, 1);
    ann.sends(room, "before").await;
    closes_room(&server, room).await;
    let join = async |user: &User, code: &str| user.post("/join-chatroom/", &json!({"invite": code})).await;
    join(&bob, CODE).await.refuses(404, "invite_invalid");
    changes_room(&server, room, "SET invite = :hash", json!({":hash": {"S": HASH}})).await;
    for wrong in ["", "1", "1.", "1.AAAAAAAAAAAAAAAAAAAAAB", "1.BAAAAAAAAAAAAAAAAAAAAA", "2.AAAAAAAAAAAAAAAAAAAAAA"] {
        join(&bob, wrong).await.refuses(404, "invite_invalid");
    }
    bob.post("/join-chatroom/", &json!({"chatroom_id": room})).await.refuses(404, "room_not_found");
    let joined = join(&bob, CODE).await.is(201);
    assert_eq!((&joined["conversation"], &joined["user"]), (&json!(room), &json!(bob.id)));
    assert_eq!(join(&bob, CODE).await.is(200), joined);
    assert!(bob.sees_messages(room).await.is_empty());
    bans(&server, &ann, &cem, room).await;
    join(&cem, CODE).await.refuses(404, "invite_invalid");
    for (body, field) in [
        (json!({"invite": 7}), "invite"),
        (json!({"invite": CODE, "chatroom_id": room}), "invite"),
        (json!({"invite": null}), "chatroom_id"),
    ] {
        bob.post("/join-chatroom/", &body).await.blames(field);
    }
}

#[tokio::test]
async fn whoever_joins_has_no_invitation_any_more_and_is_counted_once() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    invites(&server, &ann, &bob, room).await;
    haunts(&server, &bob, room).await;
    bob.joins(room).await;
    assert_eq!((invitations(&server, &bob).await, counted_rooms(&server, &bob).await), (0, 1));
    bob.leaves(room).await;
    assert_eq!(counted_rooms(&server, &bob).await, 0);
    haunts(&server, &bob, 99_999).await;
    bob.post("/join-chatroom/", &json!({"chatroom_id": 99_999})).await.refuses(404, "room_not_found");
    assert_eq!(counted_rooms(&server, &bob).await, 0);
}

#[tokio::test]
async fn the_rooms_sockets_are_told_the_joiners_too() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room().await;
    let mut at_anns = ann.opens_socket(room).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let mut at_cems = cem.opens_socket_for_all_rooms().await;
    bob.joins(room).await;
    let joined = json!({"type": "joined", "conversation": room, "user": bob.id});
    assert_eq!(at_anns.next_event().await, joined);
    assert_eq!(at_bobs.next_event().await, joined);
    at_cems.stays_silent().await;
}

#[tokio::test]
async fn whoever_joins_again_is_in_the_room_once() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let _listening = ann.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "join-chatroom", async |crash| {
        // The room holds two members. A crash must not use up the second place.
        let room = ann.post("/create-chatroom/", &json!({"max_members": 2})).await.is(201)["id"].as_u64().unwrap();
        let join = async || bob.post("/join-chatroom/", &json!({"chatroom_id": room})).await;
        let (answer, again) = crashes::meets(crash, join).await;
        assert_eq!(answer.is(if again && answer.status == 200 { 200 } else { 201 })["user"], bob.id);
        are_members(room, &[&ann, &bob], &[&cem]).await;
        join().await.is(200);
        bob.leaves(room).await;
        are_members(room, &[&ann], &[&bob]).await;
    })
    .await;
    assert!(points >= 12, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    bob.joins(room).await;
    // The session and the call; the room, the membership, the invitation and the change; the room with the membership,
    // the count and the check of bans; the sockets.
    assert_eq!(server.cost("join-chatroom").await, Cost { calls: 8, depth: 4, reads: 5.0, writes: 10.0, pushes: 0 });
}
