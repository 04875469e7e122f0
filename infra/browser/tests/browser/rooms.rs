//! Rooms: creating, joining, listing members and leaving.

use browser::{Screen, Window};
use e2e::Server;
use serde_json::json;

#[tokio::test]
async fn a_group_is_made_joined_and_left() {
    let server = Server::start().await;
    let [bob, cem] = server.users(["bob", "cem"]).await;
    let ann = server.name("ann");
    let anns = Window::open(&server, Screen::DESKTOP).await;
    anns.registers(&ann).await;
    anns.clicks("New conversation").await;
    anns.writes("Name of the group", "Garden").await;
    anns.writes("Members, separated by commas", &format!("{} , nobody here", bob.name)).await;
    anns.clicks("Make group").await;
    anns.sees("Nobody is called nobody here.").await;
    anns.clicks("Close").await;
    anns.clicks("New conversation").await;
    anns.writes("Name of the group", "Garden").await;
    anns.writes("Members, separated by commas", &format!("{},", bob.name)).await;
    anns.clicks("Make group").await;
    anns.sees("2 members").await;
    let room = bob.lists("/list-chatrooms/").await[0]["id"].as_u64().unwrap();
    assert_eq!(bob.sees_room(room).await["access"], "invite");

    let cems = Window::of(&cem, Screen { phone: true, ..Screen::DESKTOP }).await;
    cems.clicks("Start a conversation").await;
    cems.writes("Number of the room", "4711").await;
    cems.clicks("Join").await;
    cems.sees("There is no such room.").await;
    cems.clicks("Close").await;
    let group = bob.sees_room(room).await;
    assert_eq!([&group["access"], &group["history"]], ["invite", "joined"]);
    anns.clicks("Members and details").await;
    anns.clicks("Group settings").await;
    anns.selects("Who can join", "Everybody who knows the room number").await;
    anns.clicks("Save").await;
    anns.sees(&format!("Room number {room}")).await;
    anns.clicks("Close").await;
    cems.clicks("Start a conversation").await;
    cems.writes("Number of the room", &room.to_string()).await;
    cems.clicks("Join").await;
    cems.sees("3 members, 2 online").await;
    anns.sees("3 members, 2 online").await;
    anns.clicks("Members and details").await;
    anns.sees(&format!("Room number {room}")).await;
    for (name, presence) in [(&format!("{ann} (you)"), "online"), (&bob.name, "offline"), (&cem.name, "online")] {
        let item = format!("//dialog//li[.//*[@class='name' and .='{name}'] and .//*[.='{presence}']]");
        anns.finds(&item).await;
    }
    anns.clicks("Close").await;

    cems.clicks("Members and details").await;
    cems.clicks("Leave").await;
    cems.clicks("Leave for good?").await;
    cems.sees_rooms(&[]).await;
    cems.sees("Chats").await;
    anns.sees("2 members").await;
    let refused = cem.tries_to_send(room, "Am I still here?").await;
    refused.refuses(403, "not_a_member");
}

#[tokio::test]
async fn the_newest_conversation_is_on_top_and_those_that_come_and_go_are_noticed() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let garden = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    let nothing = "No messages yet";
    window.sees_rooms(&[("Garden", nothing, "")]).await;
    let kitchen = bob.creates_group("Kitchen", &[&ann]).await;
    window.sees_rooms(&[("Kitchen", nothing, ""), ("Garden", nothing, "")]).await;
    ann.sends(garden, "hello").await;
    window.sees_rooms(&[("Garden", "You: hello", ""), ("Kitchen", nothing, "")]).await;
    window.opens_room("Kitchen").await;
    ann.leaves(kitchen).await;
    window.sees_rooms(&[("Garden", "You: hello", "")]).await;
    window.sees("Choose a conversation").await;
    let open = window.measures("return location.hash").await;
    assert_eq!(open, json!(""));
}
