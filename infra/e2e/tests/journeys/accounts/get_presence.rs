//! `GET /get-presence/`

use std::time::{Duration, Instant};

use e2e::{Answer, Cost, Server, User, assert_time, crash_points};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    connections, costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("GET /get-presence/", |world| Ask::Query(vec![(
    "users",
    world.other_member.id.to_string()
)])));

/// How long the local system may take to notice that a socket has closed.
const PATIENCE: Duration = Duration::from_secs(10);

async fn asks(viewer: &User, users: &[u64]) -> Answer {
    let users: Vec<_> = users.iter().map(ToString::to_string).collect();
    viewer.get(&format!("/get-presence/?users={}", users.join(","))).await
}

/// The presence of one user.
async fn sees(viewer: &User, user: &User) -> Value {
    let found = asks(viewer, &[user.id]).await.is(200);
    assert_eq!((found.as_array().unwrap().len(), &found[0]["user"]), (1, &json!(user.id)));
    found[0].clone()
}

async fn chooses(user: &User, who: &str) {
    user.post("/set-privacy/", &json!({"online": who, "last_seen": who})).await.is(200);
}

/// A presence that says nothing.
fn unknown(user: &User) -> Value {
    json!({"user": user.id, "online": null, "last_seen": null})
}

/// Waits until it is noted when a user was last seen.
async fn is_last_seen(viewer: &User, user: &User) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = sees(viewer, user).await;
        if !found["last_seen"].is_null() {
            return found;
        }
        assert!(Instant::now() < deadline, "{found}");
    }
}

#[tokio::test]
async fn sockets_make_a_user_online_and_rest_does_not() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    bob.sends(room, "hi").await;
    let never = json!({"user": bob.id, "online": false, "last_seen": null});
    assert_eq!(sees(&ann, &bob).await, never);

    let [phone, laptop] = [bob.opens_socket(room).await, bob.opens_socket_for_all_rooms().await];
    let online = json!({"user": bob.id, "online": true, "last_seen": null});
    assert_eq!(sees(&ann, &bob).await, online);
    phone.closes().await;
    bob.sends(room, "hi").await;
    assert_eq!(sees(&ann, &bob).await, online, "the laptop is there");
    laptop.closes().await;
    let left = is_last_seen(&ann, &bob).await;
    assert_eq!(left["online"], true, "a device that connects again at once does not flicker");
    assert_time(&left["last_seen"]);
    assert!(left["last_seen"].as_str().unwrap().ends_with(":00.000Z"), "{left}");
}

#[tokio::test]
async fn a_user_who_was_last_seen_a_moment_ago_is_not_online_any_more() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    bob.opens_socket_for_all_rooms().await.closes().await;
    is_last_seen(&ann, &bob).await;
    let update = json!({
        "TableName": "ConnectionsTable", "Key": connections::key(&bob), "UpdateExpression": "SET last_seen = :then",
        "ExpressionAttributeValues": {":then": connections::before_now(Duration::from_secs(16))},
    });
    server.dynamodb("UpdateItem", &update).await;
    let before = sees(&ann, &bob).await;
    assert_eq!(before["online"], false);
    bob.sends(bob.creates_room().await, "hi").await;
    assert_eq!(sees(&ann, &bob).await, before, "REST makes nobody online");
}

#[tokio::test]
async fn a_logout_is_seen() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let mut socket = bob.opens_socket_for_all_rooms().await;
    bob.logs_out().await;
    assert!(sees(&ann, &bob).await["last_seen"].is_string());
    socket.is_closed().await;
}

#[tokio::test]
async fn hidden_blocked_and_missing_users_are_alike() {
    let server = Server::start().await;
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    let mut sockets = Vec::new();
    for user in [&ann, &bob, &cem, &dan] {
        sockets.push(user.opens_socket_for_all_rooms().await);
    }
    chooses(&bob, "nobody").await;
    cem.post("/set-block/", &json!({"user": ann.id, "blocked": true})).await.is(200);
    let missing = 9_007_199_254_740_991_u64;
    let mut expected: Vec<_> = [&bob, &cem].map(unknown).into();
    expected.push(json!({"user": dan.id, "online": true, "last_seen": null}));
    expected.push(json!({"user": missing, "online": null, "last_seen": null}));
    expected.sort_by_key(|presence| presence["user"].as_u64());
    assert_eq!(asks(&ann, &[missing, dan.id, cem.id, bob.id, dan.id]).await.is(200), json!(expected));
    assert_eq!(sees(&bob, &dan).await, unknown(&dan), "who hides sees nobody");
    assert_eq!(sees(&cem, &ann).await, unknown(&ann), "a block is mutual");
    // Nothing is frozen: the present counts again.
    chooses(&bob, "everyone").await;
    assert_eq!(sees(&ann, &bob).await["online"], true);
}

#[tokio::test]
async fn contacts_are_shown_to_contacts() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let _socket = bob.opens_socket_for_all_rooms().await;
    chooses(&bob, "contacts").await;
    let room = ann.opens_direct(&bob).await;
    ann.sends(room, "hi").await;
    assert_eq!(sees(&ann, &bob).await, unknown(&bob));
    bob.sends(room, "hi").await;
    assert_eq!(sees(&ann, &bob).await["online"], true);
}

#[tokio::test]
async fn names_1_to_50_users() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let ids: Vec<u64> = (1_000_001..=1_000_051).collect();
    assert_eq!(asks(&ann, &ids[..50]).await.is(200).as_array().unwrap().len(), 50);
    asks(&ann, &ids).await.blames("users");
    for wrong in ["", "?users=", "?users=0", "?users=1,,2", "?users=ann", "?user=1"] {
        ann.get(&format!("/get-presence/{wrong}")).await.blames("users");
    }
}

#[tokio::test]
async fn after_a_crash_the_answer_is_the_same() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    chooses(&bob, "contacts").await;
    let room = bob.opens_direct(&ann).await;
    bob.sends(room, "hi").await;
    let asks = crashes::asks_again(&ann, format!("/get-presence/?users={}", bob.id));
    let points = crash_points(&server, "get-presence", asks).await;
    // The session, the call, the users, the sockets and the blocks; the direct rooms.
    assert!(points >= 14, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    asks(&ann, &[bob.id]).await.is(200);
    // The session and the call, with both users, the sockets, and the blocks in both directions.
    let one = Cost { calls: 5, depth: 1, reads: 3.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("get-presence").await, one);

    // Half a unit for each user, for their sockets, and twice for blocks.
    let ids: Vec<u64> = (bob.id..bob.id + 50).collect();
    asks(&ann, &ids).await.is(200);
    assert_eq!(server.cost("get-presence").await, Cost { reads: 1.0 + 25.5 + 25.0 + 50.0, ..one });

    // The direct rooms, of contacts alone: their ids, then what they say.
    chooses(&bob, "contacts").await;
    let room = bob.opens_direct(&ann).await;
    bob.sends(room, "hi").await;
    asks(&ann, &[bob.id]).await.is(200);
    assert_eq!(server.cost("get-presence").await, Cost { calls: 7, depth: 3, reads: 4.5, ..one });
}

#[tokio::test]
async fn fifty_contacts_cost_no_more_calls_than_one() {
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    let names: Vec<_> = (0..50).map(|n| format!("user{n}")).collect();
    let mut others = Vec::new();
    for names in names.chunks(10) {
        others.extend(join_all(names.iter().map(|name| server.user(name))).await);
    }
    chooses(&ann, "contacts").await;
    let ids: Vec<u64> = others.iter().map(|other| other.id).collect();
    asks(&ann, &ids).await.is(200);
    let cost = server.cost("get-presence").await;
    // Nobody has a direct room with Ann.
    assert_eq!(cost, Cost { calls: 6, depth: 2, reads: 101.5 + 25.0, writes: 1.0, pushes: 0 });
}
