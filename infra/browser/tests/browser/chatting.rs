//! A conversation of two users in two windows.

use browser::{Screen, Window};
use e2e::Server;

#[tokio::test]
async fn two_people_find_each_other_and_chat() {
    let server = Server::start().await;
    let [ann, bob] = ["ann", "bob"].map(|name| server.name(name));
    let anns = Window::open(&server, Screen::DESKTOP).await;
    anns.registers(&ann).await;
    let bobs = Window::open(&server, Screen { phone: true, dark: true }).await;
    bobs.registers(&bob).await;

    anns.clicks("Start a conversation").await;
    anns.writes("Their name", &bob).await;
    anns.clicks("Start chat").await;
    anns.sends("Hello Bob").await;
    anns.sees_states(&["Delivered to all"]).await;

    bobs.sees_rooms(&[(&ann, "Hello Bob", "1")]).await;
    bobs.sees_title("(1) Chat").await;
    bobs.opens_room(&ann).await;
    bobs.sees_messages(&["Hello Bob"]).await;
    anns.sees_states(&["Read by all"]).await;

    bobs.writes("Message", "Hello").await;
    anns.sees(&format!("{bob} is typing…")).await;
    bobs.writes("Message", " Ann").await;
    bobs.clicks("Send").await;
    anns.sees_messages(&["Hello Bob", "Hello Ann"]).await;
    anns.sees_no_more("is typing…").await;
    bobs.sees_states(&["Read by all"]).await;
    anns.sees_rooms(&[(&bob, "Hello Ann", "")]).await;
}

#[tokio::test]
async fn a_message_can_have_as_many_emoji_as_the_server_takes() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    // The driver types no emoji.
    let writes = async |text: &str, length: usize| {
        let input = "const input = document.querySelector('.composer textarea')";
        let event = "input.dispatchEvent(new Event('input', {bubbles: true}))";
        window.measures(&format!("{input}; input.value = '{text}'.repeat({length}); {event}; return null")).await;
    };
    let problem = "return document.querySelector('.composer textarea').validationMessage";
    writes("😀", 4_097).await;
    window.clicks("Send").await;
    window.sees_measured(problem, "A message can have 4,096 characters.".into()).await;
    writes("😀", 4_096).await;
    window.clicks("Send").await;
    window.sees_states(&["Sent"]).await;
    let messages = ann.sees_messages(room).await;
    assert_eq!((messages.len(), &messages[0]["text"]), (1, &"😀".repeat(4_096).into()));

    writes("\\u200b\\u3164", 2).await;
    window.sees_measured("return document.querySelector('.composer [aria-label=Send]').disabled", true.into()).await;
}

#[tokio::test]
async fn an_answer_says_that_what_came_before_it_was_read() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    ann.sends(room, "Hello").await;
    bob.sends(room, "Hello Ann").await;
    ann.sends(room, "How are you?").await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_states(&["Read by all", "Sent"]).await;
    bob.sends(room, "Fine").await;
    window.sees_states(&["Read by all", "Read by all"]).await;
}

#[tokio::test]
async fn unread_messages_are_counted_until_they_are_seen() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let [garden, kitchen] = [ann.creates_room_with(&[&bob]).await, ann.creates_group("Kitchen", &[&bob]).await];
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Kitchen").await;
    window.sees_title("Chat").await;

    bob.sends(garden, "one").await;
    bob.sends(garden, "two").await;
    bob.sends(kitchen, "tea?").await;
    let tea = format!("{}: tea?", bob.name);
    window.sees_rooms(&[("Kitchen", &tea, ""), (&bob.name, "two", "2")]).await;
    window.sees_title("(2) Chat").await;
    window.opens_room(&bob.name).await;
    window.sees("Unread messages").await;
    window.sees_rooms(&[("Kitchen", &tea, ""), (&bob.name, "two", "")]).await;
    window.sees_title("Chat").await;
    assert_eq!(ann.sees_room(garden).await["unread"], 0);

    // A message that was read on the phone counts as read on the desktop.
    window.opens_room("Kitchen").await;
    let three = bob.sends(garden, "three").await;
    window.sees_title("(1) Chat").await;
    ann.reads(garden, &three).await;
    window.sees_title("Chat").await;
}

#[tokio::test]
async fn a_message_shows_no_other_address_than_its_own_and_stays_in_its_bubble() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    ann.sends(room, "https://evil.example/\u{202e}gro.knab//:sptth").await;
    ann.sends(room, &format!("a{}", "\u{334}".repeat(4000))).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_states(&["Sent"; 2]).await;
    let shown = "return [[...document.querySelectorAll('.message a')].map((link) => [link.href, link.innerHTML]),
        [...document.querySelectorAll('.message .text')].at(-1).textContent.length,
        [...document.querySelectorAll('.bubble')].map((bubble) => getComputedStyle(bubble).contain)]";
    let link = ["https://evil.example/", "<bdi>https://evil.example/</bdi>"];
    assert_eq!(window.measures(shown).await, serde_json::json!([[link], 9, ["paint", "paint"]]));
}

#[tokio::test]
async fn a_message_is_shown_as_it_was_written() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("<b>Garden</b>", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("<b>Garden</b>").await;
    let texts = [
        "<img src=x onerror=\"document.title='owned'\">",
        "<script>document.title = 'owned'</script>",
        "javascript:document.title='owned'",
        "two\nlines  and   spaces",
        "שלום עולם",
    ];
    for text in texts {
        ann.sends(room, text).await;
    }
    window.sees_messages(&texts).await;
    let address = "see https://example.org/?a=<b>&c";
    window.sends(address).await;
    window.sees_states(&["Sent"; 6]).await;
    // An image that fails to load fires its event late. After a reload the event has fired.
    window.reloads().await;
    window.sees_messages(&[&texts[..], &[address]].concat()).await;
    window.sees_title("Chat").await;
    let elements = "return [document.querySelectorAll('.message img, .message script, .message b').length,
        [...document.querySelectorAll('.message a')].map((link) => link.href),
        [...document.querySelectorAll('.message .text')].map((text) => getComputedStyle(text).direction)]";
    let rtl_alone = ["ltr", "ltr", "ltr", "ltr", "rtl", "ltr"];
    let expected = serde_json::json!([0, ["https://example.org/?a="], rtl_alone]);
    assert_eq!(window.measures(elements).await, expected);
}
