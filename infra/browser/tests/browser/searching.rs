//! Searching the messages of a room, by keyboard and by touch.

use browser::{Screen, Window};
use e2e::Server;
use fantoccini::key::Key;
use serde_json::json;

const PHONE: Screen = Screen { phone: true, dark: false };

/// The text of the focused message.
const FOCUSED: &str = "return document.activeElement.matches('.message')
    ? document.activeElement.querySelector('.text').textContent : document.activeElement.textContent";
/// The marked parts of the results, in their order.
const MARKED: &str = "return [...document.querySelectorAll('.hits mark')].map((mark) => mark.textContent)";

async fn searches(window: &Window, words: &str) {
    window.rewrites("Words", words).await;
    window.presses(Key::Enter).await;
}

#[tokio::test]
async fn a_message_is_found_and_reached() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    ann.sends(room, "Pizza in the garden?").await;
    for number in 1..=60 {
        ann.sends(room, &format!("number {number}")).await;
    }
    bob.sends(room, "la pizzería is closed").await;
    for screen in [Screen::DESKTOP, PHONE] {
        let window = Window::of(&bob, screen).await;
        window.opens_room("Garden").await;
        window.sees("la pizzería is closed").await;
        if screen.phone {
            window.clicks("Search messages").await;
        } else {
            window.presses_with_control('f').await;
        }
        window.has_focus_on("Words").await;
        searches(&window, "pizz").await;
        window.sees("2 messages found.").await;
        window.sees_measured(MARKED, json!(["pizz", "Pizz"])).await;
        window.is_accessible(&format!("the results of a search, {screen:?}")).await;
        if screen.phone {
            window.finds("//dialog//li//button[contains(., 'Pizza in the garden?')]").await.click().await.unwrap();
        } else {
            // Past the button and the newer message.
            for _ in 0..3 {
                window.presses(Key::Tab).await;
            }
            window.presses(Key::Enter).await;
        }
        // It is on an earlier page.
        window.sees_measured(FOCUSED, json!("Pizza in the garden?")).await;
        window.sees_measured("return document.querySelectorAll('dialog').length", json!(0)).await;
    }
}

#[tokio::test]
async fn a_search_goes_on_and_loses_what_is_deleted() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let first = ann.sends(room, "שָׁלוֹם 0").await;
    for number in 1..=24 {
        ann.sends(room, &format!("שלום {number}")).await;
    }
    let window = Window::of(&bob, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.clicks("Search messages").await;
    searches(&window, "!").await;
    window.finds("//dialog//*[@role='alert' and string-length(.) > 0]").await;
    searches(&window, "שלום").await;
    window.sees("20 messages found so far.").await;
    window.clicks("Search older messages").await;
    window.sees("25 messages found.").await;
    let hits = "return document.querySelectorAll('.hits li').length";
    window.sees_measured(hits, json!(25)).await;
    let deletion = json!({"conversation_id": room, "message_id": first["id"], "for": "everyone"});
    ann.post("/delete-message/", &deletion).await.is(200);
    window.sees_measured(hits, json!(24)).await;
    searches(&window, "nothing like this").await;
    window.sees("Nothing found.").await;
    window.sees_measured(hits, json!(0)).await;
}
