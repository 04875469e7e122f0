//! `POST /auth/change-password/`

use std::cell::RefCell;

use e2e::{Answer, Cost, PASSWORD, Server, User, crash_points};
use serde_json::json;

use crate::support::{
    costs, crashes,
    ending::{ends, lost_answers},
    rows::{Ask, Row},
};

const NEW: &str = "staple battery horse correct";

inventory::submit!(Row::for_everybody("POST /auth/change-password/", |_| Ask::Rest(
    json!({"current_password": PASSWORD, "new_password": NEW})
)));

async fn change(user: &User, current: &str, new: &str) -> Answer {
    user.post("/auth/change-password/", &json!({"current_password": current, "new_password": new})).await
}

async fn login(user: &User, password: &str) -> Answer {
    user.server.post("/auth/login/", &json!({"username": user.name, "password": password})).await
}

#[tokio::test]
async fn the_new_password_is_the_password_and_the_old_one_is_not() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    assert_eq!(change(&ann, PASSWORD, NEW).await.is(200), json!({"message": "Password changed"}));
    login(&ann, PASSWORD).await.refuses(401, "invalid_credentials");
    change(&ann.logs_in_with(NEW).await, NEW, PASSWORD).await.is(200);
    login(&ann, PASSWORD).await.is(200);
}

#[tokio::test]
async fn all_sessions_end_and_their_sockets_are_closed_and_nobody_elses() {
    let server = Server::start().await;
    let [laptop, bob] = server.users(["ann", "bob"]).await;
    let phone = laptop.logs_in_again().await;
    let room = laptop.creates_room_with(&[&bob]).await;
    let mut for_room = laptop.opens_socket(room).await;
    let mut for_all = phone.opens_socket_for_all_rooms().await;
    let mut bobs = bob.opens_socket(room).await;
    change(&laptop, PASSWORD, NEW).await.is(200);
    for_room.is_closed().await;
    for_all.is_closed().await;
    for session in [&laptop, &phone] {
        session.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    }
    bobs.stays_silent().await;
    bob.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing_and_ends_no_session() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    change(&ann, "not the password", NEW).await.refuses(403, "wrong_password");
    change(&ann, NEW, NEW).await.refuses(403, "wrong_password");
    ann.get("/list-chatrooms/").await.is(200);
    login(&ann, NEW).await.refuses(401, "invalid_credentials");
    login(&ann, PASSWORD).await.is(200);
}

/// Each attempt tests one guess.
#[tokio::test]
async fn the_password_as_the_new_one_does_not_make_up_for_a_wrong_current_one() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    change(&ann, "not the password", PASSWORD).await.refuses(403, "wrong_password");
    ann.get("/list-chatrooms/").await.is(200);
    change(&ann, PASSWORD, PASSWORD).await.is(200);
    ann.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
}

/// A client sends the same change again if the first answer was lost. Its session tells that the change was made.
#[tokio::test]
async fn a_change_that_was_made_is_refused_as_its_session_has_ended() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    change(&ann, PASSWORD, NEW).await.is(200);
    change(&ann, PASSWORD, NEW).await.refuses(401, "unauthenticated");
    login(&ann, NEW).await.is(200);
}

#[tokio::test]
async fn the_new_password_keeps_to_the_rules_for_registering() {
    let server = Server::start().await;
    let ann = server.user("annabella").await;
    for new in ["7 chars", &"p".repeat(129), "password", " Qwerty12 ", &ann.name, &ann.name.to_uppercase()] {
        change(&ann, PASSWORD, new).await.blames("new_password");
    }
    let empty = ann.post("/auth/change-password/", &json!({})).await;
    empty.blames("current_password");
    empty.blames("new_password");
    login(&ann, PASSWORD).await.is(200);
}

#[tokio::test]
async fn of_two_changes_at_once_one_wins() {
    let server = Server::start().await;
    let phone = server.user("ann").await;
    let laptop = phone.logs_in_again().await;
    let other = "horse correct battery staple";
    let (one, two) = tokio::join!(change(&phone, PASSWORD, NEW), change(&laptop, PASSWORD, other));
    let won = [&one, &two].map(|answer| answer.status == 200);
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1, "{one:?} {two:?}");
    let (password, lost) = if won[0] { (NEW, other) } else { (other, NEW) };
    login(&phone, lost).await.refuses(401, "invalid_credentials");
    login(&phone, password).await.is(200);
}

#[tokio::test]
async fn a_change_that_is_tried_again_is_made_and_leaves_nothing_to_whoever_knew_the_old_password() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let passwords = RefCell::new(vec![PASSWORD.to_owned()]);
    let points = crash_points(&server, "change-password", async |crash| {
        let old = passwords.borrow().last().unwrap().clone();
        let new = format!("{PASSWORD} {}", passwords.borrow().len());
        let [phone, laptop] = [ann.logs_in_with(&old).await, ann.logs_in_with(&old).await];
        let body = json!({"current_password": old, "new_password": new});
        let change = async || phone.post("/auth/change-password/", &body).await;
        let [mut one, mut two] = [phone.opens_socket(room).await, laptop.opens_socket_for_all_rooms().await];
        ends(crash, &[&phone, &laptop], [&mut one, &mut two], change).await;
        login(&ann, &old).await.refuses(401, "invalid_credentials");
        passwords.borrow_mut().push(new);
    })
    .await;
    // The session; the hash and the attempts; the sockets, two of which are ended; the sessions, the other one; the
    // hash with the own one; the sessions and the attempts; the sockets again; two are closed.
    assert!(points >= 28, "{points}");
    let last = passwords.borrow().last().unwrap().clone();
    ann.logs_in_with(&last).await;
}

#[tokio::test]
async fn a_change_whose_answers_of_the_tables_get_lost_is_made_once() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let passwords = RefCell::new(vec![PASSWORD.to_owned()]);
    let calls = lost_answers(&server, "change-password", async || {
        let old = passwords.borrow().last().unwrap().clone();
        let new = format!("{PASSWORD} {}", passwords.borrow().len());
        let phone = ann.logs_in_with(&old).await;
        let mut socket = phone.opens_socket(room).await;
        change(&phone, &old, &new).await.is(200);
        phone.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
        socket.is_closed().await;
        login(&ann, &old).await.refuses(401, "invalid_credentials");
        passwords.borrow_mut().push(new);
    })
    .await;
    assert!(calls >= 10, "{calls}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([laptop], room) = server.room_of(["ann"]).await;
    let _socket = laptop.opens_socket(room).await;
    laptop.logs_in_again().await;
    change(&laptop, PASSWORD, NEW).await.is(200);
    // The session; the hash and the attempts; the sockets, one of which is ended; the sessions, the network and the
    // device; the other session; the hash with the own one; the sessions; the sockets again. The one is closed.
    assert_eq!(
        server.cost("change-password").await,
        Cost { calls: 13, depth: 10, reads: 6.0, writes: 10.0, pushes: 1 }
    );
}
