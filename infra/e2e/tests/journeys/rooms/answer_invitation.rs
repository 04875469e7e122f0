//! `POST /answer-invitation/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::json;

use crate::support::{
    connections, costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /answer-invitation/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "accept": false})
)));

/// A room to which the first user has invited the second.
async fn invites(host: &User, guest: &User) -> u64 {
    guest.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    host.creates_room_with(&[guest]).await
}

async fn asks(user: &User, room: u64) -> Answer {
    user.post("/answer-invitation/", &json!({"conversation_id": room, "accept": true})).await
}

#[tokio::test]
async fn a_guest_is_a_member_and_the_room_gets_the_event() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = invites(&ann, &bob).await;
    let mut at_anns = ann.opens_socket(room).await;
    assert_eq!(asks(&bob, room).await.is(200), json!({"message": "Invitation accepted"}));
    assert_eq!(at_anns.next_of("joined").await["conversation"], room);
}

#[tokio::test]
async fn a_user_without_an_invitation() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    asks(&bob, room).await.refuses(404, "invite_invalid");
    asks(&bob, 9_007_199_254_740_991).await.refuses(404, "invite_invalid");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = invites(&ann, &bob).await;
    let mut at_anns = ann.opens_socket(room).await;
    let call = async { asks(&bob, room).await.is(200) };
    connections::meets_dead_socket("joined", &ann, &mut at_anns, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/answer-invitation/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("accept");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "answer-invitation", async |crash| {
        let room = invites(&ann, &bob).await;
        let _listening = ann.opens_socket(room).await;
        crash.is_near().await;
        let answer = asks(&bob, room).await;
        if crash.has_struck().await {
            answer.is_broken();
            asks(&bob, room).await.is(200);
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
    let room = invites(&ann, &bob).await;
    let mut at_anns = ann.opens_socket(room).await;
    asks(&bob, room).await.is(200);
    assert_eq!(at_anns.next_of("joined").await["conversation"], room);
    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("answer-invitation").await, cost);
}
