//! `POST /auth/logout-all/`

use e2e::Server;
use serde_json::json;

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
