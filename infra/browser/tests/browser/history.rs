//! Long conversations.

use browser::{Screen, Window};
use e2e::Server;

const FIRST_VISIBLE: &str = "const list = document.querySelector('.messages');
    const top = list.getBoundingClientRect().top;
    const visible = [...document.querySelectorAll('.message')].find((row) => row.getBoundingClientRect().bottom > top);
    return [visible.querySelector('.text').textContent, Math.round(visible.getBoundingClientRect().top - top)]";
const AT_END: &str = "const { scrollTop, scrollHeight, clientHeight } = document.querySelector('.messages');
    return scrollHeight - clientHeight - scrollTop < 2";

/// Scrolls up, as a wheel does.
const SCROLL_UP: &str = "const list = document.querySelector('.messages'); list.scrollTop = 300; return null";

#[tokio::test]
async fn older_messages_come_when_one_scrolls_up_and_nothing_moves() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    let texts: Vec<String> = (1..=120).map(|number| format!("number {number}")).collect();
    for text in &texts {
        ann.sends(room, text).await;
    }
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_messages(&texts[70..]).await;
    assert_eq!(window.measures(AT_END).await, true);

    window.measures(SCROLL_UP).await;
    let before = window.measures(FIRST_VISIBLE).await;
    window.sees_messages(&texts[20..]).await;
    assert_eq!(window.measures(FIRST_VISIBLE).await, before);
    window.measures(SCROLL_UP).await;
    window.sees_messages(&texts).await;

    // A new message does not move the old ones that a user reads. One click leads to it.
    let before = window.measures(FIRST_VISIBLE).await;
    ann.sends(room, "new").await;
    let with_new: Vec<_> = texts.iter().copied().chain(["new"]).collect();
    window.sees_messages(&with_new).await;
    assert_eq!(window.measures(FIRST_VISIBLE).await, before);
    window.clicks("To the newest message").await;
    assert_eq!(window.measures(AT_END).await, true);
    ann.sends(room, "newer").await;
    window.sees("newer").await;
    assert_eq!(window.measures(AT_END).await, true);
}
