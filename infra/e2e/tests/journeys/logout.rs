//! `POST /auth/logout/`

use e2e::Server;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_token_is_refused_at_once() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let answer = e2e::Answer::to(ann.request(Method::POST, "/auth/logout/")).await;
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
