//! Invitations: they are above the list until they are answered.

use browser::{Screen, Window};
use e2e::{Server, User};
use fantoccini::key::Key;
use serde_json::json;

/// A user who can only be invited.
async fn guarded(server: &Server, name: &str) -> User {
    let user = server.user(name).await;
    user.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    user
}

#[tokio::test]
async fn an_invitation_is_noticed_and_accepted_or_declined() {
    let server = Server::start().await;
    let (bob, ann) = (server.user("bob").await, guarded(&server, "ann").await);
    bob.creates_group("Garden", &[&ann]).await;
    let window = Window::of(&ann, Screen { phone: true, ..Screen::DESKTOP }).await;
    window.sees("Garden").await;
    window.sees(&format!("{} invites you · 1 member", bob.name)).await;
    window.sees_title("(1) Chat").await;
    window.sees_rooms(&[]).await;

    bob.creates_group("Kitchen", &[&ann]).await;
    window.sees(&format!("{} invites you to Kitchen.", bob.name)).await;
    window.sees_title("(2) Chat").await;
    window.clicks("Decline the invitation to Garden").await;
    window.sees_no_more("Garden").await;
    window.has_focus_on("Decline the invitation to Kitchen").await;
    window.clicks("Accept the invitation to Kitchen").await;
    window.finds("//main//h2[.='Kitchen']").await;
    window.sees("2 members").await;
    window.sees_title("Chat").await;
    assert!(ann.lists("/list-invitations/").await.is_empty());
    window.reloads().await;
    window.clicks("Back to all conversations").await;
    window.sees_rooms(&[("Kitchen", "No messages yet", "")]).await;
    window.sees_no_more("Invitations").await;
}

#[tokio::test]
async fn invitations_are_answered_by_keys_and_many_of_them_leave_room_for_the_list() {
    let server = Server::start().await;
    let (bob, ann) = (server.user("bob").await, guarded(&server, "ann").await);
    for name in ["Attic", "Bakery", "Cellar", "Dairy"] {
        bob.creates_group(name, &[&ann]).await;
    }
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.sees("Dairy").await;
    window.sees_no_more("Attic").await;
    window.tabs_to("Show all 4 invitations").await;
    window.presses(Key::Enter).await;
    window.has_focus_on("Decline the invitation to Attic").await;
    window.presses(Key::Enter).await;
    window.sees_no_more("Attic").await;
    window.has_focus_on("Decline the invitation to Dairy").await;
    window.presses(Key::Tab).await;
    window.has_focus_on("Accept the invitation to Dairy").await;
    window.presses(Key::Enter).await;
    window.finds("//main//h2[.='Dairy']").await;
    window.has_focus_on("Message").await;
    window.sees_title("(2) Chat").await;
}

#[tokio::test]
async fn an_invitation_that_is_not_valid_any_more_goes_with_the_reason() {
    let server = Server::start().await;
    let (bob, ann) = (server.user("bob").await, guarded(&server, "ann").await);
    let room = bob.creates_group("Garden", &[&ann]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.sees("Garden").await;
    bob.post("/remove-member/", &json!({"conversation_id": room, "user": ann.id, "ban": true})).await.is(200);
    window.clicks("Accept the invitation to Garden").await;
    window.sees("This invitation is not valid, or not any more.").await;
    window.sees_no_more("Garden").await;
    window.sees_title("Chat").await;
}
