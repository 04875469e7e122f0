//! Answers to messages, their quotes, and the keys that lead to the menu of a message.

use browser::{Screen, Window};
use e2e::Server;
use fantoccini::key::Key;
use serde_json::json;

const PHONE: Screen = Screen { phone: true, dark: false };

/// The text of the focused message.
const FOCUSED: &str = "return document.activeElement.matches('.message')
    ? document.activeElement.querySelector('.text').textContent : document.activeElement.textContent";

#[tokio::test]
async fn an_answer_quotes_its_message_and_leads_to_it() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let first = ann.sends(room, "the first of many").await;
    for number in 1..=110 {
        ann.sends(room, &number.to_string()).await;
    }
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
        window.sees("110").await;
    }
    bobs.holds("110").await;
    bobs.chooses_item("Reply").await;
    bobs.sees(&format!("Answer to {}", ann.name)).await;
    bobs.has_focus_on("Message").await;
    bobs.clicks("Do not answer").await;
    bobs.sees_no_more("Answer to").await;
    bobs.holds("110").await;
    bobs.chooses_item("Reply").await;
    bobs.sends("so many").await;
    bobs.sees_states(&["Read by all"]).await;
    bobs.sees_measured("return document.querySelector('.quote-bar').hidden", json!(true)).await;
    for window in [&anns, &bobs] {
        window.finds("//li[.//*[.='so many']]//button[contains(@class,'quote') and contains(., '110')]").await;
    }

    // The original is two pages above.
    let answer = json!({"conversation_id": room, "text": "who began?", "reply_to": first["id"]});
    ann.post("/send-message/", &answer).await.is(201);
    for window in [&anns, &bobs] {
        let quote = "//button[contains(@class,'quote') and contains(., 'the first of many')]";
        window.finds(quote).await.click().await.unwrap();
        window.sees_measured(FOCUSED, json!("the first of many")).await;
        window.sees_measured("return document.querySelectorAll('.message').length", json!(113)).await;
        let visible = "const row = document.activeElement.getBoundingClientRect();
            const list = document.querySelector('.messages').getBoundingClientRect();
            return row.top >= list.top && row.bottom <= list.bottom";
        window.sees_measured(visible, json!(true)).await;
    }
}

#[tokio::test]
async fn an_answer_that_waits_survives_a_reload() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let question = bob.sends(room, "who comes?").await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_messages(&["who comes?"]).await;
    server.is_killed();
    window.sees("You are offline.").await;
    window.opens_menu("who comes?").await;
    window.chooses_item("Reply").await;
    window.sends(&format!("I do, and @{} too", bob.name)).await;
    window.sees_states(&["Sending"]).await;
    window.finds("//button[contains(@class,'quote') and contains(., 'who comes?')]").await;
    window.goes_to("about:blank").await;
    server.restarts().await;
    window.opens().await;
    window.opens_room("Garden").await;
    window.sees_states(&["Sent"]).await;
    let messages = ann.sees_messages(room).await;
    assert_eq!((&messages[1]["reply_to"], &messages[1]["mentions"]), (&question["id"], &json!([bob.id])));
}

#[tokio::test]
async fn messages_and_their_menus_are_reached_by_keys() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    for text in ["one", "two", "three"] {
        bob.sends(room, text).await;
    }
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_messages(&["one", "two", "three"]).await;
    window.tabs_back_to_message("three").await;
    window.presses(Key::Up).await;
    window.presses(Key::Up).await;
    window.presses(Key::Up).await;
    window.sees_measured(FOCUSED, json!("one")).await;
    window.presses(Key::End).await;
    window.presses(Key::Up).await;
    window.sees_measured(FOCUSED, json!("two")).await;

    window.presses(Key::Enter).await;
    window.has_focus_on("React with 👍").await;
    window.presses(Key::Up).await;
    window.has_focus_on("Delete").await;
    window.presses(Key::Home).await;
    window.has_focus_on("React with 👍").await;
    window.presses(Key::Escape).await;
    window.sees_measured(FOCUSED, json!("two")).await;
    window.sees_measured("return document.querySelectorAll('.menu').length", json!(0)).await;

    window.presses(Key::Enter).await;
    for _ in 0..7 {
        window.presses(Key::Down).await;
    }
    window.has_focus_on("Reply").await;
    window.presses(Key::Enter).await;
    window.has_focus_on("Message").await;
    window.sees(&format!("Answer to {}", bob.name)).await;
    window.presses(Key::Escape).await;
    window.sees_no_more("Answer to").await;
    window.has_focus_on("Message").await;

    // From the list Escape leads back to the place to write, and the tabulator to the message that was left, also after
    // somebody has begun to write.
    window.tabs_back_to_message("two").await;
    window.presses(Key::Escape).await;
    window.has_focus_on("Message").await;
    let mut socket = bob.opens_socket(room).await;
    socket.sends(&json!({"type": "typing", "conversation": room, "typing": true})).await;
    window.sees("is typing…").await;
    window.tabs_back_to_message("two").await;
}
