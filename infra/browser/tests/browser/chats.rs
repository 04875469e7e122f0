//! The settings of chats: pinned, archived, muted, marked as unread, cleared, and drafts, on all devices of a user.

use browser::{Screen, Window};
use e2e::{Server, User};
use fantoccini::key::Key;
use serde_json::{Value, json};

const PHONE: Screen = Screen { phone: true, dark: false };
/// The names of the chats and their signs, of those that are shown.
const SIGNS: &str =
    "return [...document.querySelectorAll('.rooms li')].filter((row) => row.checkVisibility()).map((row) =>
    [row.querySelector('.name').textContent, row.querySelector('.signs').innerText.replace(/\\s+/g, ' ').trim()])";
/// What the user has written.
const WRITTEN: &str = "return document.querySelector('textarea').value";

async fn sets(user: &User, room: u64, mut settings: Value) {
    settings["conversation_id"] = json!(room);
    user.post("/set-chat/", &settings).await.is(200);
}

#[tokio::test]
async fn chats_are_pinned_archived_and_marked_on_all_devices() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    for title in ["Garden", "Kitchen", "Shed"] {
        ann.creates_group(title, &[&bob]).await;
    }
    let [desk, phone] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&ann, PHONE).await];
    for window in [&desk, &phone] {
        window.sees_measured(SIGNS, json!([["Shed", ""], ["Kitchen", ""], ["Garden", ""]])).await;
    }
    desk.opens_menu_of_chat("Garden").await;
    desk.is_accessible("the menu of a chat").await;
    desk.chooses_item("Pin").await;
    for window in [&desk, &phone] {
        window.sees_measured(SIGNS, json!([["Garden", "Pinned"], ["Shed", ""], ["Kitchen", ""]])).await;
    }
    phone.holds_chat("Shed").await;
    phone.is_accessible("the menu of a chat on a phone").await;
    phone.chooses_item("Mark as unread").await;
    for window in [&desk, &phone] {
        let marked = json!([["Garden", "Pinned"], ["Shed", "Marked as unread"], ["Kitchen", ""]]);
        window.sees_measured(SIGNS, marked).await;
        window.sees_title("(1) Chat").await;
    }
    phone.opens_room("Shed").await;
    desk.sees_title("Chat").await;
    phone.clicks("Chat menu").await;
    phone.chooses_item("Archive").await;
    phone.clicks("Back to all conversations").await;
    for window in [&desk, &phone] {
        window.sees_measured(SIGNS, json!([["Garden", "Pinned"], ["Kitchen", ""]])).await;
        window.clicks("Archived: 1").await;
        window.sees_measured(SIGNS, json!([["Garden", "Pinned"], ["Kitchen", ""], ["Shed", ""]])).await;
        window.is_accessible("the archive").await;
    }
}

#[tokio::test]
async fn a_chat_is_muted_by_keys_and_a_mention_shows() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let garden = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.sees_measured(SIGNS, json!([["Garden", ""]])).await;
    window.measures("document.querySelector('.rooms a').focus(); return null").await;
    window
        .measures(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
        {key: 'F10', shiftKey: true, bubbles: true})); return null",
        )
        .await;
    window.has_focus_on("Pin").await;
    window.presses(Key::Down).await;
    window.has_focus_on("Mute for 8 hours").await;
    window.presses(Key::Enter).await;
    window.sees_measured(SIGNS, json!([["Garden", "Muted"]])).await;
    bob.sends(garden, "psst").await;
    window.sees_measured(SIGNS, json!([["Garden", "Muted 1 unread"]])).await;
    window.sees_title("Chat").await;
    let body = json!({"conversation_id": garden, "text": "you there", "mentions": [ann.id]});
    bob.post("/send-message/", &body).await.is(201);
    window.sees_measured(SIGNS, json!([["Garden", "Muted @ You are mentioned 2 unread"]])).await;
    window.sees_title("(2) Chat").await;
    window.hears(&format!("{} in Garden: you there", bob.name)).await;
    window.opens_room("Garden").await;
    window.sees_measured(SIGNS, json!([["Garden", "Muted"]])).await;
}

#[tokio::test]
async fn a_draft_is_on_all_devices_until_it_is_sent() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_group("Garden", &[&bob]).await;
    let [desk, phone] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&ann, PHONE).await];
    for window in [&desk, &phone] {
        window.opens_room("Garden").await;
    }
    desk.writes("Message", "see you").await;
    phone.sees_measured(WRITTEN, json!("see you")).await;
    phone.clicks("Back to all conversations").await;
    phone.sees("Draft: see you").await;
    phone.opens_room("Garden").await;
    phone.clicks("Send").await;
    desk.sees_messages(&["see you"]).await;
    desk.sees_measured(WRITTEN, json!("")).await;
    desk.reloads().await;
    desk.sees_messages(&["see you"]).await;
    desk.sees_measured(WRITTEN, json!("")).await;
}

#[tokio::test]
async fn a_text_that_the_server_does_not_have_stays() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let garden = ann.creates_group("Garden", &[]).await;
    ann.creates_group("Kitchen", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    // The server keeps 512 characters.
    let long = "long ".repeat(120);
    window.writes("Message", &long).await;
    window.opens_room("Kitchen").await;
    window.opens_room("Garden").await;
    for (draft, pinned, signs) in [
        (json!("of the phone"), true, json!([["Garden", "Pinned"], ["Kitchen", ""]])),
        (Value::Null, false, json!([["Kitchen", ""], ["Garden", ""]])),
    ] {
        sets(&ann, garden, json!({"draft": draft, "pinned": pinned})).await;
        window.sees_measured(SIGNS, signs).await;
        window.sees_measured(WRITTEN, json!(long)).await;
    }
}

#[tokio::test]
async fn the_next_text_stays_when_an_earlier_message_arrives() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.creates_group("Garden", &[]).await;
    let [desk, phone] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&ann, PHONE).await];
    desk.opens_room("Garden").await;
    desk.measures(
        "const call = window.fetch;
        const held = new Promise((resolve) => { window.Release = resolve; });
        window.fetch = async (...request) => {
            if (String(request[0]).includes('/send-message')) await held;
            return call(...request);
        };
        return null",
    )
    .await;
    desk.sends("one").await;
    desk.sees_states(&["Sending"]).await;
    desk.writes("Message", "two").await;
    phone.sees("Draft: two").await;
    desk.measures("window.Release(); return null").await;
    desk.sees_states(&["Sent"]).await;
    desk.sees_measured(WRITTEN, json!("two")).await;
    phone.opens_room("Garden").await;
    phone.sees_messages(&["one"]).await;
    phone.sees_measured(WRITTEN, json!("two")).await;
}

#[tokio::test]
async fn a_cleared_chat_is_empty_on_all_devices() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let garden = ann.creates_group("Garden", &[&bob]).await;
    bob.sends(garden, "old").await;
    let [desk, phone] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&ann, PHONE).await];
    for window in [&desk, &phone] {
        window.opens_room("Garden").await;
        window.sees_messages(&["old"]).await;
    }
    desk.clicks("Chat menu").await;
    desk.chooses_item("Clear chat").await;
    desk.is_accessible("clearing a chat").await;
    desk.clicks("Clear chat").await;
    for window in [&desk, &phone] {
        window.sees_messages(&[]).await;
    }
    bob.sends(garden, "new").await;
    for window in [&desk, &phone] {
        window.sees_messages(&["new"]).await;
    }
    sets(&ann, garden, json!({"cleared": true})).await;
    for window in [&desk, &phone] {
        window.sees_messages(&[]).await;
    }
}
