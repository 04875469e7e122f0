//! `POST /remove-member/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::json;

use crate::support::{
    connections, costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_admins("POST /remove-member/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "user": world.other_member.id, "ban": true})
)));

async fn asks(user: &User, other: &User, room: u64) -> Answer {
    user.post("/remove-member/", &json!({"conversation_id": room, "user": other.id, "ban": true})).await
}

#[tokio::test]
async fn the_user_and_the_room_get_their_events() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_anns = ann.opens_socket(room).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    assert_eq!(asks(&ann, &bob, room).await.is(200), json!({"message": "Member removed"}));
    assert_eq!(
        at_anns.next_of("left").await,
        json!({"type": "left", "conversation": room, "user": bob.id, "by": ann.id})
    );
    let removed = json!({"type": "removed", "conversation": room, "by": ann.id, "banned": true});
    assert_eq!(at_bobs.next_of("removed").await, removed);
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
    let mut at_anns = ann.opens_socket(room).await;
    let call = async { asks(&ann, &bob, room).await.is(200) };
    connections::meets_dead_socket("left", &ann, &mut at_anns, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/remove-member/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("user");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "remove-member", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let _listening = ann.opens_socket(room).await;
        crash.is_near().await;
        let answer = asks(&ann, &bob, room).await;
        if crash.has_struck().await {
            answer.is_broken();
            asks(&ann, &bob, room).await.is(200);
        } else {
            answer.is(200);
        }
    })
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_anns = ann.opens_socket(room).await;
    asks(&ann, &bob, room).await.is(200);
    assert_eq!(at_anns.next_of("left").await["conversation"], room);
    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("remove-member").await, cost);
}
