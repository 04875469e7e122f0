//! Receipts: the ticks of one's own messages, and the dialog with who has received and read one.

use browser::{Screen, Window};
use e2e::Server;
use fantoccini::key::Key;
use serde_json::json;

const PHONE: Screen = Screen { phone: true, dark: false };
/// The names in the dialog, each with the first word of its state.
const INFO: &str = "return [...document.querySelectorAll('dialog .members li')]
    .map((row) => [row.querySelector('.name').textContent, row.querySelector('.detail').textContent.split(' ')[0]])";

#[tokio::test]
async fn the_ticks_say_what_all_have_received_and_read() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_group("Garden", &[&bob, &cem]).await;
    let anns = Window::of(&ann, Screen::DESKTOP).await;
    anns.opens_room("Garden").await;
    anns.sends("hello").await;
    anns.sees_states(&["Sent"]).await;
    let message = ann.sees_messages(room).await[0].clone();
    // Bob's phone has the message in its list of rooms.
    let bobs = Window::of(&bob, PHONE).await;
    bobs.sees("hello").await;
    anns.sees_states(&["Sent"]).await;
    cem.reads(room, &message).await;
    anns.sees_states(&["Delivered to all"]).await;
    bobs.opens_room("Garden").await;
    anns.sees_states(&["Read by all"]).await;

    // Receipts begin again. Bob looks at the room, and Cem does not.
    anns.opens_menu("hello").await;
    anns.chooses_item("Edit").await;
    anns.rewrites("Message", "hello all").await;
    anns.presses(Key::Enter).await;
    anns.sees_messages(&["hello all"]).await;
    bobs.sees_messages(&["hello all"]).await;
    anns.sees_states(&["Sent"]).await;
    cem.reads(room, &message).await;
    anns.sees_states(&["Read by all"]).await;
    // A page that has not seen the edit asks the server.
    anns.reloads().await;
    anns.sees_states(&["Read by all"]).await;
}

#[tokio::test]
async fn the_info_of_a_message_says_who_has_it_and_follows_them() {
    for screen in [Screen::DESKTOP, PHONE] {
        let server = Server::start().await;
        let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
        let room = ann.creates_group("Garden", &[&bob, &cem]).await;
        let message = ann.sends(room, "hello").await;
        let window = Window::of(&ann, screen).await;
        window.opens_room("Garden").await;
        window.sees_messages(&["hello"]).await;
        if screen.phone {
            window.holds("hello").await;
            window.chooses_item("Info").await;
        } else {
            window.tabs_back_to_message("hello").await;
            window.presses(Key::Enter).await;
            // Below it is only the item that deletes.
            window.presses(Key::End).await;
            window.presses(Key::Up).await;
            window.presses(Key::Enter).await;
        }
        window.sees_measured(INFO, json!([[bob.name, "Not"], [cem.name, "Not"]])).await;
        bob.reads(room, &message).await;
        window.sees_measured(INFO, json!([[bob.name, "Read"], [cem.name, "Not"]])).await;
        window.presses(Key::Escape).await;
        window.sees_no_more("Message info").await;
    }
}
