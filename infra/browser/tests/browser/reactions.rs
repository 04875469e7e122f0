//! Reactions: the picker, the chips below a message, and the list of names.

use browser::{Screen, Window};
use e2e::{Server, User};
use fantoccini::key::Key;
use serde_json::{Value, json};

const PHONE: Screen = Screen { phone: true, dark: false };
/// The chips below the messages.
const CHIPS: &str = "return [...document.querySelectorAll('.chip')].map((chip) => chip.getAttribute('aria-label'))";
/// The names and their emoji in the dialog.
const NAMES: &str = "return [...document.querySelectorAll('dialog .members li')]
    .map((row) => ['.name', '.emoji'].map((part) => row.querySelector(part).textContent))";

async fn reacts(user: &User, message: &Value, emoji: Option<&str>) {
    let body = json!({"conversation_id": message["conversation"], "message_id": message["id"], "emoji": emoji});
    user.post("/react-to-message/", &body).await.is(200);
}

#[tokio::test]
async fn reactions_come_and_go_with_their_names() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    ann.sends(room, "tea?").await;
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
        window.sees_messages(&["tea?"]).await;
    }
    bobs.holds("tea?").await;
    // The keyboard of a phone closes.
    bobs.measures("dispatchEvent(new Event('resize')); return null").await;
    anns.measures("getSelection().selectAllChildren(document.querySelector('.message .text')); return null").await;
    bobs.chooses_item("React with 👍").await;
    bobs.sees_measured(CHIPS, json!(["👍 1, including yours"])).await;
    anns.sees_measured(CHIPS, json!(["👍 1"])).await;
    anns.sees_measured("return getSelection().toString()", json!("tea?")).await;
    anns.opens_menu("tea?").await;
    anns.chooses_item("React with 👍").await;
    anns.sees_measured(CHIPS, json!(["👍 2, including yours"])).await;
    bobs.sees_measured(CHIPS, json!(["👍 2, including yours"])).await;

    // The driver types no emoji of more than two bytes.
    anns.opens_menu("tea?").await;
    anns.chooses_item("Another reaction").await;
    anns.writes("Emoji", "x").await;
    anns.clicks("React").await;
    anns.sees("Please write one emoji.").await;
    anns.rewrites("Emoji", "❤").await;
    anns.clicks("React").await;
    anns.sees_measured(CHIPS, json!(["👍 1", "❤️ 1, including yours"])).await;
    bobs.sees_measured(CHIPS, json!(["👍 1, including yours", "❤️ 1"])).await;

    bobs.clicks("❤️ 1").await;
    bobs.sees_measured(NAMES, json!([["You", "👍"], [ann.name, "❤️"]])).await;
    bobs.clicks("Remove").await;
    bobs.sees_measured(NAMES, json!([[ann.name, "❤️"]])).await;
    bobs.presses(Key::Escape).await;
    bobs.sees_measured(CHIPS, json!(["❤️ 1"])).await;
    anns.opens_menu("tea?").await;
    anns.chooses_item("Delete").await;
    anns.clicks("Delete for everyone").await;
    for window in [&anns, &bobs] {
        window.sees_measured(CHIPS, json!([])).await;
    }
}

#[tokio::test]
async fn a_reaction_is_chosen_and_taken_back_by_keys() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    bob.sends(room, "tea?").await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_messages(&["tea?"]).await;
    window.tabs_back_to_message("tea?").await;
    window.presses(Key::Enter).await;
    window.presses(Key::Right).await;
    window.has_focus_on("React with ❤️").await;
    window.presses(Key::Enter).await;
    window.sees_measured(CHIPS, json!(["❤️ 1, including yours"])).await;
    window.presses(Key::Enter).await;
    let chosen = "return document.querySelector('.menu [aria-checked=true]').getAttribute('aria-label')";
    window.sees_measured(chosen, json!("React with ❤️")).await;
    window.presses(Key::Right).await;
    window.presses(Key::Enter).await;
    window.sees_measured(CHIPS, json!([])).await;
    assert_eq!(ann.sees_messages(room).await[0]["reactions"], json!([]));
}

#[tokio::test]
async fn many_reactions_are_counted_also_after_the_socket_was_cut() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let people = server.users(["ann", "bob", "cem", "dan", "eve", "fay"]).await;
    let (ann, others) = people.split_first().unwrap();
    let room = ann.creates_group("Garden", &others.iter().collect::<Vec<_>>()).await;
    let message = ann.sends(room, "tea?").await;
    let window = Window::of(ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_messages(&["tea?"]).await;
    for other in others {
        reacts(other, &message, Some("👍")).await;
    }
    window.sees_measured(CHIPS, json!(["👍 5"])).await;
    reacts(&others[4], &message, Some("🙏")).await;
    window.sees_measured(CHIPS, json!(["👍 4", "🙏 1"])).await;

    window.measures("window.Kept = WebSocket; window.WebSocket = class { close() {} }; return null").await;
    server.is_killed();
    window.sees("You are offline.").await;
    server.restarts().await;
    for other in &others[..3] {
        reacts(other, &message, None).await;
    }
    window.measures("window.WebSocket = Kept; return null").await;
    window.sees_no_more("You are offline.").await;
    window.sees_measured(CHIPS, json!(["👍 1", "🙏 1"])).await;
}
