//! Roles in a group: giving, taking, and the actions that each allows.

use browser::{Screen, Window};
use e2e::Server;
use fantoccini::key::Key;
use reqwest::Method;
use serde_json::json;

/// The actions on a group that are visible.
const ACTIONS: &str = "return [...document.querySelectorAll('dialog.group :is(.action, .danger)')]
    .filter((button) => button.checkVisibility()).map((button) => button.textContent)";
/// The actions on a member that are visible.
const ON_MEMBER: &str = "return [...document.querySelectorAll('dialog:not(.group) :is(.action, .danger)')]
    .filter((button) => button.checkVisibility()).map((button) => button.textContent)";
/// The members who can be changed.
const CHANGEABLE: &str = "return [...document.querySelectorAll('dialog.group li button')]
    .filter((button) => button.checkVisibility()).length";

const PHONE: Screen = Screen { phone: true, dark: false };

#[tokio::test]
async fn an_admin_is_made_and_dismissed_and_the_group_is_handed_over() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_group("Garden", &[&bob, &cem]).await;
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
        window.clicks("Members and details").await;
    }
    bobs.sees_measured(ACTIONS, json!(["Group settings", "Add people", "Leave"])).await;
    bobs.sees_measured(CHANGEABLE, json!(0)).await;
    anns.sees_measured(CHANGEABLE, json!(2)).await;
    bobs.clicks("Group settings").await;
    bobs.sees("Description").await;
    bobs.sees_no_more("Who can join").await;
    bobs.presses(Key::Escape).await;
    let change_bob = format!("Change {}", bob.name);

    anns.clicks(&change_bob).await;
    let owner_may = ["Make admin", "Make owner", "Remove from the group", "Remove and ban"];
    anns.sees_measured(ON_MEMBER, json!(owner_may)).await;
    anns.clicks("Make admin").await;
    let admin = format!("//dialog//li[.//*[.='{}'] and .//*[.='admin']]", bob.name);
    anns.finds(&admin).await;
    let admin_may = ["Group settings", "Add people", "Invite link", "Ban somebody, or lift a ban", "Leave"];
    bobs.sees_measured(ACTIONS, json!(admin_may)).await;
    bobs.sees_measured(CHANGEABLE, json!(2)).await;
    bobs.clicks(&format!("Change {}", cem.name)).await;
    bobs.sees_measured(ON_MEMBER, json!(["Make admin", "Remove from the group", "Remove and ban"])).await;
    bobs.presses(Key::Escape).await;
    assert_eq!(bob.sees_room(room).await["role"], "admin");

    anns.clicks(&change_bob).await;
    anns.clicks("Dismiss as admin").await;
    bobs.sees_measured(CHANGEABLE, json!(0)).await;
    anns.clicks(&change_bob).await;
    anns.clicks("Make owner").await;
    anns.clicks(&format!("Hand the group over to {}?", bob.name)).await;
    bobs.sees_measured(CHANGEABLE, json!(2)).await;
    bobs.sees("Delete group").await;
    anns.sees_no_more("Delete group").await;
    assert_eq!(ann.sees_room(room).await["role"], "admin");

    for window in [&anns, &bobs] {
        window.presses(Key::Escape).await;
    }
    for line in ["You are now an admin", "You are no longer an admin", "You are now the owner"] {
        bobs.sees(line).await;
    }
    anns.sees(&format!("{} is now the owner", bob.name)).await;
}

#[tokio::test]
async fn a_member_is_removed_banned_and_let_back_in() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_group("Garden", &[&bob, &cem]).await;
    let [anns, bobs, cems] =
        [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await, Window::of(&cem, PHONE).await];
    for window in [&anns, &bobs, &cems] {
        window.opens_room("Garden").await;
    }
    anns.clicks("Members and details").await;
    anns.clicks(&format!("Change {}", bob.name)).await;
    anns.clicks("Remove from the group").await;
    anns.clicks(&format!("Remove {}?", bob.name)).await;
    bobs.sees_rooms(&[]).await;
    bobs.sees("Chats").await;
    cems.sees(&format!("{} was removed by {}", bob.name, ann.name)).await;
    anns.sees("2 members").await;

    let code = json!({"invite": ann.resets_invite(room).await});
    bob.post("/join-chatroom/", &code).await.is(201);
    cems.sees(&format!("{} joined", bob.name)).await;
    anns.clicks(&format!("Change {}", bob.name)).await;
    anns.clicks("Remove and ban").await;
    anns.clicks(&format!("Remove {}, who cannot come back?", bob.name)).await;
    bobs.sees_rooms(&[]).await;
    anns.sees("2 members").await;
    bob.post("/join-chatroom/", &code).await.refuses(404, "invite_invalid");

    anns.clicks("Ban somebody, or lift a ban").await;
    anns.writes("Their name", "nobody").await;
    anns.clicks("Lift the ban").await;
    anns.sees("Nobody is called nobody.").await;
    anns.rewrites("Their name", &bob.name).await;
    anns.clicks("Lift the ban").await;
    anns.sees(&format!("{} can join again.", bob.name)).await;
    bob.post("/join-chatroom/", &code).await.is(201);
    bobs.sees_rooms(&[("Garden", "No messages yet", "")]).await;
    anns.writes("Their name", &bob.name).await;
    anns.clicks("Ban").await;
    anns.sees(&format!("{} is banned.", bob.name)).await;
    bobs.sees_rooms(&[]).await;
}

#[tokio::test]
async fn a_group_is_left_by_its_owner_and_deleted_by_the_next() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_group("Garden", &[&bob, &cem]).await;
    ann.post("/set-role/", &json!({"conversation_id": room, "user": cem.id, "role": "admin"})).await.is(200);
    let [anns, bobs, cems] =
        [Window::of(&ann, PHONE).await, Window::of(&bob, PHONE).await, Window::of(&cem, Screen::DESKTOP).await];
    for window in [&anns, &bobs, &cems] {
        window.opens_room("Garden").await;
    }
    anns.clicks("Members and details").await;
    anns.sees("the longest-standing admin becomes the owner").await;
    anns.clicks("Leave").await;
    anns.clicks("Leave for good?").await;
    anns.sees_rooms(&[]).await;
    for window in [&bobs, &cems] {
        window.sees(&format!("{} left", ann.name)).await;
    }
    cems.sees("You are now the owner").await;
    bobs.sees(&format!("{} is now the owner", cem.name)).await;

    cems.clicks("Members and details").await;
    cems.clicks("Delete group").await;
    cems.clicks("Delete it for everybody?").await;
    for window in [&bobs, &cems] {
        window.sees_rooms(&[]).await;
    }
    bob.get(&format!("/list-members/{room}/")).await.refuses(404, "room_not_found");
    let dialogs = "return document.querySelectorAll('dialog').length";
    cems.sees_measured(dialogs, json!(0)).await;
}

#[tokio::test]
async fn a_refusal_is_said_in_words_and_the_dialog_stays() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.clicks("Members and details").await;
    window.clicks(&format!("Change {}", bob.name)).await;
    window.clicks("Remove from the group").await;
    window.measures(REFUSE).await;
    window.clicks(&format!("Remove {}?", bob.name)).await;
    window.sees("Only admins of this room can do this.").await;
    let members = ann.request(Method::GET, &format!("/list-members/{room}/"));
    assert_eq!(e2e::Answer::to(members).await.is(200).as_array().map(Vec::len), Some(2));
}

/// Answers the next call to remove somebody like a server that has just dismissed the user as an admin.
const REFUSE: &str = "const { fetch } = window;
    window.fetch = async (path, options) => {
        if (path !== '/remove-member') return fetch(path, options);
        const problem = { code: 'not_an_admin', detail: 'Only admins of this room may do this.', status: 403 };
        return new Response(JSON.stringify(problem), { status: 403 });
    };
    return null";

#[tokio::test]
async fn a_role_is_given_by_keys_and_the_focus_comes_back() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    tabs_to(&window, "Members and details", true).await;
    window.presses(Key::Enter).await;
    window.has_focus_on("Close").await;
    let change = format!("Change {}", bob.name);
    tabs_to(&window, &change, false).await;
    window.presses(Key::Enter).await;
    window.has_focus_on("Close").await;
    tabs_to(&window, "Make admin", false).await;
    window.presses(Key::Enter).await;
    window.finds("//dialog//li//*[.='admin']").await;
    window.has_focus_on(&change).await;
    window.presses(Key::Enter).await;
    tabs_to(&window, "Remove from the group", false).await;
    window.presses(Key::Enter).await;
    window.has_focus_on(&format!("Remove {}?", bob.name)).await;
    window.presses(Key::Escape).await;
    window.has_focus_on(&change).await;
    tabs_to(&window, "Delete group", false).await;
    window.presses(Key::Escape).await;
    window.has_focus_on("Members and details").await;
    assert_eq!(bob.sees_room(room).await["role"], "admin");
}

/// Presses Tab, or Shift and Tab, until the focus is on this.
async fn tabs_to(window: &Window, label: &str, backwards: bool) {
    for _ in 0..40 {
        let focused = window
            .measures(
                "const focused = document.activeElement;
            return focused.getAttribute('aria-label') ?? focused.textContent",
            )
            .await;
        if focused == label {
            return;
        }
        if backwards {
            window.tabs_back().await;
        } else {
            window.presses(Key::Tab).await;
        }
    }
    panic!("no key leads to {label}");
}
