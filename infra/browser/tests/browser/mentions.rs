//! Mentions: the list that completes names, and the marks in texts.

use browser::{Screen, Window};
use e2e::Server;
use fantoccini::key::Key;
use serde_json::json;

const PHONE: Screen = Screen { phone: true, dark: false };
const OFFERED: &str = "return [...document.querySelectorAll('[role=option] .name')].map((name) => name.textContent)";
const MARKED: &str = "return [...document.querySelectorAll('.message .mention')]
    .map((mention) => [mention.textContent, mention.classList.contains('mine')])";

#[tokio::test]
async fn names_are_completed_by_keys_and_by_touch_and_marked() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "bobby"]).await;
    let room = ann.creates_group("Garden", &[&bob, &cem]).await;
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
        window.sees("3 members").await;
    }
    anns.writes("Message", "hi @BO").await;
    let mut names = [bob.name.clone(), cem.name.clone()];
    names.sort();
    anns.sees_measured(OFFERED, json!(names)).await;
    anns.sees_measured(CHOSEN, json!(names[0])).await;
    anns.presses(Key::Down).await;
    anns.sees_measured(CHOSEN, json!(names[1])).await;
    anns.presses(Key::Escape).await;
    anns.sees_measured(OFFERED, json!([])).await;
    anns.writes("Message", "b").await;
    anns.presses(Key::Enter).await;
    let typed = "return document.querySelector('.composer textarea').value";
    anns.sees_measured(typed, json!(format!("hi @{} ", names[0]))).await;
    anns.has_focus_on("Message").await;
    anns.writes("Message", "there").await;
    anns.presses(Key::Enter).await;
    let text = format!("hi @{} there", names[0]);
    bobs.sees_messages(&[&text]).await;
    let mentioned = ann.sees_messages(room).await[0]["mentions"][0].clone();
    assert!(mentioned == bob.id || mentioned == cem.id);
    bobs.sees_measured(MARKED, json!([[format!("@{}", names[0]), mentioned == bob.id]])).await;

    bobs.writes("Message", "@a").await;
    bobs.finds("//*[@role='option' and .//*[.='all']]").await.click().await.unwrap();
    bobs.sees_measured(typed, json!("@all ")).await;
    bobs.has_focus_on("Message").await;
    bobs.clicks("Send").await;
    anns.sees_messages(&[&text, "@all"]).await;
    anns.sees_measured(&format!("{MARKED}.at(-1)"), json!(["@all", true])).await;
    assert_eq!(ann.sees_messages(room).await[1]["mentions_all"], true);
}

/// The option that Enter takes.
const CHOSEN: &str = "const field = document.querySelector('.composer textarea');
    return document.getElementById(field.getAttribute('aria-activedescendant'))?.querySelector('.name').textContent";

#[tokio::test]
async fn a_list_of_names_closes_when_the_caret_leaves_the_name() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.writes("Message", " comes").await;
    window.presses(Key::Home).await;
    window.writes("Message", "@bo").await;
    window.sees_measured(OFFERED, json!([bob.name])).await;
    // Before the page can act on the move of the caret.
    window.measures(END_AND_ENTER).await;
    window.sees_messages(&["@bo comes"]).await;
}

/// Moves the caret to the end of the text, and presses Enter.
const END_AND_ENTER: &str = "const field = document.querySelector('.composer textarea');
    field.setSelectionRange(field.value.length, field.value.length);
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    return null";

#[tokio::test]
async fn only_whole_names_of_members_are_mentions_and_a_text_stays_a_text() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.writes("Message", "@").await;
    window.sees_measured(OFFERED, json!([bob.name, "all"])).await;
    window.presses(Key::Backspace).await;
    window.sends(&format!("me@{} @{} <b>@{}</b> ", bob.name, cem.name, bob.name)).await;
    window.sees_states(&["Sent"]).await;
    window.sees_measured(MARKED, json!([[format!("@{}", bob.name), false]])).await;
    window.sees_measured("return document.querySelectorAll('.message b').length", json!(0)).await;
    assert_eq!(ann.sees_messages(room).await[0]["mentions"], json!([bob.id]));
}
