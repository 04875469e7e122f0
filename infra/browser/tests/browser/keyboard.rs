//! Keyboard and screen reader.

use browser::{Screen, Window};
use e2e::Server;
use fantoccini::key::Key;
use serde_json::json;

#[tokio::test]
async fn everything_is_reached_by_keys_and_the_focus_is_where_one_expects_it() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_group("Garden", &[&bob]).await;
    ann.creates_group("Kitchen", &[]).await;
    let window = Window::open(&server, Screen::DESKTOP).await;
    window.has_focus_on("Name").await;
    window.enters(&ann.name, e2e::PASSWORD).await;
    window.presses(Key::Enter).await;
    window.finds("//h2[.='Chats']").await;
    window.sees("Kitchen").await;

    window.presses(Key::Tab).await;
    window.has_focus_on("New conversation").await;
    window.presses(Key::Enter).await;
    window.sees("Join with a number").await;
    window.presses(Key::Escape).await;
    window.sees_no_more("Join with a number").await;
    window.has_focus_on("New conversation").await;

    window.presses(Key::Tab).await;
    window.presses(Key::Down).await;
    window.presses(Key::Up).await;
    window.presses(Key::Down).await;
    window.presses(Key::Enter).await;
    window.finds("//main//h2[.='Garden']").await;
    window.has_focus_on("Message").await;
    window.writes("Message", "by keys").await;
    window.presses(Key::Enter).await;
    window.sees_messages(&["by keys"]).await;
    window.has_focus_on("Message").await;
}

#[tokio::test]
async fn what_others_write_is_spoken_once() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    let hello = bob.sends(room, "hello").await;
    window.sees_messages(&["hello"]).await;
    let spoken = format!("{} in Garden: hello", bob.name);
    window.hears(&spoken).await;
    window.sends("mine").await;
    window.sees_messages(&["hello", "mine"]).await;
    window.hears(&spoken).await;
    let edit = json!({"conversation_id": room, "message_id": hello["id"], "text": "good morning"});
    bob.post("/edit-message/", &edit).await.is(200);
    window.sees_messages(&["good morning", "mine"]).await;
    window.hears("").await;
}
