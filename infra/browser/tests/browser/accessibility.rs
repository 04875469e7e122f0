//! axe-core finds no violation in any view, on any screen, in either colour scheme.

use browser::{Screen, Window};
use e2e::{File, Server, User};
use fantoccini::key::Key;
use serde_json::json;
use tempfile::TempDir;

async fn every_view_is_accessible(server: &Server, ann: &User, bob: &User, blocked: &str, screen: Screen) {
    let window = Window::open(server, screen).await;
    let view = async |what: &str| window.is_accessible(&format!("{what}, {screen:?}")).await;
    view("the door").await;
    window.clicks("Create an account").await;
    view("the door for who is new").await;
    window.clicks("Log in").await;
    window.enters(&ann.name, "not her password").await;
    window.clicks("Log in").await;
    window.finds("//*[@role='alert' and string-length(.) > 0]").await;
    view("the door, shut").await;
    window.reloads().await;
    window.logs_in(&ann.name).await;
    window.sees("hello").await;
    view("the list").await;
    bob.creates_group("Shed", &[ann]).await;
    window.sees(&format!("{} invites you to Shed.", bob.name)).await;
    view("an invitation").await;
    window.clicks("Settings").await;
    window.finds("//dialog//input[@type='radio' and not(@disabled)]").await;
    window.finds("//dialog//button[.='Unblock']").await;
    view("the settings").await;
    window.clicks("Close").await;
    window.clicks("New conversation").await;
    view("a new conversation").await;
    window.clicks("Close").await;
    window.opens_room("Garden").await;
    window.sees("https://example.org").await;
    view("a conversation").await;
    window.writes("Message", "something").await;
    view("a conversation, writing").await;
    let disk = TempDir::new().unwrap();
    let [picture, notes] = ["red.png", "notes.txt"].map(|name| disk.path().join(name));
    std::fs::write(&picture, File::picture().bytes).unwrap();
    std::fs::write(&notes, "no picture").unwrap();
    window.attaches(&[&picture, &notes]).await;
    window.sees("notes.txt cannot be sent.").await;
    view("a conversation, with a file chosen").await;
    window.clicks("Remove red.png").await;
    window.clicks("Open garden.jpg").await;
    view("a picture, whole").await;
    window.clicks("Close").await;
    window.clicks("Members and details").await;
    window.sees(&bob.name).await;
    view("who is there").await;
    window.clicks("Close").await;
    if screen.phone {
        window.clicks("Back to all conversations").await;
    }
    for name in [&bob.name, blocked] {
        window.opens_room(name).await;
        view("a chat of two").await;
        window.clicks("Details").await;
        window.sees("Hide chat").await;
        view("a chat of two, its details").await;
        window.clicks("Close").await;
        if screen.phone {
            window.clicks("Back to all conversations").await;
        }
    }
    window.sees("Notes").await;
}

async fn every_view_of_a_message_is_accessible(server: &Server, ann: &User, bob: &User, screen: Screen) {
    let window = Window::open(server, screen).await;
    let view = async |what: &str| window.is_accessible(&format!("{what}, {screen:?}")).await;
    window.logs_in(&ann.name).await;
    window.opens_room("Garden").await;
    window.sees("This message was deleted").await;
    view("a conversation with changed messages").await;
    window.opens_menu("my plan").await;
    view("the menu of a message").await;
    window.chooses_item("Reply").await;
    window.writes("Message", "@").await;
    window.finds(&format!("//*[@role='option' and contains(., '{}')]", bob.name)).await;
    view("a conversation, answering and mentioning").await;
    window.presses(Key::Escape).await;
    window.presses(Key::Backspace).await;
    for (item, what) in
        [("Delete", "deleting"), ("Forward", "forwarding"), ("Another reaction", "reacting"), ("Info", "its receipts")]
    {
        window.opens_menu("my plan").await;
        window.chooses_item(item).await;
        window.finds("//dialog").await;
        view(what).await;
        window.presses(Key::Escape).await;
    }
    window.opens_menu("my plan").await;
    window.chooses_item("Edit").await;
    view("a conversation, editing").await;
    window.presses(Key::Escape).await;
    window.clicks("👍 1, including yours").await;
    window.sees("Remove").await;
    view("the names of those who have reacted").await;
}

#[tokio::test]
async fn messages_on_every_screen() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let mine = ann.sends(room, "my pln").await;
    let of_mine = |more: serde_json::Value| {
        let mut body = json!({"conversation_id": room, "message_id": mine["id"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    ann.post("/edit-message/", &of_mine(json!({"text": "my plan"}))).await.is(200);
    let text = format!("@{} and @{}, fine", ann.name, bob.name);
    let mentions = [ann.id, bob.id];
    let answer = json!({"conversation_id": room, "text": text, "reply_to": mine["id"], "mentions": mentions});
    bob.post("/send-message/", &answer).await.is(201);
    let gone = bob.sends(room, "gone").await;
    let answer = json!({"conversation_id": room, "text": "what?", "reply_to": gone["id"]});
    ann.post("/send-message/", &answer).await.is(201);
    let deletion = json!({"conversation_id": room, "message_id": gone["id"], "for": "everyone"});
    bob.post("/delete-message/", &deletion).await.is(200);
    ann.post("/forward-message/", &of_mine(json!({"to": [room], "client_id": "f"}))).await.is(200);
    for (user, emoji) in [(&ann, "👍"), (&bob, "🙏")] {
        user.post("/react-to-message/", &of_mine(json!({"emoji": emoji}))).await.is(200);
    }
    for screen in Screen::ALL {
        every_view_of_a_message_is_accessible(&server, &ann, &bob, screen).await;
    }
}

#[tokio::test]
async fn on_every_screen_in_every_view() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let [garden, kitchen] = [ann.creates_group("Garden", &[&bob]).await, ann.creates_group("Kitchen", &[&bob]).await];
    let theirs = bob.sends(garden, "see https://example.org").await;
    ann.reads(garden, &theirs).await;
    let read = ann.sends(garden, "I did, https://example.org").await;
    bob.reads(garden, &read).await;
    for file in [File::photo(), File::video()] {
        let id = ann.uploads(garden, &file).await;
        ann.tries_to_attach(garden, file.kind, &id).await.is(201);
    }
    ann.sends(garden, "not read by anybody yet").await;
    bob.sends(kitchen, "hello").await;
    for other in [&ann, &bob, &cem] {
        ann.opens_direct(other).await;
    }
    ann.post("/set-block/", &json!({"user": cem.id, "blocked": true})).await.is(200);
    ann.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    for screen in Screen::ALL {
        every_view_is_accessible(&server, &ann, &bob, &cem.name, screen).await;
    }
}

#[tokio::test]
async fn offline() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let ann = server.user("ann").await;
    ann.creates_group("Garden", &[]).await;
    let [light, dark] =
        [Window::open(&server, Screen::DESKTOP).await, Window::open(&server, Screen { phone: true, dark: true }).await];
    for window in [&light, &dark] {
        window.logs_in(&ann.name).await;
        window.opens_room("Garden").await;
    }
    server.is_killed();
    for window in [&light, &dark] {
        window.sees("You are offline.").await;
        window.sends("unsent").await;
        window.sees_states(&["Sending"]).await;
        window.is_accessible("offline").await;
    }
}
