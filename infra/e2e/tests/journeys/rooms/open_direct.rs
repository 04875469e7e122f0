//! `POST /open-direct/`

use std::{cell::Cell, collections::BTreeSet};

use e2e::{Answer, Cost, Server, User, crash_points};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    ending::lost_answers,
    items::{BECAUSE, counted_rooms},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /open-direct/", |world| Ask::Rest(json!({"user": world.other_member.id}))));

async fn asks(user: &User, other: &User) -> Answer {
    user.post("/open-direct/", &json!({"user": other.id})).await
}

/// The rooms of a user's list.
async fn rooms(user: &User) -> Vec<Value> {
    user.lists("/list-chatrooms/").await.into_iter().map(|room| room["id"].clone()).collect()
}

#[tokio::test]
async fn two_users_have_one_room() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;

    let room = asks(&ann, &bob).await.is(201);
    for (field, value) in [
        ("type", json!("direct")),
        ("name", json!("")),
        ("members", json!([ann.id, bob.id])),
        ("peer", json!({"id": bob.id, "username": bob.name})),
        ("access", json!("invite")),
        ("owner", Value::Null),
    ] {
        assert_eq!(room[field], value, "{field}");
    }
    let again = asks(&bob, &ann).await.is(200);
    assert_eq!((&again["id"], &again["peer"]["id"]), (&room["id"], &json!(ann.id)));
    let listed = ann.sees_room(room["id"].as_u64().unwrap()).await;
    assert_eq!((&listed["peer"], &listed["unread"]), (&room["peer"], &json!(0)));
}

#[tokio::test]
async fn notes_are_a_room_of_one() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let notes = asks(&ann, &ann).await.is(201);
    assert_eq!((&notes["members"], &notes["peer"]["id"]), (&json!([ann.id]), &json!(ann.id)));
    assert_eq!(asks(&ann, &ann).await.is(200)["id"], notes["id"]);
    let sent = ann.sends(notes["id"].as_u64().unwrap(), "milk").await;
    assert_eq!(sent["receivers"], json!([]));
}

#[tokio::test]
async fn nobody_else_is_in_a_direct_room() {
    let server = Server::start().await;
    let [ann, bob, eve] = server.users(["ann", "bob", "eve"]).await;
    let room = asks(&ann, &bob).await.is(201)["id"].as_u64().unwrap();
    eve.post("/join-chatroom/", &json!({"chatroom_id": room})).await.refuses(404, "room_not_found");
    eve.get(&format!("/list-members/{room}/")).await.refuses(404, "room_not_found");
    let add = json!({"conversation_id": room, "members": [eve.id]});
    ann.post("/add-members/", &add).await.refuses(403, "not_an_admin");
    assert_eq!(rooms(&eve).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_hidden_room_is_the_same_room_when_it_comes_back() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = asks(&ann, &bob).await.is(201)["id"].clone();
    let id = room.as_u64().unwrap();
    assert_eq!((rooms(&ann).await, rooms(&bob).await), (vec![room.clone()], vec![]));
    ann.sends(id, "1").await;
    assert_eq!(rooms(&bob).await, std::slice::from_ref(&room));
    for user in [&ann, &bob] {
        user.leaves(id).await;
        assert!(rooms(user).await.is_empty());
    }
    assert_eq!(asks(&ann, &bob).await.is(200)["id"], room);
    assert_eq!((rooms(&ann).await, rooms(&bob).await), (vec![room.clone()], vec![]));
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    ann.sends(id, "2").await;
    at_bobs.receives("2").await;
    let listed = bob.sees_room(id).await;
    assert_eq!((&listed["last_message"]["text"], &listed["unread"]), (&json!("2"), &json!(2)));
    assert_eq!(bob.sees_messages(id).await.len(), 2);
}

#[tokio::test]
async fn a_user_who_accepts_nobody_and_one_who_does_not_exist() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    asks(&ann, &bob).await.is(201);
    bob.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    asks(&cem, &bob).await.refuses(403, "not_accepted");
    asks(&ann, &bob).await.is(200);
    asks(&bob, &cem).await.is(201);
    asks(&cem, &bob).await.is(200);
    ann.post("/open-direct/", &json!({"user": 9_007_199_254_740_991_u64})).await.refuses(404, "user_not_found");
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for body in [json!({}), json!({"user": null}), json!({"user": "bob"}), json!({"user": 0})] {
        ann.post("/open-direct/", &body).await.blames("user");
    }
}

#[tokio::test]
async fn strangers_have_a_pace_and_rooms_that_exist_have_none() {
    let Some(server) = Server::local(BECAUSE).parameters(&["StrangersPerDay=2"]).start().await else { return };
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    for (other, status) in [(&bob, 201), (&bob, 200), (&cem, 201), (&cem, 200), (&bob, 200), (&ann, 201)] {
        asks(&ann, other).await.is(status);
    }
    let refused = asks(&ann, &dan).await;
    refused.refuses(429, "rate_limited");
    assert!((3_600..=43_200).contains(&refused.retry_after()), "{refused:?}");
    asks(&dan, &ann).await.is(201);
    asks(&ann, &dan).await.is(200);
}

#[tokio::test]
async fn sixteen_at_once_from_both_sides_open_one_room() {
    let Some(server) = crashes::server().await else { return };
    for (round, crashes) in [0, 3, 6].into_iter().enumerate() {
        let names = [format!("ann{round}"), format!("bob{round}")];
        let [ann, bob] = server.users([&*names[0], &*names[1]]).await;
        // Some instances die before the transaction, and some after it.
        let fault = |fault| {
            let operation = "TransactWriteItems";
            json!({"fault": fault, "function": "open-direct", "operation": operation, "times": crashes})
        };
        let rules = if crashes == 0 { json!([]) } else { json!([fault("kill_after"), fault("kill_before")]) };
        server.plans(&json!({"rules": rules})).await;
        let calls = (0..16).map(|n| if n % 2 == 0 { asks(&ann, &bob) } else { asks(&bob, &ann) });
        let answers = join_all(calls).await;
        server.plans(&json!({"rules": []})).await;
        let mut opened = BTreeSet::new();
        for answer in &answers {
            match answer.status {
                500 => answer.is_broken(),
                status => drop(opened.insert(answer.is(status)["id"].as_u64().unwrap())),
            }
        }
        assert!(answers.iter().filter(|answer| answer.status == 201).count() <= 1);
        opened.insert(asks(&ann, &bob).await.json()["id"].as_u64().unwrap());
        opened.insert(asks(&bob, &ann).await.is(200)["id"].as_u64().unwrap());
        assert_eq!(opened.len(), 1, "{opened:?}");
        // Only the opener's rooms count it.
        assert_eq!(counted_rooms(&server, &ann).await + counted_rooms(&server, &bob).await, 1);
        assert_eq!(rooms(&ann).await, [json!(opened.first().unwrap())]);
    }
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let count = Cell::new(0);
    let points = crash_points(&server, "open-direct", async |crash| {
        // Each time with another user, because two users have one room.
        count.set(count.get() + 1);
        let bob = server.user(&format!("bob{}", count.get())).await;
        let (answer, again) = crashes::meets(crash, async || asks(&ann, &bob).await).await;
        let room = answer.is(if again && answer.status == 200 { 200 } else { 201 });
        assert_eq!(room["peer"]["id"], bob.id);
        assert_eq!(asks(&bob, &ann).await.is(200)["id"], room["id"]);
        // It is one of the opener's rooms, and counts apart for the other one.
        assert_eq!([counted_rooms(&server, &ann).await, counted_rooms(&server, &bob).await], [count.get(), 0]);
    })
    .await;
    assert!(points >= 18, "{points}");
}

#[tokio::test]
async fn a_hidden_room_is_listed_again_after_a_crash() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = asks(&ann, &bob).await.is(201)["id"].clone();
    let points = crash_points(&server, "open-direct", async |crash| {
        ann.leaves(room.as_u64().unwrap()).await;
        let (answer, _) = crashes::meets(crash, async || asks(&ann, &bob).await).await;
        assert_eq!(answer.is(200)["id"], room);
        assert_eq!(rooms(&ann).await, std::slice::from_ref(&room));
    })
    .await;
    assert!(points >= 12, "{points}");
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_room() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let count = Cell::new(0);
    let calls = lost_answers(&server, "open-direct", async || {
        count.set(count.get() + 1);
        let bob = server.user(&format!("bob{}", count.get())).await;
        let room = asks(&ann, &bob).await.is(201);
        assert_eq!(asks(&bob, &ann).await.is(200)["id"], room["id"]);
        assert_eq!(counted_rooms(&server, &ann).await, count.get());
    })
    .await;
    assert!(calls >= 9, "{calls}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    asks(&ann, &bob).await.is(201);
    // The session and the call with the user and the pair; the pair again with the paces and the blocks; the id; the
    // transaction.
    let new = Cost { calls: 10, depth: 4, reads: 5.0, writes: 20.0, pushes: 0 };
    assert_eq!(server.cost("open-direct").await, new);
    asks(&ann, &bob).await.is(200);
    // The same and then the room.
    assert_eq!(server.cost("open-direct").await, Cost { calls: 5, depth: 2, reads: 2.5, writes: 1.0, pushes: 0 });
    asks(&bob, &ann).await.is(200);
    // Bob lists it from now on.
    assert_eq!(server.cost("open-direct").await, Cost { calls: 6, depth: 3, reads: 2.5, writes: 2.0, pushes: 0 });
}
