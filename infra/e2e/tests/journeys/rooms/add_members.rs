//! `POST /add-members/`

use e2e::{Answer, Cost, File, Server, User, crash_points, download};
use serde_json::{Value, json};

use crate::support::{
    connections, costs, crashes,
    items::{BECAUSE, bans, counted_rooms, crowd, grows, haunts, invitations},
    membership::are_members,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /add-members/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "members": [world.other_member.id], "history": 0})
)));

async fn asks(user: &User, other: &User, room: u64) -> Answer {
    user.post("/add-members/", &json!({"conversation_id": room, "members": [other.id], "history": 0})).await
}

#[tokio::test]
async fn a_member_gets_the_answer_and_the_room_the_event() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    assert_eq!(asks(&ann, &bob, room).await.is(200), json!({"results": [{"user": bob.id, "status": "added"}]}));
    assert_eq!(at_bobs.next_of("joined").await["conversation"], room);
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
    let room = ann.creates_room().await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let call = async { asks(&ann, &bob, room).await.is(200) };
    connections::meets_dead_socket("joined", &bob, &mut at_bobs, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/add-members/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("members");
}

/// Lets nobody add them.
async fn is_shy(user: &User) {
    user.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
}

#[tokio::test]
async fn each_user_has_a_result() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem, dan, eve] = server.users(["ann", "bob", "cem", "dan", "eve"]).await;
    let room = ann.post("/create-chatroom/", &json!({"max_members": 2})).await.is(201)["id"].as_u64().unwrap();
    is_shy(&bob).await;
    bans(&server, &ann, &cem, room).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let mut at_eves = eve.opens_socket_for_all_rooms().await;
    let unknown = 9_007_199_254_740_991_u64;
    let members = json!([eve.id, dan.id, cem.id, bob.id, ann.id, unknown]);
    let body = json!({"conversation_id": room, "members": members, "history": 25});
    // A banned user takes no place from the others. Once the room is full, that is said first.
    for of_cem in ["not_accepted", "room_full"] {
        let expected = [
            (ann.id, "added"),
            (bob.id, "invited"),
            (cem.id, of_cem),
            (dan.id, "added"),
            (eve.id, "room_full"),
            (unknown, "user_not_found"),
        ];
        let results: Vec<Value> =
            expected.iter().map(|(user, status)| json!({"user": user, "status": status})).collect();
        assert_eq!(ann.post("/add-members/", &body).await.is(200), json!({"results": results}));
    }
    assert_eq!(at_bobs.next_event().await, json!({"type": "invited", "conversation": room, "by": ann.id}));
    at_eves.stays_silent().await;
    are_members(room, &[&ann, &dan], &[&bob, &cem, &eve]).await;
}

#[tokio::test]
async fn contacts_are_added_and_see_the_history_that_they_are_given() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    for user in [&bob, &cem] {
        user.post("/set-privacy/", &json!({"add": "contacts"})).await.is(200);
    }
    let direct = bob.post("/open-direct/", &json!({"user": ann.id})).await.is(201)["id"].as_u64().unwrap();
    bob.sends(direct, "hi").await;
    let room = ann.post("/create-chatroom/", &json!({"access": "invite"})).await.is(201)["id"].as_u64().unwrap();
    for number in 0..27 {
        ann.sends(room, &number.to_string()).await;
    }
    let body = json!({"conversation_id": room, "members": [bob.id, cem.id], "history": 25});
    let results = json!([{"user": bob.id, "status": "added"}, {"user": cem.id, "status": "invited"}]);
    assert_eq!(ann.post("/add-members/", &body).await.is(200)["results"], results);
    cem.post("/answer-invitation/", &json!({"conversation_id": room, "accept": true})).await.is(200);
    for user in [&bob, &cem] {
        let seen = user.sees_messages(room).await;
        assert_eq!((seen.len(), &seen[0]["text"]), (25, &json!("2")), "{}", user.name);
    }
}

#[tokio::test]
async fn a_blocked_user_notices_nothing_and_nobody_can_tell() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room().await;
    bob.post("/set-block/", &json!({"user": ann.id, "blocked": true})).await.is(200);
    is_shy(&cem).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let result = async |user: &User| asks(&ann, user, room).await.is(200)["results"][0]["status"].clone();
    assert_eq!([result(&bob).await, result(&cem).await], ["invited", "invited"]);
    at_bobs.stays_silent().await;
    assert_eq!([invitations(&server, &bob).await, invitations(&server, &cem).await], [0, 1]);
    for user in [&bob, &cem] {
        bans(&server, &ann, user, room).await;
        assert_eq!(result(user).await, "not_accepted");
    }
}

#[tokio::test]
async fn a_membership_without_a_room_is_replaced() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    haunts(&server, &bob, room).await;
    assert_eq!(asks(&ann, &bob, room).await.is(200)["results"][0]["status"], "added");
    are_members(room, &[&ann, &bob], &[]).await;
    assert_eq!(counted_rooms(&server, &bob).await, 1);
}

#[tokio::test]
async fn several_newcomers_in_a_large_room_are_one_event_for_the_others() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with_picture(&File::photo(), &[]).await["id"].as_u64().unwrap();
    grows(&server, room, [ann.id].into_iter().chain(1_000..1_040).collect()).await;
    let mut at_anns = ann.opens_socket(room).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let body = json!({"conversation_id": room, "members": [bob.id, cem.id]});
    ann.post("/add-members/", &body).await.is(200);
    let event = at_anns.next_event().await;
    assert_eq!(
        (&event["type"], &event["change"], &event["room"]["members_count"]),
        (&json!("room"), &json!(2), &json!(43))
    );
    for link in ["url", "thumbnail_url"] {
        download(&event["room"]["picture"][link]).await;
    }
    assert_eq!(at_bobs.next_event().await, json!({"type": "joined", "conversation": room, "user": bob.id}));
    at_anns.stays_silent().await;
}

#[tokio::test]
async fn whoever_dies_while_adding_leaves_nothing_half_done() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    is_shy(&cem).await;
    let _listening = bob.opens_socket_for_all_rooms().await;
    let mut rooms = 0;
    let points = crash_points(&server, "add-members", async |crash| {
        let room = ann.creates_room().await;
        ann.sends(room, "before").await;
        let body = json!({"conversation_id": room, "members": [bob.id, cem.id], "history": 25});
        let (answer, _) = crashes::meets(crash, async || ann.post("/add-members/", &body).await).await;
        let results = json!([{"user": bob.id, "status": "added"}, {"user": cem.id, "status": "invited"}]);
        assert_eq!(answer.is(200)["results"], results);
        are_members(room, &[&ann, &bob], &[&cem]).await;
    })
    .await;
    rooms += points + 2;
    assert_eq!((counted_rooms(&server, &bob).await, invitations(&server, &cem).await as u64), (rooms, rooms));
    assert!(points >= 12, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room().await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    asks(&ann, &bob, room).await.is(200);
    assert_eq!(at_bobs.next_of("joined").await["conversation"], room);
    // The session and the call; the room, the user, the blocks and the change; the transaction; the sockets.
    let cost = Cost { calls: 8, depth: 4, reads: 6.0, writes: 12.0, pushes: 1 };
    assert_eq!(server.cost("add-members").await, cost);

    is_shy(&cem).await;
    asks(&ann, &cem, room).await.is(200);
    let cost = Cost { calls: 8, depth: 4, reads: 5.5, writes: 8.0, pushes: 0 };
    assert_eq!(server.cost("add-members").await, cost);

    // Fifty of them take three transactions, which write the room once each. The event has the room as it is then.
    let crowd = crowd(&server, 1_000, 50).await;
    ann.post("/add-members/", &json!({"conversation_id": room, "members": crowd})).await.is(200);
    let cost = Cost { calls: 11, depth: 7, reads: 179.0, writes: 408.0, pushes: 1 };
    assert_eq!(server.cost("add-members").await, cost);
}
