//! Chats with one person: opening, hiding, blocking, and the settings of privacy.

use browser::{Screen, Window};
use e2e::Server;
use fantoccini::key::Key;
use serde_json::json;

const NOTHING: &str = "No messages yet";
/// The choice that nobody can add one, once the setting is known.
const NOBODY: &str = "//input[@id='add-nobody' and not(@disabled)]";

async fn writes_to(window: &Window, name: &str) {
    window.clicks("New conversation").await;
    window.writes("Their name", name).await;
    window.clicks("Start chat").await;
}

#[tokio::test]
async fn a_second_chat_with_the_same_person_is_the_first_and_one_with_oneself_is_for_notes() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    for _ in 0..2 {
        writes_to(&window, &bob.name).await;
        window.finds(&format!("//main//h2[.='{}']", bob.name)).await;
    }
    window.sees_rooms(&[(&bob.name, NOTHING, "")]).await;
    // Nobody hears of a chat before its first message.
    assert!(bob.lists("/list-chatrooms/").await.is_empty());

    writes_to(&window, &ann.name).await;
    window.finds("//main//h2[.='Notes']").await;
    window.sees("Only you see these").await;
    window.sends("buy milk").await;
    window.sees_states(&["Sent"]).await;
    window.sees_rooms(&[("Notes", "You: buy milk", ""), (&bob.name, NOTHING, "")]).await;
    writes_to(&window, "nobody here").await;
    window.sees("Nobody is called nobody here.").await;
}

#[tokio::test]
async fn an_older_room_of_two_keeps_working() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = bob.creates_room_with(&[&ann]).await;
    bob.sends(room, "from before").await;
    let window = Window::of(&ann, Screen { phone: true, ..Screen::DESKTOP }).await;
    window.opens_room(&bob.name).await;
    window.sends("still here").await;
    window.sees_messages(&["from before", "still here"]).await;
}

#[tokio::test]
async fn a_hidden_chat_comes_back_with_its_next_message_or_by_name() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = bob.opens_direct(&ann).await;
    bob.sends(room, "hello").await;
    let window = Window::of(&ann, Screen { phone: true, ..Screen::DESKTOP }).await;
    window.opens_room(&bob.name).await;
    for text in ["are you there?", "never mind"] {
        window.clicks("Details").await;
        window.clicks("Hide chat").await;
        window.sees_rooms(&[]).await;
        window.reloads().await;
        window.sees("Start a conversation").await;
        bob.sends(room, text).await;
        window.sees_rooms(&[(&bob.name, text, "1")]).await;
        window.opens_room(&bob.name).await;
    }
    window.clicks("Details").await;
    window.clicks("Hide chat").await;
    writes_to(&window, &bob.name).await;
    window.finds(&format!("//main//h2[.='{}']", bob.name)).await;
    window.sees_messages(&["hello", "are you there?", "never mind"]).await;
    window.reloads().await;
    window.sees_messages(&["hello", "are you there?", "never mind"]).await;
}

#[tokio::test]
async fn a_blocked_person_reaches_nobody_and_does_not_notice() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    ann.sends(room, "hello").await;
    let anns = Window::of(&ann, Screen::DESKTOP).await;
    let bobs = Window::of(&bob, Screen { phone: true, ..Screen::DESKTOP }).await;
    anns.opens_room(&bob.name).await;
    bobs.opens_room(&ann.name).await;
    bobs.finds("//*[@class='subtitle' and .='online']").await;

    // By keys alone.
    anns.tabs_to("Details").await;
    anns.presses(Key::Enter).await;
    anns.tabs_to(&format!("Block {}", bob.name)).await;
    anns.presses(Key::Enter).await;
    anns.has_focus_on(&format!("Block {}?", bob.name)).await;
    anns.presses(Key::Enter).await;
    anns.has_focus_on(&format!("Unblock {}", bob.name)).await;
    anns.presses(Key::Escape).await;
    anns.sees(&format!("You have blocked {}.", bob.name)).await;
    anns.sees_no_more("Write a message").await;

    bobs.sends("into the void").await;
    bobs.sees_states(&["Sent"]).await;
    bobs.sees_messages(&["hello", "into the void"]).await;
    bobs.reloads().await;
    bobs.sees_messages(&["hello", "into the void"]).await;
    bobs.sees_no_more("online").await;
    anns.sees_messages(&["hello"]).await;

    anns.clicks("Unblock").await;
    anns.sees_no_more("You have blocked").await;
    bobs.sends("heard again").await;
    anns.sees_messages(&["hello", "heard again"]).await;
    // Ann's mark moves over the message that she has not got, so that its sender does not notice.
    bobs.sees_states(&["Read by all"; 2]).await;
    anns.sees_title("Chat").await;
}

#[tokio::test]
async fn the_settings_say_who_can_add_and_whom_one_has_blocked() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let anns = Window::of(&ann, Screen { phone: true, dark: true }).await;
    anns.tabs_to("Settings").await;
    anns.presses(Key::Enter).await;
    anns.sees("You have blocked nobody.").await;
    anns.sees("Version manual").await;
    let chosen = "return document.querySelector('[name=add]:checked')?.value ?? null";
    anns.finds(NOBODY).await.click().await.unwrap();
    anns.sees("Saved.").await;
    assert_eq!(ann.post("/set-privacy/", &json!({})).await.is(200)["add"], "nobody");

    anns.writes("Name", &bob.name).await;
    anns.clicks("Block").await;
    anns.sees_no_more("You have blocked nobody.").await;
    anns.writes("Name", &ann.name).await;
    anns.clicks("Block").await;
    anns.sees("That is you.").await;
    anns.clicks("Close").await;
    anns.has_focus_on("Settings").await;

    let cems = Window::of(&cem, Screen::DESKTOP).await;
    writes_to(&cems, &ann.name).await;
    cems.sees(&format!("{} accepts no new chats.", ann.name)).await;

    anns.reloads().await;
    anns.clicks("Settings").await;
    anns.sees_measured(chosen, json!("nobody")).await;
    // The arrows choose, as in every group of radio buttons.
    anns.finds(NOBODY).await.click().await.unwrap();
    anns.presses(Key::Up).await;
    anns.sees("Saved.").await;
    assert_eq!(ann.post("/set-privacy/", &json!({})).await.is(200)["add"], "contacts");
    anns.clicks(&format!("Unblock {}", bob.name)).await;
    anns.sees("You have blocked nobody.").await;
    anns.has_focus_on("Blocked people").await;
    assert!(ann.lists("/list-blocks/").await.is_empty());
}

#[tokio::test]
async fn too_many_chats_with_strangers_are_refused_with_the_time_to_wait() {
    let limited = Server::local("it changes a parameter").parameters(&["StrangersPerDay=1"]);
    let Some(server) = limited.start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    writes_to(&window, &bob.name).await;
    window.finds(&format!("//main//h2[.='{}']", bob.name)).await;
    writes_to(&window, &cem.name).await;
    window.sees("That was too often. Please try again in 24 hours.").await;
}

#[tokio::test]
async fn a_room_from_which_one_is_removed_goes_away_with_a_notice() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let garden = bob.creates_group("Garden", &[&ann]).await;
    let kitchen = bob.creates_group("Kitchen", &[&ann]).await;
    // Ann's page learns Bob's name from it.
    bob.sends(kitchen, "hi").await;
    let hi = format!("{}: hi", bob.name);
    let anns = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&ann, Screen { phone: true, dark: true }).await];
    for window in &anns {
        window.sees(&hi).await;
        window.opens_room("Garden").await;
    }
    bob.post("/remove-member/", &json!({"conversation_id": garden, "user": ann.id, "ban": true})).await.is(200);
    let removed = format!("{} removed you from Garden. You cannot come back.", bob.name);
    for window in &anns {
        window.sees(&removed).await;
        window.sees_rooms(&[("Kitchen", &hi, "1")]).await;
        window.clicks(&format!("Close: {removed}")).await;
        window.sees_no_more("removed you").await;
    }
    // Only now, because opening it in one window is reading it in both.
    for window in &anns {
        window.opens_room("Kitchen").await;
    }
    bob.delete(&format!("/delete-chatroom/{kitchen}/")).await.is(200);
    for window in &anns {
        window.sees(&format!("{} removed you from Kitchen, or deleted it.", bob.name)).await;
        window.sees_rooms(&[]).await;
    }
}
