//! Forwarding messages to other chats.

use browser::{Screen, Window};
use e2e::{File, Server};
use serde_json::json;

const PHONE: Screen = Screen { phone: true, dark: false };

#[tokio::test]
async fn a_message_goes_to_several_chats_with_its_picture() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[]).await;
    for name in ["Kitchen", "Shed", "Attic", "Cellar", "Roof", "Porch"] {
        ann.creates_group(name, &[&bob]).await;
    }
    let file = ann.uploads(room, &File::photo()).await;
    ann.knows_checked(room, "picture", &file).await;
    let text = json!({"conversation_id": room, "text": "look", "attachment_picture": file});
    ann.post("/send-message/", &text).await.is(201);
    let window = Window::of(&ann, PHONE).await;
    window.opens_room("Garden").await;
    window.holds("look").await;
    window.chooses_item("Forward").await;
    window.has_focus_on("Search chats").await;
    window.sees("Up to 5 chats.").await;
    window.writes("Search chats", "tch").await;
    window
        .sees_measured(
            "return [...document.querySelectorAll('.targets li')].filter((li) => li.checkVisibility()).length",
            json!(1),
        )
        .await;
    window.checks_chat("Kitchen").await;
    window.rewrites("Search chats", "\u{e017}").await;
    for name in ["Shed", "Attic", "Cellar", "Roof"] {
        window.checks_chat(name).await;
    }
    window.sees_measured("return document.querySelectorAll('.targets :disabled').length", json!(2)).await;
    window.clicks("Forward").await;
    window.sees_measured("return document.querySelectorAll('dialog').length", json!(0)).await;
    window.clicks("Back to all conversations").await;
    window.opens_room("Kitchen").await;
    window.sees_messages(&["look"]).await;
    window.sees("Forwarded").await;
    window.finds("//button[@aria-label='Open garden.jpg']").await;
    let rooms = bob.lists("/list-chatrooms/").await;
    let forwarded = rooms.iter().filter(|room| room["last_message"]["text"] == "look").count();
    assert_eq!(forwarded, 5);
}

#[tokio::test]
async fn a_forward_without_an_answer_is_repeated_and_no_chat_has_it_twice() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    let [kitchen, shed] = [ann.creates_group("Kitchen", &[]).await, ann.creates_group("Shed", &[]).await];
    ann.sends(room, "look").await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.opens_menu("look").await;
    window.chooses_item("Forward").await;
    window.checks_chat("Kitchen").await;
    window.measures(LOSE_ANSWER).await;
    window.clicks("Forward").await;
    window.sees("The server cannot be reached.").await;
    window.checks_chat("Shed").await;
    window.clicks("Forward").await;
    window.sees_measured("return document.querySelectorAll('dialog').length", json!(0)).await;
    for room in [kitchen, shed] {
        assert_eq!(ann.sees_messages(room).await.len(), 1);
    }
}

/// Loses the answer to the next forward.
const LOSE_ANSWER: &str = "const { fetch } = window;
    window.fetch = async (path, options) => {
        const answer = await fetch(path, options);
        if (path !== '/forward-message') return answer;
        window.fetch = fetch;
        throw new TypeError('Failed to fetch');
    };
    return null";

#[tokio::test]
async fn a_refusal_names_its_chat_and_the_others_have_the_message() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_group("Garden", &[]).await;
    let shed = bob.creates_group("Shed", &[&ann]).await;
    ann.creates_group("Kitchen", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sends("look").await;
    window.sees_states(&["Sent"]).await;
    window.opens_menu("look").await;
    window.chooses_item("Forward").await;
    window.checks_chat("Kitchen").await;
    window.checks_chat("Shed").await;
    bob.post("/set-room/", &json!({"conversation_id": shed, "only_admins": {"send": true}})).await.is(200);
    window.clicks("Forward").await;
    window.sees("Shed: Only admins of this room can do this.").await;
    window.presses(fantoccini::key::Key::Escape).await;
    window
        .sees_rooms(&[("Kitchen", "You: look", ""), ("Garden", "You: look", ""), ("Shed", "No messages yet", "")])
        .await;
}
