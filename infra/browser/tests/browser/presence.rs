//! Whether the person of a chat is online, when they were last seen, and the settings of privacy.

use std::time::Duration;

use browser::{Screen, Window};
use e2e::{Server, connections};
use fantoccini::key::Key;
use serde_json::json;

/// The label of the setting of receipts, with its hint.
const RECEIPTS: &str = "Show in chats what I have readWithout it I do not see it of others. Groups always show it.";
const PHONE: Screen = Screen { phone: true, dark: true };

#[tokio::test]
async fn the_head_of_a_chat_says_that_a_person_is_online_or_when_they_were_last_seen() {
    let because = "the time at which a user was last seen is written into its tables";
    let Some(server) = Server::local(because).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = bob.opens_direct(&ann).await;
    bob.sends(room, "hello").await;
    for screen in [Screen::DESKTOP, PHONE] {
        let socket = bob.opens_socket(room).await;
        let anns = Window::of(&ann, screen).await;
        anns.opens_room(&bob.name).await;
        anns.finds("//*[@class='subtitle' and .='online']").await;
        anns.is_accessible(&format!("a person who is online, {screen:?}")).await;

        socket.closes().await;
        let an_hour_ago = connections::before_now(Duration::from_hours(1));
        let update = json!({
            "TableName": "ConnectionsTable", "Key": connections::key(&bob),
            "UpdateExpression": "SET last_seen = :then", "ConditionExpression": "attribute_exists(last_seen)",
            "ExpressionAttributeValues": {":then": an_hour_ago},
        });
        while !bob.get(&format!("/get-presence/?users={}", bob.id)).await.is(200)[0]["last_seen"].is_string() {}
        server.dynamodb("UpdateItem", &update).await;
        anns.reloads().await;
        anns.sees("last seen ").await;
        anns.is_accessible(&format!("a person who was there before, {screen:?}")).await;
        // A message of hers, over REST, shows until the next answer that she is there.
        bob.sends(room, "back again").await;
        anns.finds("//*[@class='subtitle' and .='online']").await;

        bob.post("/set-privacy/", &json!({"online": "nobody", "last_seen": "nobody"})).await.is(200);
        anns.reloads().await;
        anns.sees("back again").await;
        anns.finds("//*[@class='subtitle' and .='']").await;
        bob.post("/set-privacy/", &json!({"online": "everyone", "last_seen": "everyone"})).await.is(200);
    }
}

#[tokio::test]
async fn a_person_shows_nobody_when_they_are_there_and_what_they_have_read() {
    let server = Server::start().await;
    for (screen, name) in [(Screen::DESKTOP, "ann"), (PHONE, "anna")] {
        let ann = server.user(name).await;
        let window = Window::of(&ann, screen).await;
        window.clicks("Settings").await;
        window.finds("//input[@id='online-nobody' and not(@disabled)]").await.click().await.unwrap();
        window.sees("Saved.").await;
        // By keys: the arrows choose, and the space bar ticks.
        window.finds("//input[@id='last_seen-everyone' and not(@disabled)]").await.click().await.unwrap();
        window.presses(Key::Down).await;
        let chosen = "return document.querySelector('[name=last_seen]:checked').value";
        window.sees_measured(chosen, json!("contacts")).await;
        window.tabs_to(RECEIPTS).await;
        window.presses(Key::Space).await;
        window.finds("//fieldset[.//input[@id='receipts']]//*[@role='status' and .='Saved.']").await;
        window.is_accessible(&format!("the settings of privacy, {screen:?}")).await;
        let settings = ann.post("/set-privacy/", &json!({})).await.is(200);
        let expected = json!({
            "add": settings["add"], "last_seen": "contacts", "online": "nobody", "receipts": false,
        });
        assert_eq!(settings, expected);

        window.reloads().await;
        window.clicks("Settings").await;
        window.finds("//input[@id='receipts' and not(@disabled)]").await;
        let shown =
            "return ['online', 'last_seen'].map((name) => document.querySelector(`[name=${name}]:checked`).value)";
        window.sees_measured(shown, json!(["nobody", "contacts"])).await;
        window.sees_measured("return document.querySelector('#receipts').checked", json!(false)).await;
    }
}
