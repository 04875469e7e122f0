//! `POST /set-role/`

use e2e::{Answer, Cost, Server, User, assert_has, crash_points};
use serde_json::json;

use crate::support::{
    connections, costs, crashes,
    items::{BECAUSE, changes_room, writes_directly},
    membership::are_sound,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_admins("POST /set-role/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "user": world.other_member.id, "role": "admin"})
)));

async fn asks(user: &User, other: &User, room: u64) -> Answer {
    user.post("/set-role/", &json!({"conversation_id": room, "user": other.id, "role": "admin"})).await
}

#[tokio::test]
async fn a_member_becomes_an_admin_and_the_room_gets_the_event() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket(room).await;
    assert_eq!(asks(&ann, &bob, room).await.is(200)["admins"], json!([bob.id]));
    assert_eq!(at_bobs.next_of("room").await["conversation"], room);
}

async fn sets(user: &User, other: &User, room: u64, role: &str) -> Answer {
    user.post("/set-role/", &json!({"conversation_id": room, "user": other.id, "role": role})).await
}

#[tokio::test]
async fn an_owner_hands_the_room_over_and_becomes_an_admin() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    sets(&ann, &bob, room, "admin").await.is(200);
    let mut at_cems = cem.opens_socket_for_all_rooms().await;
    let after = sets(&ann, &bob, room, "owner").await.is(200);
    assert_has(&after, &json!({"owner": bob.id, "admins": [ann.id], "role": "admin", "changes": 2}));
    let event = at_cems.next_of("room").await;
    assert_has(&event["room"], &json!({"owner": bob.id, "admins": [ann.id], "role": null, "changes": 2}));
    assert_eq!(event["change"], 2);
    assert_has(&bob.sees_room(room).await, &json!({"owner": bob.id, "role": "owner"}));
    // The old owner is one admin of several.
    sets(&ann, &bob, room, "member").await.refuses(409, "owner_stays");
    sets(&bob, &ann, room, "member").await.is(200);
    sets(&ann, &cem, room, "admin").await.refuses(403, "not_an_admin");
}

#[tokio::test]
async fn nobody_acts_on_the_owner() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    sets(&ann, &bob, room, "admin").await.is(200);
    for role in ["admin", "member"] {
        sets(&bob, &ann, room, role).await.refuses(409, "owner_stays");
        sets(&ann, &ann, room, role).await.refuses(409, "owner_stays");
    }
    sets(&bob, &bob, room, "owner").await.refuses(409, "owner_stays");
    sets(&bob, &cem, room, "owner").await.refuses(409, "owner_stays");
    sets(&cem, &cem, room, "admin").await.refuses(403, "not_an_admin");
    assert_has(&ann.sees_room(room).await, &json!({"owner": ann.id, "admins": [bob.id], "changes": 1}));
}

#[tokio::test]
async fn an_admin_makes_admins_and_members() {
    let server = Server::start().await;
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    sets(&ann, &bob, room, "admin").await.is(200);
    sets(&bob, &cem, room, "admin").await.is(200);
    assert_eq!(sets(&cem, &bob, room, "member").await.is(200)["admins"], json!([cem.id]));
    assert_eq!(sets(&cem, &cem, room, "member").await.is(200)["admins"], json!([]));
    sets(&ann, &dan, room, "admin").await.refuses(404, "user_not_found");
    sets(&ann, &dan, room, "member").await.refuses(404, "user_not_found");
}

#[tokio::test]
async fn the_current_role_changes_nothing() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    sets(&ann, &bob, room, "admin").await.is(200);
    let mut at_bobs = bob.opens_socket(room).await;
    for (user, role) in [(&bob, "admin"), (&ann, "owner")] {
        assert_eq!(sets(&ann, user, room, role).await.is(200)["changes"], 1);
    }
    at_bobs.stays_silent().await;
}

#[tokio::test]
async fn a_room_has_fifty_admins_at_most() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    let admins: Vec<String> = (0..49).map(|n| (1000 + n).to_string()).chain([cem.id.to_string()]).collect();
    changes_room(&server, room, "SET admins = :admins", json!({":admins": {"NS": admins}})).await;
    sets(&ann, &bob, room, "admin").await.refuses(409, "too_many_admins");
    sets(&ann, &bob, room, "owner").await.refuses(409, "too_many_admins");
    assert_eq!(sets(&ann, &cem, room, "owner").await.is(200)["admins"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn a_direct_room_has_no_roles() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    writes_directly(&server, &ann, &bob, 4242).await;
    sets(&ann, &bob, 4242, "admin").await.refuses(403, "not_an_admin");
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    asks(&bob, &bob, room).await.refuses(403, "not_a_member");
    asks(&bob, &bob, 9_007_199_254_740_991).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket(room).await;
    let call = async { asks(&ann, &bob, room).await.is(200) };
    connections::meets_dead_socket("room", &bob, &mut at_bobs, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/set-role/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("user");
    empty.blames("role");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let _listening = bob.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "set-role", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let (answer, _) = crashes::meets(crash, async || asks(&ann, &bob, room).await).await;
        assert_has(&answer.is(200), &json!({"admins": [bob.id], "changes": 1}));
        are_sound(&server, room).await;
        ann.delete(&format!("/leave-chatroom/{room}/")).await.is(200);
        bob.leaves(room).await;
    })
    .await;
    assert!(points >= 10, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket(room).await;
    asks(&ann, &bob, room).await.is(200);
    assert_eq!(at_bobs.next_of("room").await["conversation"], room);
    // The session and the call; the room, the change, the sockets.
    let cost = Cost { calls: 5, depth: 4, reads: 3.0, writes: 2.0, pushes: 1 };
    assert_eq!(server.cost("set-role").await, cost);
}
