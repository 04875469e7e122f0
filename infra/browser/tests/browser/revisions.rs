//! Messages that are edited and deleted.

use browser::{Screen, Window};
use e2e::{File, Server, User};
use fantoccini::key::Key;
use serde_json::{Value, json};

const PHONE: Screen = Screen { phone: true, dark: false };

/// Whether a text is anywhere in the page: also in attributes, and where it cannot be seen.
const HAS_SECRET: &str = "return document.documentElement.outerHTML.includes('secret')
    || [...document.querySelectorAll('textarea, input')].some(({ value }) => value.includes('secret'))
    || JSON.stringify({ ...localStorage, ...sessionStorage }).includes('secret')";
/// The items of the open menu, without the reactions.
const ITEMS: &str = "return [...document.querySelectorAll('.menu > button')].map((item) => item.textContent)";

async fn edits(user: &User, message: &Value, text: &str) {
    let body = json!({"conversation_id": message["conversation"], "message_id": message["id"], "text": text});
    user.post("/edit-message/", &body).await.is(200);
}

async fn deletes(user: &User, message: &Value, audience: &str) {
    let body = json!({"conversation_id": message["conversation"], "message_id": message["id"], "for": audience});
    user.post("/delete-message/", &body).await.is(200);
}

#[tokio::test]
async fn a_message_is_edited_and_everybody_sees_it() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
    }
    anns.sends("tomatos").await;
    anns.sees_states(&["Read by all"]).await;
    anns.writes("Message", "a draft").await;
    anns.opens_menu("tomatos").await;
    anns.chooses_item("Edit").await;
    anns.sees("Edit message").await;
    anns.rewrites("Message", "tomatoes").await;
    anns.clicks("Save").await;
    for window in [&anns, &bobs] {
        window.sees_messages(&["tomatoes"]).await;
        window.sees("Edited").await;
    }
    anns.sees_measured("return document.querySelector('.composer textarea').value", json!("a draft")).await;
    anns.sees_rooms(&[("Garden", "You: tomatoes", "")]).await;
    bobs.clicks("Back to all conversations").await;
    bobs.sees_rooms(&[("Garden", &format!("{}: tomatoes", ann.name), "")]).await;
    bobs.opens_room("Garden").await;
    bobs.opens_menu("tomatoes").await;
    bobs.sees_measured(ITEMS, json!(["Reply", "Forward", "Copy text", "Delete"])).await;

    // Another window of Ann edits it while its menu is open.
    anns.opens_menu("tomatoes").await;
    edits(&ann, &ann.sees_messages(room).await[0], "potatoes").await;
    anns.sees_messages(&["potatoes"]).await;
    anns.chooses_item("Edit").await;
    anns.sees_measured("return document.querySelector('.composer textarea').value", json!("potatoes")).await;
}

#[tokio::test]
async fn what_is_written_while_an_edit_is_saved_stays() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sends("one").await;
    window.sees_states(&["Sent"]).await;
    window.presses(Key::Up).await;
    window.writes("Message", ", two").await;
    window.measures(HOLD).await;
    window.presses(Key::Enter).await;
    window.writes("Message", ", three").await;
    window.measures("Release(); return null").await;
    window.sees_messages(&["one, two"]).await;
    window.sees("Edit message").await;
    window.sees_measured("return document.querySelector('.composer textarea').value", json!("one, two, three")).await;
    window.presses(Key::Enter).await;
    window.sees_messages(&["one, two, three"]).await;
    window.sees_no_more("Edit message").await;
}

/// Holds the next edits back until they are released.
const HOLD: &str = "const { fetch } = window;
    const released = new Promise((resolve) => { window.Release = resolve; });
    window.fetch = async (path, options) => {
        if (path === '/edit-message') await released;
        return fetch(path, options);
    };
    return null";

#[tokio::test]
async fn the_arrow_up_edits_the_last_message_and_escape_ends_it() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sends("mine").await;
    window.sees_states(&["Sent"]).await;
    bob.sends(room, "theirs").await;
    window.sees_messages(&["mine", "theirs"]).await;
    window.presses(Key::Up).await;
    window.sees("Edit message").await;
    window.presses(Key::Escape).await;
    window.sees_no_more("Edit message").await;
    window.has_focus_on("Message").await;
    window.presses(Key::Up).await;
    window.writes("Message", " indeed").await;
    window.presses(Key::Enter).await;
    window.sees_messages(&["mine indeed", "theirs"]).await;
    window.sees_no_more("Edit message").await;

    // Another admin deletes it while it is edited, and nothing is left of it.
    window.presses(Key::Up).await;
    window.writes("Message", " secret").await;
    window.sees_measured(HAS_SECRET, json!(true)).await;
    let mine = ann.sees_messages(room).await[0].clone();
    deletes(&ann, &mine, "everyone").await;
    window.sees_no_more("Edit message").await;
    window.sees_messages(&["You deleted this message", "theirs"]).await;
    window.sees_measured(HAS_SECRET, json!(false)).await;
}

#[tokio::test]
async fn a_message_that_is_deleted_for_everyone_is_nowhere_any_more() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
    }
    let file = ann.uploads(room, &File::photo()).await;
    ann.knows_checked(room, "picture", &file).await;
    let text = json!({"conversation_id": room, "text": "a secret", "attachment_picture": file});
    let secret = ann.post("/send-message/", &text).await.is(201);
    let answer = json!({"conversation_id": room, "text": "really?", "reply_to": secret["id"]});
    bob.post("/send-message/", &answer).await.is(201);
    for window in [&anns, &bobs] {
        window.sees_messages(&["a secret", "really?"]).await;
        window.finds("//button[contains(@class,'quote') and contains(., 'a secret')]").await;
        window.sees_measured(HAS_SECRET, json!(true)).await;
    }
    bobs.holds("a secret").await;
    bobs.chooses_item("Reply").await;
    bobs.sees("Answer to").await;
    bobs.opens_menu("a secret").await;
    anns.opens_menu("a secret").await;
    anns.chooses_item("Delete").await;
    anns.clicks("Delete for everyone").await;
    anns.sees_messages(&["You deleted this message", "really?"]).await;
    bobs.sees_messages(&["This message was deleted", "really?"]).await;
    for window in [&anns, &bobs] {
        window.sees("The original message is not available").await;
        window.sees_measured(HAS_SECRET, json!(false)).await;
        let left = "return document.querySelectorAll('.media, dialog, .menu, .quote-bar:not([hidden])').length";
        window.sees_measured(left, json!(0)).await;
    }
    anns.reloads().await;
    anns.sees_messages(&["You deleted this message", "really?"]).await;
    anns.sees_measured(HAS_SECRET, json!(false)).await;
}

#[tokio::test]
async fn a_message_is_deleted_for_oneself_and_the_focus_stays_in_the_list() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    for text in ["one", "two", "three"] {
        ann.sends(room, text).await;
    }
    let [bobs, phone] = [Window::of(&bob, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    for window in [&bobs, &phone] {
        window.opens_room("Garden").await;
        window.sees_messages(&["one", "two", "three"]).await;
    }
    bobs.tabs_back_to_message("three").await;
    bobs.presses(Key::Enter).await;
    bobs.chooses_item("Delete").await;
    bobs.sees_measured(
        "return [...document.querySelectorAll('dialog .danger')]
            .filter((button) => button.checkVisibility()).map((button) => button.textContent)",
        json!(["Delete for me"]),
    )
    .await;
    bobs.clicks("Delete for me").await;
    for window in [&bobs, &phone] {
        window.sees_messages(&["one", "two"]).await;
    }
    bobs.sees_measured("return document.activeElement.querySelector('.text')?.textContent", json!("two")).await;
    bobs.sees_rooms(&[("Garden", &format!("{}: two", ann.name), "")]).await;
    ann.sends(room, "four").await;
    for window in [&bobs, &phone] {
        window.sees_messages(&["one", "two", "four"]).await;
    }
    assert_eq!(ann.sees_messages(room).await.len(), 4);
}

#[tokio::test]
async fn what_changed_while_the_socket_was_cut_is_there_afterwards() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let [one, two, three] =
        [ann.sends(room, "one").await, ann.sends(room, "a secret").await, ann.sends(room, "three").await];
    let window = Window::of(&bob, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_messages(&["one", "a secret", "three"]).await;
    window.measures("window.Kept = WebSocket; window.WebSocket = class { close() {} }; return null").await;
    server.is_killed();
    window.sees("You are offline.").await;
    server.restarts().await;
    edits(&ann, &one, "one, corrected").await;
    deletes(&ann, &two, "everyone").await;
    deletes(&bob, &three, "me").await;
    window.measures("window.WebSocket = Kept; return null").await;
    window.sees_no_more("You are offline.").await;
    window.sees_messages(&["one, corrected", "This message was deleted"]).await;
    window.sees_measured(HAS_SECRET, json!(false)).await;
}

#[tokio::test]
async fn a_refusal_is_said_in_words_and_the_text_stays() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sends("mine").await;
    window.sees_states(&["Sent"]).await;
    window.presses(Key::Up).await;
    window.measures(REFUSE).await;
    window.writes("Message", " too late").await;
    window.presses(Key::Enter).await;
    window.sees("This message is too old for this.").await;
    window.sees_measured("return document.querySelector('.composer textarea').value", json!("mine too late")).await;
    window.presses(Key::Escape).await;
    window.sees_no_more("This message is too old for this.").await;
    window.sees_messages(&["mine"]).await;
}

/// Answers the next edits like a server for which they come too late.
const REFUSE: &str = "const { fetch } = window;
    window.fetch = async (path, options) => {
        if (path !== '/edit-message') return fetch(path, options);
        return new Response(JSON.stringify({ code: 'too_late', detail: 'Too late.', status: 409 }), { status: 409 });
    };
    return null";
