//! `POST /auth/logout/`

use e2e::{Answer, Cost, Server, crash_points, crash_points_while};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    ending::{ends, ends_unclosed, lost_answers, none_is_closed},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /auth/logout/", |_| Ask::Rest(Value::Null)));

#[tokio::test]
async fn the_token_is_refused_at_once() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let answer = Answer::to(ann.request(Method::POST, "/auth/logout/")).await;
    assert_eq!(answer.is(200), json!({"message": "Logout successful"}));
    ann.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    ann.post("/auth/logout/", &json!({})).await.refuses(401, "unauthenticated");
    assert_eq!(ann.tries_socket("").await.err().unwrap().status, 401);
}

#[tokio::test]
async fn other_sessions_go_on() {
    let server = Server::start().await;
    let laptop = server.user("ann").await;
    let phone = laptop.logs_in_again().await;
    laptop.logs_out().await;
    phone.get("/list-chatrooms/").await.is(200);
    laptop.logs_in_again().await.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn the_sessions_sockets_are_closed_and_no_others() {
    let server = Server::start().await;
    let laptop = server.user("ann").await;
    let phone = laptop.logs_in_again().await;
    let room = laptop.creates_room().await;
    let mut for_room = laptop.opens_socket(room).await;
    let mut for_all = laptop.opens_socket_for_all_rooms().await;
    let mut on_phone = phone.opens_socket_for_all_rooms().await;
    laptop.logs_out().await;
    for_room.is_closed().await;
    for_all.is_closed().await;
    phone.sends(room, "still here").await;
    on_phone.receives("still here").await;
    on_phone.stays_silent().await;
}

#[tokio::test]
async fn a_logout_that_is_tried_again_ends_the_session_and_its_sockets_and_no_others() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut other = ann.opens_socket(room).await;
    let points = crash_points(&server, "logout", async |crash| {
        let session = ann.logs_in_again().await;
        let logout = async || Answer::to(session.request(Method::POST, "/auth/logout/")).await;
        let [mut one, mut two] = [session.opens_socket(room).await, session.opens_socket_for_all_rooms().await];
        ends(crash, &[&session], [&mut one, &mut two], logout).await;
    })
    .await;
    // The sockets, two of which are ended; the session; the sockets again; two are closed.
    assert!(points >= 12, "{points}");
    other.stays_silent().await;
}

#[tokio::test]
async fn a_logout_whose_sockets_are_not_closed_and_that_is_tried_again_leaves_them_deaf_and_dumb() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let points = crash_points_while(&server, "logout", &[none_is_closed()], async |crash| {
        let session = ann.logs_in_again().await;
        let logout = async || Answer::to(session.request(Method::POST, "/auth/logout/")).await;
        let [mut one, mut two] = [session.opens_socket(room).await, session.opens_socket_for_all_rooms().await];
        ends_unclosed(crash, &[&session], [&mut one, &mut two], logout, bob.sends(room, "secret")).await;
    })
    .await;
    assert!(points >= 12, "{points}");
}

/// A session that had ended when its answer got lost is one that the caller does not have.
#[tokio::test]
async fn a_logout_whose_answers_of_the_tables_get_lost_ends_the_session_and_its_sockets() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let calls = lost_answers(&server, "logout", async || {
        let session = ann.logs_in_again().await;
        let mut socket = session.opens_socket(room).await;
        let answer = Answer::to(session.request(Method::POST, "/auth/logout/")).await;
        assert!(matches!(answer.status, 200 | 401), "{answer:?}");
        session.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
        socket.is_closed().await;
    })
    .await;
    // The last is when the user was last seen.
    assert_eq!(calls, 5);
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    bob.logs_out().await;
    // The sockets, the session, the sockets again.
    assert_eq!(server.cost("logout").await, Cost { calls: 3, depth: 3, reads: 2.0, writes: 1.0, pushes: 0 });

    let room = ann.creates_room().await;
    let _socket = ann.opens_socket(room).await;
    ann.logs_out().await;
    // The sockets, one of which is ended; when the user was last seen; the session; the sockets again. The one is closed.
    assert_eq!(server.cost("logout").await, Cost { calls: 5, depth: 5, reads: 2.0, writes: 3.0, pushes: 1 });
}
