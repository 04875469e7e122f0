//! `POST /create-chatroom/`

use e2e::{Answer, Server, assert_has, assert_id, assert_time};
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn everything_has_a_default() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.post("/create-chatroom/", &json!({})).await.is(201);
    let id = assert_id(&room["id"]);
    let created_at = room["created_at"].clone();
    assert_time(&created_at);
    assert_has(
        &room,
        &json!({
            "members": [ann.id],
            "type": "chat",
            "name": format!("Chatroom {id}"),
            "description": "This is a chatroom.",
            "created_by": ann.id,
            "updated_at": created_at,
        }),
    );
}

#[tokio::test]
async fn no_body_is_an_empty_one() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = Answer::to(ann.request(Method::POST, "/create-chatroom/")).await.is(201);
    assert_eq!(room["name"], format!("Chatroom {}", room["id"]));
}

#[tokio::test]
async fn counts_rooms_from_one() {
    let because = "others have created rooms there before";
    let Some(server) = Server::start_local(because).await else { return };
    let ann = server.user("ann").await;
    for id in 1..=3 {
        assert_eq!(ann.creates_room().await, id);
    }
}

#[tokio::test]
async fn everything_can_be_said() {
    let server = Server::start().await;
    let [bob, ann, cem] = server.users(["bob", "ann", "cem"]).await;
    let body = json!({
        "name": "Fun 🎉", "description": "", "type": "group", "max_members": 3,
        // The creator is in it anyway, and nobody is twice.
        "members": [cem.id, ann.id, bob.id, bob.id],
    });
    let room = ann.post("/create-chatroom/", &body).await.is(201);
    let expected = json!({
        "name": "Fun 🎉", "description": "", "type": "group", "members": [ann.id, bob.id, cem.id], "created_by": ann.id,
    });
    assert_has(&room, &expected);
    for member in [&ann, &bob, &cem] {
        assert_has(&member.sees_room(assert_id(&room["id"])).await, &expected);
    }
}

#[tokio::test]
async fn fields_have_limits() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let long = |length| Value::from("ü".repeat(length));
    for (field, value) in [
        ("name", long(256)),
        ("name", json!(7)),
        ("description", long(1_001)),
        ("type", json!("club")),
        ("max_members", json!(1)),
        ("max_members", json!(1_025)),
        ("max_members", json!("2")),
        ("members", json!(["1"])),
        ("members", json!([0])),
        ("members", json!(1)),
    ] {
        ann.post("/create-chatroom/", &json!({field: value})).await.blames(field);
    }
    for (field, value) in [
        ("name", long(255)),
        ("description", long(1_000)),
        ("type", json!("chat")),
        ("type", json!("group")),
        ("max_members", json!(2)),
        ("max_members", json!(1_024)),
        ("members", json!([])),
        ("name", Value::Null),
    ] {
        ann.post("/create-chatroom/", &json!({field: value})).await.is(201);
    }
}

#[tokio::test]
async fn unknown_members_are_named_and_no_room_is_made() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let unknown = [9_007_199_254_740_990_u64, 9_007_199_254_740_991];
    let body = json!({"members": [bob.id, unknown[0], unknown[1]]});
    let answer = ann.post("/create-chatroom/", &body).await;
    answer.refuses(404, "user_not_found");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(unknown.iter().all(|id| detail.contains(&id.to_string())), "{detail}");
    assert!(ann.lists("/list-chatrooms/").await.is_empty());
    assert!(bob.lists("/list-chatrooms/").await.is_empty());
}

#[tokio::test]
async fn more_members_than_it_may_have() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let body = |max: u64| json!({"members": [bob.id, cem.id], "max_members": max});
    ann.post("/create-chatroom/", &body(2)).await.blames("members");
    ann.post("/create-chatroom/", &body(3)).await.is(201);
}

#[tokio::test]
async fn each_member_is_told_that_they_are_in() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let mut at_anns = ann.opens_socket_for_all_rooms().await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    for (socket, user) in [(&mut at_anns, &ann), (&mut at_bobs, &bob)] {
        let joined = json!({"type": "joined", "conversation": room, "user": user.id});
        assert_eq!(socket.next_event().await, joined);
        socket.stays_silent().await;
    }
}

#[tokio::test]
async fn a_user_is_in_500_rooms_at_most() {
    let because = "half a thousand rooms would stay behind";
    let Some(server) = Server::start_local(because).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let bobs = bob.creates_room().await;
    let rooms: Vec<u64> = stream::iter(0..500).map(|_| ann.creates_room()).buffer_unordered(8).collect().await;
    ann.post("/create-chatroom/", &json!({})).await.refuses(409, "too_many_rooms");
    ann.post("/join-chatroom/", &json!({"chatroom_id": bobs})).await.refuses(409, "too_many_rooms");
    bob.post("/create-chatroom/", &json!({"members": [ann.id]})).await.refuses(409, "too_many_rooms");
    let listed = ann.lists("/list-chatrooms/").await;
    assert_eq!(listed.len(), 500);

    ann.leaves(rooms[0]).await;
    ann.joins(bobs).await;
    ann.post("/create-chatroom/", &json!({})).await.refuses(409, "too_many_rooms");
}
