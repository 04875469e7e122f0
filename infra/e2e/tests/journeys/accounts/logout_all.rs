//! `POST /auth/logout-all/`

use e2e::{Answer, Cost, Server, crash_points};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    ending::ends,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /auth/logout-all/", |_| Ask::Rest(Value::Null)));

#[tokio::test]
async fn all_tokens_of_the_caller_are_refused_at_once_and_nobody_elses() {
    let server = Server::start().await;
    let [laptop, bob] = server.users(["ann", "bob"]).await;
    let phone = laptop.logs_in_again().await;
    let tablet = laptop.logs_in_again().await;
    let answer = laptop.post("/auth/logout-all/", &json!({})).await;
    assert_eq!(answer.is(200), json!({"message": "Logout successful"}));
    for session in [&laptop, &phone, &tablet] {
        session.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    }
    laptop.post("/auth/logout-all/", &json!({})).await.refuses(401, "unauthenticated");
    bob.get("/list-chatrooms/").await.is(200);
    laptop.logs_in_again().await.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn all_sockets_of_the_caller_are_closed_and_nobody_elses() {
    let server = Server::start().await;
    let [laptop, bob] = server.users(["ann", "bob"]).await;
    let phone = laptop.logs_in_again().await;
    let room = laptop.creates_room_with(&[&bob]).await;
    let mut for_room = laptop.opens_socket(room).await;
    let mut for_all = phone.opens_socket_for_all_rooms().await;
    let mut bobs = bob.opens_socket(room).await;
    phone.post("/auth/logout-all/", &json!({})).await.is(200);
    for_room.is_closed().await;
    for_all.is_closed().await;
    bobs.stays_silent().await;
}

#[tokio::test]
async fn a_token_that_is_no_good_any_more_ends_no_session() {
    let server = Server::start().await;
    let laptop = server.user("ann").await;
    let phone = laptop.logs_in_again().await;
    laptop.logs_out().await;
    laptop.post("/auth/logout-all/", &json!({})).await.refuses(401, "unauthenticated");
    phone.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn logging_out_everywhere_again_ends_all_sessions_and_their_sockets() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let points = crash_points(&server, "logout-all", async |crash| {
        let [phone, laptop] = [ann.logs_in_again().await, ann.logs_in_again().await];
        let logout = async || Answer::to(phone.request(Method::POST, "/auth/logout-all/")).await;
        let [mut one, mut two] = [phone.opens_socket(room).await, laptop.opens_socket_for_all_rooms().await];
        ends(crash, &[&phone, &laptop], [&mut one, &mut two], logout).await;
    })
    .await;
    // The sessions; the sockets, two of which are ended; the other session, the own one; the sockets again; two are
    // closed.
    assert!(points >= 16, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([laptop], room) = server.room_of(["ann"]).await;
    let _socket = laptop.opens_socket(room).await;
    laptop.logs_in_again().await;
    laptop.post("/auth/logout-all/", &json!({})).await.is(200);
    // The sessions; the sockets, one of which is ended; the other session, the own one; the sockets again. The one is
    // closed.
    assert_eq!(server.cost("logout-all").await, Cost { calls: 7, depth: 7, reads: 3.0, writes: 4.0, pushes: 1 });
}
