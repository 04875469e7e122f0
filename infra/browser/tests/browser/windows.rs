//! More windows than a user may have sockets.

use std::time::Duration;

use browser::{Screen, Window};
use e2e::{Server, connections::ages};

const TOO_MANY: &str = "The chat is open in too many windows.";
/// Longer than the page waits before it connects again after a lost connection.
const A_WHILE: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_window_that_was_replaced_waits_until_its_user_comes_back() {
    let Some(server) = Server::local("it changes tables").start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    let mut bobs = bob.opens_socket_for_all_rooms().await;
    bob.sends(room, "one").await;
    window.sees_messages(&["one"]).await;
    // Later sockets hear of it too.
    bobs.receives("one").await;
    bobs.next_of("read").await;

    ages(&ann, Duration::from_mins(1), None).await;
    let mut others = Vec::new();
    for _ in 0..16 {
        others.push(ann.opens_socket_for_all_rooms().await);
    }
    window.sees(TOO_MANY).await;
    window.is_accessible("replaced").await;
    tokio::time::sleep(A_WHILE).await;
    window.sees(TOO_MANY).await;
    for other in &mut others {
        other.stays_silent().await;
    }
    // It can still send.
    window.sends("two").await;
    window.sees_messages(&["one", "two"]).await;

    ages(&ann, Duration::from_mins(1), None).await;
    window.clicks("Use it here").await;
    window.sees_no_more(TOO_MANY).await;
    bob.sends(room, "three").await;
    window.sees_messages(&["one", "two", "three"]).await;
}
