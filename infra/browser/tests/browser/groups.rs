//! Groups: adding people, settings, pictures, and rooms in which only admins write.

use std::time::Duration;

use browser::{Screen, Window};
use e2e::{File, Server};
use fantoccini::key::Key;
use serde_json::json;
use tempfile::TempDir;

const PHONE: Screen = Screen { phone: true, dark: false };
/// The widths of the pictures of the room in the list and in the head of the conversation.
const PICTURES: &str = "return ['nav li img.avatar', '.conversation > header img.avatar']
    .map((place) => document.querySelector(place)?.naturalWidth ?? 0)";

#[tokio::test]
async fn people_are_added_with_a_result_for_each() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    cem.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    let anns = Window::of(&ann, Screen::DESKTOP).await;
    anns.clicks("New conversation").await;
    anns.writes("Name of the group", "Garden").await;
    anns.writes("Members, separated by commas", &cem.name).await;
    anns.clicks("Make group").await;
    anns.sees(&format!("{} was invited", cem.name)).await;
    anns.sends("before bob").await;
    anns.sees_states(&["Sent"]).await;
    anns.clicks("Members and details").await;
    anns.clicks("Add people").await;
    anns.selects("Earlier messages that they can see", "The last 25").await;
    let names = format!("{}, nobody here ,{},", bob.name, cem.name);
    anns.writes("Names, separated by commas", &names).await;
    anns.clicks("Add").await;
    anns.sees(&format!("{} is a member now.", bob.name)).await;
    anns.sees(&format!("{} has an invitation now", cem.name)).await;
    anns.sees("nobody here was not added, because nobody has this name.").await;
    anns.presses(Key::Escape).await;
    anns.sees("2 members").await;
    anns.presses(Key::Escape).await;
    anns.sees(&format!("{} joined", bob.name)).await;
    let bobs = Window::of(&bob, PHONE).await;
    bobs.opens_room("Garden").await;
    bobs.sees_messages(&["before bob"]).await;
    assert_eq!(cem.lists("/list-invitations/").await.len(), 1);
}

/// Makes pages of two members, so that a few are many.
const SHORT_PAGES: &str = "const { fetch } = window;
    window.fetch = (path, options) => fetch(path.replace('limit=100', 'limit=2'), options);
    return null";

#[tokio::test]
async fn a_long_list_of_members_is_fetched_by_pages() {
    let server = Server::start().await;
    let [ann, bob, cem, dan, eve] = server.users(["ann", "bob", "cem", "dan", "eve"]).await;
    ann.creates_group("Garden", &[&bob, &cem, &dan, &eve]).await;
    let window = Window::of(&ann, PHONE).await;
    window.measures(SHORT_PAGES).await;
    window.opens_room("Garden").await;
    window.clicks("Members and details").await;
    let listed = "return [...document.querySelectorAll('dialog li .name')].map((name) => name.textContent)";
    let names = [format!("{} (you)", ann.name), bob.name.clone(), cem.name.clone(), dan.name.clone(), eve.name.clone()];
    for shown in [2, 4, 5] {
        window.sees_measured(listed, json!(names[..shown])).await;
        if shown < 5 {
            window.clicks("Show more members").await;
        }
    }
    window.sees_no_more("Show more members").await;
    window.sees("5 members").await;
}

#[tokio::test]
async fn settings_change_everywhere_at_once() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, PHONE).await];
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
    }
    let disk = TempDir::new().unwrap();
    let [photo, notes] = ["garden.jpg", "notes.txt"].map(|name| disk.path().join(name));
    std::fs::write(&photo, File::photo().bytes).unwrap();
    std::fs::write(&notes, "no picture").unwrap();

    anns.clicks("Members and details").await;
    anns.clicks("Group settings").await;
    anns.rewrites("Name", "Kitchen").await;
    anns.rewrites("Description", "All about pots").await;
    anns.chooses("Picture of the group", &[&notes]).await;
    anns.sees("notes.txt is not a picture.").await;
    anns.chooses("Picture of the group", &[&photo]).await;
    anns.selects("Who can join", "Invited people").await;
    anns.selects("New members see", "Messages sent after they join").await;
    anns.clicks("Save").await;
    anns.sees("All about pots").await;
    for window in [&anns, &bobs] {
        window.finds("//main//h2[.='Kitchen']").await;
        window.sees_measured(PICTURES, json!([320, 320])).await;
    }
    for line in ["The name is now Kitchen", "The picture was changed", "Only invited people can join now"] {
        bobs.sees(line).await;
    }
    let set = ann.sees_room(room).await;
    assert_eq!([&set["access"], &set["history"]], ["invite", "joined"]);
    bobs.clicks("Back to all conversations").await;
    bobs.sees_rooms(&[("Kitchen", "No messages yet", "")]).await;

    anns.clicks("Group settings").await;
    anns.clicks("Remove picture").await;
    anns.clicks("Save").await;
    bobs.sees_measured(PICTURES, json!([0, 0])).await;
    assert_eq!(ann.sees_room(room).await["name"], "Kitchen");
}

#[tokio::test]
async fn a_picture_whose_link_has_ended_is_fetched_with_a_new_link() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room_with_picture(&File::photo(), &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room(room["name"].as_str().unwrap()).await;
    window.sees_measured(PICTURES, json!([320, 320])).await;
    // The links of one second are equal.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let ended = "window.Ended = [...document.querySelectorAll('img.avatar')].map((image) => {
            image.src = image.src.replace(/X-Amz-Signature=./, 'X-Amz-Signature=');
            return image.src;
        });
        return null";
    window.measures(ended).await;
    let renewed = "return [...document.querySelectorAll('img.avatar')]
        .map((image) => image.naturalWidth === 320 && !window.Ended.includes(image.src))";
    window.sees_measured(renewed, json!([true, true])).await;
}

#[tokio::test]
async fn where_only_admins_write_a_sentence_takes_the_place_of_the_composer() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let [anns, bobs] = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&bob, Screen::DESKTOP).await];
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
    }
    bobs.writes("Message", "half a sen").await;
    anns.clicks("Members and details").await;
    anns.clicks("Group settings").await;
    anns.checks("Only admins can send messages").await;
    anns.checks("Only admins can add people").await;
    anns.checks("Only admins can change name, description and picture").await;
    anns.clicks("Save").await;
    bobs.sees("Only admins can write here.").await;
    let composer = "return document.querySelector('.composer').checkVisibility()";
    bobs.sees_measured(composer, json!(false)).await;
    bobs.has_focus_on("Garden").await;
    anns.sees_measured(composer, json!(true)).await;
    bobs.clicks("Members and details").await;
    let actions =
        "return [...document.querySelectorAll('dialog .action')].filter((one) => one.checkVisibility()).length";
    bobs.sees_measured(actions, json!(0)).await;

    let role = json!({"conversation_id": room, "user": bob.id, "role": "admin"});
    ann.post("/set-role/", &role).await.is(200);
    bobs.sees_measured(actions, json!(4)).await;
    bobs.presses(Key::Escape).await;
    bobs.writes("Message", "tence").await;
    bobs.clicks("Send").await;
    anns.sees("half a sentence").await;
}

#[tokio::test]
async fn lines_about_members_are_where_they_happened() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sends("one").await;
    window.sees_states(&["Sent"]).await;
    cem.joins(room).await;
    window.sees(&format!("{} joined", cem.name)).await;
    cem.sends(room, "two").await;
    window.sees("two").await;
    cem.leaves(room).await;
    let rows = "return [...document.querySelectorAll('.messages li:not(.divider:not(.happening))')]
        .map((row) => row.querySelector('.text, span').closest('.happening')?.textContent
            ?? row.querySelector('.text').textContent)";
    let [joined, left] = ["joined", "left"].map(|what| format!("{} {what}", cem.name));
    window.sees_measured(rows, json!(["one", joined, "two", left])).await;
    window.sends("three").await;
    window.sees_measured(rows, json!(["one", joined, "two", left, "three"])).await;
}

#[tokio::test]
async fn the_dialogs_of_a_group_are_accessible_on_every_screen() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let settings = json!({"conversation_id": room, "access": "invite", "history": "joined", "description": "Plants",
        "only_admins": {"send": true}});
    ann.post("/set-room/", &settings).await.is(200);
    for screen in Screen::ALL {
        let window = Window::of(&ann, screen).await;
        let view = async |what: &str| window.is_accessible(&format!("{what}, {screen:?}")).await;
        window.opens_room("Garden").await;
        let code = json!({"invite": ann.resets_invite(room).await});
        cem.post("/join-chatroom/", &code).await.is(201);
        window.sees(&format!("{} joined", cem.name)).await;
        view("a line about a member").await;
        window.clicks("Members and details").await;
        window.sees("3 members").await;
        view("a group").await;
        window.clicks(&format!("Change {}", cem.name)).await;
        window.clicks("Make owner").await;
        view("a member, with a question").await;
        window.presses(Key::Escape).await;
        window.clicks("Group settings").await;
        view("settings").await;
        window.presses(Key::Escape).await;
        window.clicks("Add people").await;
        window.writes("Names, separated by commas", "nobody here").await;
        window.clicks("Add").await;
        window.sees("nobody has this name").await;
        view("adding people").await;
        window.presses(Key::Escape).await;
        window.clicks("Ban somebody, or lift a ban").await;
        view("bans").await;
        window.writes("Their name", &cem.name).await;
        window.clicks("Ban").await;
        window.sees(&format!("{} is banned.", cem.name)).await;
        view("a ban").await;
        window.clicks("Lift the ban").await;
        window.rewrites("Their name", &cem.name).await;
        window.clicks("Lift the ban").await;
        window.sees("can join again.").await;
        window.presses(Key::Escape).await;
        window.clicks("Invite link").await;
        window.clicks("Create a link").await;
        window.sees("Everybody who has this link can join").await;
        view("an invite link").await;

        let link = window.measures("return document.querySelector('#invite-link').value").await;
        let cems = Window::of(&cem, screen).await;
        cems.goes_to(link.as_str().unwrap()).await;
        cems.clicks("Join").await;
        cems.sees("Only admins can write here.").await;
        cems.is_accessible(&format!("a conversation that is closed, {screen:?}")).await;
        cem.leaves(room).await;
        cems.goes_to(link.as_str().unwrap()).await;
        cems.sees("Plants").await;
        cems.is_accessible(&format!("an invitation, {screen:?}")).await;
        ann.resets_invite(room).await;
        cems.clicks("Join").await;
        cems.sees("This invitation is not valid").await;
        cems.is_accessible(&format!("an invitation that is over, {screen:?}")).await;
    }
}
