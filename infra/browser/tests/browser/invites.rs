//! Invite links: creating, copying, opening and ending.

use browser::{Screen, Window};
use e2e::{PASSWORD, Server};
use fantoccini::key::Key;
use serde_json::{Value, json};

const PHONE: Screen = Screen { phone: true, dark: true };
/// The link in the dialog.
const LINK: &str = "return document.querySelector('#invite-link').value";
const HASH: &str = "return location.hash";

#[tokio::test]
async fn a_link_is_created_copied_opened_and_ended() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[]).await;
    let settings = json!({"conversation_id": room, "access": "invite", "description": "All about plants"});
    ann.post("/set-room/", &settings).await.is(200);
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    anns.opens_room("Garden").await;
    anns.clicks("Members and details").await;
    anns.clicks("Invite link").await;
    anns.clicks("Create a link").await;
    anns.sees("Everybody who has this link can join").await;
    let link = anns.measures(LINK).await;
    anns.clicks("Copy").await;
    anns.finds("//dialog//*[@role='status' and (.='Copied.' or .='The link is selected: please copy it.')]").await;

    // The page is open already, so that only its address changes.
    bobs.goes_to(link.as_str().unwrap()).await;
    for text in ["Garden", "All about plants", "1 member"] {
        bobs.sees(text).await;
    }
    bobs.sees_measured(HASH, json!("")).await;
    bobs.presses(Key::Escape).await;
    bobs.sees_no_more("All about plants").await;
    bobs.reloads().await;
    bobs.finds("//h2[.='Chats']").await;
    bobs.goes_to(link.as_str().unwrap()).await;
    bobs.clicks("Join").await;
    bobs.finds("//main//h2[.='Garden']").await;
    bobs.sees_measured(HASH, json!(format!("#{room}"))).await;
    bob.leaves(room).await;

    anns.clicks("Make a new link").await;
    anns.clicks("End this link, and make a new one?").await;
    anns.sees("This is the new link.").await;
    let new = anns.measures(LINK).await;
    assert_ne!(link, new);
    shows_no_room(&bobs, &link).await;
    bobs.goes_to(new.as_str().unwrap()).await;
    bobs.sees("All about plants").await;
    anns.clicks("Turn the link off").await;
    anns.clicks("Let nobody join by a link?").await;
    anns.sees("There is no valid link now.").await;
    bobs.clicks("Join").await;
    bobs.sees("This invitation is not valid").await;
    bobs.presses(Key::Escape).await;
    shows_no_room(&bobs, &new).await;
}

/// Asserts that a link leads to a sentence, and closes the dialog.
async fn shows_no_room(window: &Window, link: &Value) {
    window.goes_to(link.as_str().unwrap()).await;
    window.sees("This invitation is not valid").await;
    window.sees_no_more("All about plants").await;
    window.presses(Key::Escape).await;
    window.sees_no_more("This invitation is not valid").await;
}

#[tokio::test]
async fn a_link_waits_for_a_login_and_for_a_new_account() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[]).await;
    let code = ann.resets_invite(room).await;
    let link = format!("{}/#invite={}", server.url(), code.as_str().unwrap());

    let bobs = Window::blank(&server, Screen::DESKTOP).await;
    bobs.goes_to(&link).await;
    bobs.sees("to see the invitation").await;
    bobs.sees_measured(HASH, json!("")).await;
    // The storage of the tab keeps the code.
    bobs.reloads().await;
    bobs.sees("to see the invitation").await;
    bobs.logs_in(&bob.name).await;
    bobs.sees("1 member").await;
    bobs.has_focus_on("Join").await;
    bobs.presses(Key::Enter).await;
    bobs.finds("//main//h2[.='Garden']").await;

    let cems = Window::blank(&server, PHONE).await;
    cems.goes_to(&link).await;
    cems.clicks("Create an account").await;
    cems.enters(&server.name("cem"), PASSWORD).await;
    cems.clicks("Create account").await;
    cems.clicks("Join").await;
    cems.finds("//main//h2[.='Garden']").await;
    cems.sees("3 members").await;
    // A member who opens the link again comes to the room.
    cems.clicks("Back to all conversations").await;
    cems.goes_to(&link).await;
    cems.clicks("Join").await;
    cems.finds("//main//h2[.='Garden']").await;
}

#[tokio::test]
async fn a_banned_person_and_a_wrong_code_get_the_same_sentence() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[]).await;
    let code = ann.resets_invite(room).await;
    let ban = json!({"conversation_id": room, "user": bob.id, "ban": true});
    ann.post("/remove-member/", &ban).await.is(200);
    let window = Window::of(&bob, Screen::DESKTOP).await;
    for code in [code.as_str().unwrap(), "1.AAAAAAAAAAAAAAAAAAAAAA", "nonsense", "<b>", ""] {
        window.goes_to(&format!("{}/#invite={code}", server.url())).await;
        window.sees("This invitation is not valid").await;
        window.sees_measured(HASH, json!("")).await;
        window.presses(Key::Escape).await;
        window.sees_no_more("This invitation is not valid").await;
    }
    window.sees_rooms(&[]).await;
}
