//! `GET /list-members/{conversation_id}/`

use std::time::{Duration, Instant};

use e2e::{Cost, Server, User, assert_time, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    items::changes_room,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("GET /list-members/{conversation_id}/", |_| Ask::Rest(Value::Null)));

#[tokio::test]
async fn shows_who_is_in_the_room_in_the_order_they_came() {
    let server = Server::start().await;
    let [cem, ann, bob] = server.users(["cem", "ann", "bob"]).await;
    let room = ann.creates_room().await;
    bob.joins(room).await;
    cem.joins(room).await;
    let members = bob.lists(&format!("/list-members/{room}/")).await;
    assert_eq!(members.len(), 3);
    for (member, user) in members.iter().zip([&ann, &bob, &cem]) {
        assert_time(&member["joined_at"]);
        let expected = json!({
            "user": user.id, "username": user.name, "joined_at": member["joined_at"], "last_delivered": null,
            "last_read": null, "online": false,
        });
        assert_eq!(*member, expected);
    }
}

#[tokio::test]
async fn shows_how_far_each_has_read() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hi").await;
    bob.reads(room, &message).await;
    assert_eq!(ann.sees_member(room, &bob).await["last_read"], message["id"]);
}

#[tokio::test]
async fn who_has_an_open_socket_that_hears_the_room_is_online() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let [room, other_room] = [ann.creates_room_with(&[&bob]).await, ann.creates_room_with(&[&bob]).await];
    let bob_is_online = async || ann.sees_member(room, &bob).await["online"].as_bool().unwrap();
    let _elsewhere = bob.opens_socket(other_room).await;
    assert!(!bob_is_online().await);
    let [phone, laptop] = [bob.opens_socket_for_all_rooms().await, bob.opens_socket(room).await];
    assert!(bob_is_online().await);
    phone.closes().await;
    assert!(bob_is_online().await);
    laptop.closes().await;
    // API Gateway reports a closed socket some time later, and no event says that it has done so.
    let patience = Instant::now() + Duration::from_secs(10);
    while bob_is_online().await {
        assert!(Instant::now() < patience, "bob is online without a socket that hears the room");
    }
}

#[tokio::test]
async fn who_hides_that_they_are_online_is_unknown_to_others_and_sees_nobody() {
    let server = Server::start().await;
    let ([ann, bob, cem], room) = server.room_of(["ann", "bob", "cem"]).await;
    let _sockets = [ann.opens_socket(room).await, bob.opens_socket(room).await];
    let online = async |viewer: &User| {
        let listed = viewer.lists(&format!("/list-members/{room}/")).await;
        listed.iter().map(|member| member["online"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(online(&cem).await, [json!(true), json!(true), json!(false)]);
    bob.post("/set-privacy/", &json!({"online": "nobody"})).await.is(200);
    assert_eq!(online(&cem).await, [json!(true), json!(null), json!(false)]);
    assert_eq!(online(&bob).await, [json!(null), json!(true), json!(null)]);
    bob.post("/set-privacy/", &json!({"online": "contacts"})).await.is(200);
    assert_eq!(online(&cem).await, [json!(true), json!(null), json!(false)]);
    let direct = bob.opens_direct(&cem).await;
    bob.sends(direct, "hi").await;
    assert_eq!(online(&cem).await, [json!(true), json!(true), json!(false)]);
    assert_eq!(online(&bob).await, [json!(null), json!(true), json!(false)]);
}

#[tokio::test]
async fn a_page_without_the_caller_follows_their_privacy() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let first = async || bob.lists(&format!("/list-members/{room}/?limit=1")).await[0].clone();
    assert_eq!((&first().await["user"], &first().await["online"]), (&json!(ann.id), &json!(false)));
    bob.post("/set-privacy/", &json!({"online": "nobody"})).await.is(200);
    assert_eq!(first().await["online"], Value::Null);
}

#[tokio::test]
async fn has_pages_by_id_each_in_the_order_they_came() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = cem.creates_room().await;
    bob.joins(room).await;
    ann.joins(room).await;
    let path = |query: &str| format!("/list-members/{room}/?{query}");
    let first = cem.get(&path("limit=2")).await;
    assert_eq!(first.next(), Some(format!("/list-members/{room}/?limit=2&after={}", bob.id)));
    let pages = cem.pages_through(&path("limit=2")).await;
    let users: Vec<Vec<u64>> =
        pages.iter().map(|page| page.iter().map(|member| member["user"].as_u64().unwrap()).collect()).collect();
    assert_eq!(users, [vec![bob.id, ann.id], vec![cem.id]]);
    assert!(cem.lists(&path(&format!("after={}", cem.id))).await.is_empty());
    for wrong in ["limit=0", "limit=1025", "limit=x"] {
        cem.get(&path(wrong)).await.blames("limit");
    }
    assert_eq!(cem.lists(&path("after=0")).await.len(), 3);
    cem.get(&path("after=-1")).await.blames("after");
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    bob.get(&format!("/list-members/{room}/")).await.refuses(403, "not_a_member");
    bob.get("/list-members/9007199254740991/").await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn after_a_crash_the_list_is_the_same() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, _], room) = server.room_of(["ann", "bob"]).await;
    let asks = crashes::asks_again(&ann, format!("/list-members/{room}/"));
    let points = crash_points(&server, "list-members", asks).await;
    assert!(points >= 10, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    ann.get(&format!("/list-members/{room}/")).await.is(200);
    // The session, the call and the room; the memberships, the names, the sockets, and the blocks of one another.
    let cost = Cost { calls: 7, depth: 2, reads: 5.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("list-members").await, cost);

    // A page of a large room costs what it shows, and the room.
    let ids: Vec<String> = (1..=1024).map(|id: u64| id.to_string()).collect();
    changes_room(&server, room, "SET members = :members", json!({":members": {"NS": ids}})).await;
    ann.get(&format!("/list-members/{room}/?limit=2")).await.is(200);
    assert_eq!(server.cost("list-members").await, cost);

    // Contacts take the direct rooms of all at once.
    ann.post("/set-privacy/", &json!({"online": "contacts"})).await.is(200);
    let direct = ann.opens_direct(&bob).await;
    ann.sends(direct, "hi").await;
    ann.get(&format!("/list-members/{room}/?limit=2")).await.is(200);
    assert_eq!(server.cost("list-members").await, Cost { calls: 9, depth: 4, reads: 6.5, ..cost });
}
