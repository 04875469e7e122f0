//! Rooms of more than 32 members, whose ids the server does not list.

use browser::{Screen, Window};
use e2e::Server;

#[tokio::test]
async fn a_large_room_shows_its_number_of_members_and_the_names_of_its_senders() {
    let server = Server::start().await;
    let mut people = Vec::new();
    for number in 1..=34 {
        people.push(server.user(&format!("user{number}")).await);
    }
    let (ann, others) = people.split_first().unwrap();
    let (late, others) = others.split_last().unwrap();
    let room = ann.creates_group("Stadium", &others.iter().collect::<Vec<_>>()).await;
    assert_eq!(ann.sees_room(room).await["members"], serde_json::json!([]));
    let window = Window::of(ann, Screen::DESKTOP).await;
    others[30].sends(room, "hello from the last row").await;
    window.sees_rooms(&[("Stadium", &format!("{}: hello from the last row", others[30].name), "1")]).await;
    window.opens_room("Stadium").await;
    window.sees("33 members").await;
    late.joins(room).await;
    window.sees("34 members").await;
    late.sends(room, "just here").await;
    window.sees_messages(&["hello from the last row", "just here"]).await;
    window.finds(&format!("//*[@class='sender' and .='{}']", late.name)).await;
    window.sends("welcome").await;
    window.sees_states(&["Sent"]).await;
    late.leaves(room).await;
    window.sees("33 members").await;
    window.clicks("Members and details").await;
    window.finds(&format!("//dialog//*[@class='name' and .='{}']", others[31].name)).await;
}
