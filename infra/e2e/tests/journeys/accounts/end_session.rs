//! `DELETE /end-session/{id}/`

use e2e::{Answer, Cost, Server, User, crash_points, crash_points_while};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    ending::{ends_unclosed, lost_answers, none_is_closed},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("DELETE /end-session/{id}/", |_| Ask::Rest(Value::Null)));

/// Asks for the end of a session.
async fn ends(user: &User, session: &str) -> Answer {
    user.delete(&format!("/end-session/{session}/")).await
}

#[tokio::test]
async fn the_tokens_of_another_session_are_refused_at_once_and_its_sockets_are_closed() {
    let server = Server::start().await;
    let ([laptop, bob], room) = server.room_of(["ann", "bob"]).await;
    let phone = laptop.logs_in_again().await;
    let mut for_room = phone.opens_socket(room).await;
    let mut for_all = phone.opens_socket_for_all_rooms().await;
    let mut on_laptop = laptop.opens_socket(room).await;
    assert_eq!(ends(&laptop, &phone.session()).await.is(200), json!({"message": "Session ended"}));
    for_room.is_closed().await;
    for_all.is_closed().await;
    phone.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    phone.refreshes().await.refuses(401, "unauthenticated");
    bob.sends(room, "still here").await;
    on_laptop.receives("still here").await;
    ends(&laptop, &phone.session()).await.refuses(404, "session_not_found");
}

#[tokio::test]
async fn the_own_session_ends_as_by_a_logout() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let mut socket = ann.opens_socket_for_all_rooms().await;
    ends(&ann, &ann.session()).await.is(200);
    socket.is_closed().await;
    ends(&ann, &ann.session()).await.refuses(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_found_and_goes_on() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let mut bobs = bob.opens_socket_for_all_rooms().await;
    let unknown = "0".repeat(32);
    for session in [bob.session().as_str(), &unknown, "0", "%20", &"0".repeat(2000)] {
        ends(&ann, session).await.refuses(404, "session_not_found");
    }
    bobs.stays_silent().await;
    bob.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn a_session_that_has_ended_ends_no_other() {
    let server = Server::start().await;
    let laptop = server.user("ann").await;
    let phone = laptop.logs_in_again().await;
    phone.logs_out().await;
    ends(&phone, &laptop.session()).await.refuses(401, "unauthenticated");
    laptop.get("/list-chatrooms/").await.is(200);
}

/// Ends the session of `phone`, with a second try after a crash.
async fn tries_again(crash: &e2e::Crash<'_>, laptop: &User, phone: &User) {
    match crashes::meets(crash, async || ends(laptop, &phone.session()).await).await {
        // It had ended when the answer was lost.
        (again, true) if again.status == 404 => again.refuses(404, "session_not_found"),
        (answer, _) => drop(answer.is(200)),
    }
    phone.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
}

#[tokio::test]
async fn an_end_that_is_tried_again_ends_the_session_and_its_sockets_and_no_others() {
    let Some(server) = crashes::server().await else { return };
    let ([laptop], room) = server.room_of(["ann"]).await;
    let mut other = laptop.opens_socket(room).await;
    let points = crash_points(&server, "end-session", async |crash| {
        let phone = laptop.logs_in_again().await;
        let mut sockets = [phone.opens_socket(room).await, phone.opens_socket_for_all_rooms().await];
        tries_again(crash, &laptop, &phone).await;
        for socket in &mut sockets {
            socket.is_closed().await;
        }
    })
    .await;
    // The caller's session; the sockets, two of which are ended; the session; the sockets again; two are closed.
    assert!(points >= 14, "{points}");
    other.stays_silent().await;
}

#[tokio::test]
async fn an_own_end_whose_sockets_are_not_closed_and_that_is_tried_again_leaves_them_deaf_and_dumb() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let points = crash_points_while(&server, "end-session", &[none_is_closed()], async |crash| {
        let session = ann.logs_in_again().await;
        let end = async || ends(&session, &session.session()).await;
        let [mut one, mut two] = [session.opens_socket(room).await, session.opens_socket_for_all_rooms().await];
        ends_unclosed(crash, &[&session], [&mut one, &mut two], end, bob.sends(room, "secret")).await;
    })
    .await;
    assert!(points >= 12, "{points}");
}

#[tokio::test]
async fn an_end_whose_answers_of_the_tables_get_lost_ends_the_session_and_its_sockets() {
    let Some(server) = crashes::server().await else { return };
    let ([laptop], room) = server.room_of(["ann"]).await;
    let calls = lost_answers(&server, "end-session", async || {
        let phone = laptop.logs_in_again().await;
        let mut socket = phone.opens_socket(room).await;
        let answer = ends(&laptop, &phone.session()).await;
        assert!(matches!(answer.status, 200 | 404), "{answer:?}");
        phone.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
        socket.is_closed().await;
    })
    .await;
    assert!(calls >= 5, "{calls}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([laptop], room) = server.room_of(["ann"]).await;
    let phone = laptop.logs_in_again().await;
    ends(&laptop, &phone.session()).await.is(200);
    // The caller's session; the sockets, the session, the sockets again.
    assert_eq!(server.cost("end-session").await, Cost { calls: 4, depth: 4, reads: 3.0, writes: 1.0, pushes: 0 });

    let phone = laptop.logs_in_again().await;
    let _socket = phone.opens_socket(room).await;
    ends(&laptop, &phone.session()).await.is(200);
    // One of the sockets is ended, and closed; when the user was last seen.
    assert_eq!(server.cost("end-session").await, Cost { calls: 6, depth: 6, reads: 3.0, writes: 3.0, pushes: 1 });
}
