//! Failures of the system: no message is lost, doubled or moved.

use browser::{Screen, Window};
use e2e::Server;

#[tokio::test]
async fn a_killed_system_and_its_restart_lose_and_double_nothing() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let [anns, bobs] = [Window::open(&server, Screen::DESKTOP).await, Window::open(&server, Screen::DESKTOP).await];
    anns.logs_in(&ann.name).await;
    bobs.logs_in(&bob.name).await;
    for window in [&anns, &bobs] {
        window.opens_room("Garden").await;
    }
    anns.sends("before").await;
    anns.sees_states(&["Read by all"]).await;

    server.is_killed();
    for window in [&anns, &bobs] {
        window.sees("You are offline.").await;
    }
    anns.sends("written by Ann while nobody answered").await;
    anns.sends("and one more").await;
    anns.sees_states(&["Read by all", "Sending", "Sending"]).await;

    server.restarts().await;
    bob.sends(room, "from elsewhere").await;
    for window in [&anns, &bobs] {
        window.sees_no_more("You are offline.").await;
    }
    anns.sees_states(&["Read by all"; 3]).await;
    let stored = bob.sees_messages(room).await;
    let stored: Vec<_> = stored.iter().map(|message| message["text"].as_str().unwrap()).collect();
    let mut sorted = stored.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["and one more", "before", "from elsewhere", "written by Ann while nobody answered"]);
    let place = |text: &str| stored.iter().position(|stored| *stored == text).unwrap();
    assert!(place("written by Ann while nobody answered") < place("and one more"));
    for window in [&anns, &bobs] {
        window.sees_messages(&stored).await;
    }
}

#[tokio::test]
async fn what_is_unsent_when_the_page_goes_is_sent_when_it_comes_back() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    server.is_killed();
    window.sees("You are offline.").await;
    window.sends("one").await;
    window.sends("two").await;
    window.sees_states(&["Sending", "Sending"]).await;
    window.goes_to("about:blank").await;
    server.restarts().await;
    assert!(ann.sees_messages(room).await.is_empty());

    window.opens().await;
    window.opens_room("Garden").await;
    window.sees_messages(&["one", "two"]).await;
    window.sees_states(&["Sent", "Sent"]).await;
    assert_eq!(ann.sees_messages(room).await.len(), 2);
}

#[tokio::test]
async fn what_was_said_while_the_socket_was_cut_is_there_afterwards() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    bob.sends(room, "0").await;
    window.sees_messages(&["0"]).await;
    // No socket opens from here on, so that no push reveals a gap.
    window.measures("window.Kept = WebSocket; window.WebSocket = class { close() {} }; return null").await;
    server.is_killed();
    window.sees("You are offline.").await;
    server.restarts().await;
    let mut said = vec!["0".to_owned()];
    for number in 1..=120 {
        said.push(number.to_string());
        bob.sends(room, &said[number]).await;
    }
    window.measures("window.WebSocket = Kept; return null").await;
    let said: Vec<_> = said.iter().map(String::as_str).collect();
    window.sees_no_more("You are offline.").await;
    window.sees_messages(&said).await;
}
