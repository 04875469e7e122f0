//! The page without a network, and the calls with which it catches up.

use std::{fs, time::Duration};

use browser::{Screen, Window};
use e2e::{Answer, File, Server, User};
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::sleep;

/// Passes on the rooms and the messages that the browser has stored, as text.
const STORED: &str = "const done = arguments[0];
    const opening = indexedDB.open('chats');
    opening.onsuccess = () => {
        const transaction = opening.result.transaction(['rooms', 'messages']);
        const all = ['rooms', 'messages'].map((store) => transaction.objectStore(store).getAll());
        transaction.oncomplete = () => {
            opening.result.close();
            done(all.map(({ result }) => JSON.stringify(result)));
        };
    }";
/// The calls that the page has made for rooms and messages.
const CALLS: &str = "return performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
    .filter((path) => /^.(sync|list-chatrooms|list-conversation|list-changes)/.test(path))";
/// Wakes the page a minute later.
const WAKES: &str = "const now = Date.now; Date.now = () => now() + 60_000;
    for (const type of ['online', 'pageshow']) dispatchEvent(new Event(type));
    document.dispatchEvent(new Event('visibilitychange')); return null";

/// Lets the sessions a and b store rooms in one database, and end. Passes on the ids of the rooms and of the messages that
/// each of them finds.
const OWNERS: &str = "const done = arguments[0];
    const { href } = document.querySelector('link[href$=\"/client/chat-database.js\"]');
    const owners = async ({ ChatDatabase }) => {
        const database = new ChatDatabase('owners');
        const version = { membership: 1, cleared: '', change: 0, last: 0 };
        const writes = (session, id) => database.write(session,
            { rooms: [{ id, version }], messages: [{ id, version }], gone: [], unread: [] });
        const ends = (session) => database.clear((owner) => owner === session);
        const found = [];
        const finds = async (session) => {
            const { rooms, messages } = await database.take(session);
            found.push([session, rooms.map(({ id }) => id), messages.map(({ id }) => id)]);
        };
        await finds('a');
        await writes('a', 1);
        await writes('b', 2);
        await ends('b');
        await finds('a');
        await finds('b');
        await writes('a', 1);
        await writes('b', 2);
        await ends('a');
        await finds('b');
        await ends('b');
        await writes('b', 3);
        await finds('b');
        return found;
    };
    import(href).then(owners).then(done, (cause) => done(String(cause)));";
/// The number of messages that the browser has stored until they are sent.
const UNSENT: &str = "return Object.keys(localStorage).filter((key) => key.startsWith('outbox:')).length";
/// The keys of the text that the browser has stored.
const KEYS: &str = "return Object.keys(localStorage)";

/// The rooms and the messages that the browser has stored.
async fn stored(window: &Window) -> [String; 2] {
    serde_json::from_value(window.tries(STORED).await).unwrap()
}

/// Waits until the browser has stored a message, or has it no more, neither there nor in the summary of a room.
async fn waits_for_storage(window: &Window, text: &str, has: bool) {
    for _ in 0..600 {
        let [rooms, messages] = stored(window).await;
        if messages.contains(text) == has && (has || !rooms.contains(text)) {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("waited for {text:?} to be stored: {has}");
}

/// Waits until the browser has stored so many files of a user that are not sent.
async fn waits_for_files(window: &Window, user: &User, count: u64) {
    let files = format!(
        "const done = arguments[0];
        indexedDB.open('outbox:{}').onsuccess = ({{ target: {{ result }} }}) => {{
            const counting = result.transaction('files').objectStore('files').count();
            counting.onsuccess = () => {{ result.close(); done(counting.result); }};
        }}",
        user.id
    );
    for _ in 0..600 {
        if window.tries(&files).await == count {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("waited for {count} files to be stored");
}

/// A window whose user has read two rooms, which are stored.
async fn window_with_rooms(ann: &User, bob: &User, screen: Screen) -> (Window, u64) {
    let garden = ann.creates_group("Garden", &[bob]).await;
    let kitchen = ann.creates_group("Kitchen", &[bob]).await;
    bob.sends(garden, "the roses").await;
    bob.sends(kitchen, "the soup").await;
    let window = Window::of(ann, screen).await;
    for (title, text) in [("Garden", "the roses"), ("Kitchen", "the soup")] {
        window.opens_room(title).await;
        window.sees_messages(&[text]).await;
        waits_for_storage(&window, text, true).await;
        if screen.phone {
            window.clicks("Back to all conversations").await;
        }
    }
    (window, garden)
}

#[tokio::test]
async fn chats_that_were_read_can_be_read_without_a_network() {
    for screen in [Screen::DESKTOP, Screen::PHONE] {
        let server = Server::start().await;
        let [ann, bob] = server.users(["ann", "bob"]).await;
        let (window, garden) = window_with_rooms(&ann, &bob, screen).await;
        window.goes_to("about:blank").await;
        window.opens().await;
        window.finds("//nav//a[.//*[@class='name' and .='Garden']]").await;
        window.sees_measured(CALLS, json!(["/sync"])).await;
        window.loses_its_network().await;
        window.opens_room("Garden").await;
        window.sees_messages(&["the roses"]).await;
        bob.sends(garden, "the tulips").await;
        window.gets_its_network_back().await;
        window.sees_messages(&["the roses", "the tulips"]).await;
    }
}

#[tokio::test]
async fn opening_and_waking_are_one_call_each() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (window, garden) = window_with_rooms(&ann, &bob, Screen::DESKTOP).await;
    window.goes_to("about:blank").await;
    bob.sends(garden, "the tulips").await;
    window.opens().await;
    window
        .sees_rooms(&[
            ("Garden", &format!("{}: the tulips", bob.name), "1"),
            ("Kitchen", &format!("{}: the soup", bob.name), ""),
        ])
        .await;
    window.sees_measured(CALLS, json!(["/sync"])).await;
    window.measures(WAKES).await;
    window.sees_measured(CALLS, json!(["/sync", "/sync"])).await;
    window.opens_room("Garden").await;
    window.sees_messages(&["the roses", "the tulips"]).await;
    window.sees_measured(CALLS, json!(["/sync", "/sync"])).await;
}

#[tokio::test]
async fn what_is_deleted_or_cleared_while_the_page_is_away_leaves_the_storage() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (window, garden) = window_with_rooms(&ann, &bob, Screen::DESKTOP).await;
    let kitchen = window.measures("return Number(location.hash.slice(1))").await;
    window.goes_to("about:blank").await;
    let message = bob.sees_messages(garden).await[0]["id"].clone();
    let deletion = json!({"conversation_id": garden, "message_id": message, "for": "everyone"});
    bob.post("/delete-message/", &deletion).await.is(200);
    ann.post("/set-chat/", &json!({"conversation_id": kitchen, "cleared": true})).await.is(200);
    window.opens().await;
    for text in ["the roses", "the soup"] {
        waits_for_storage(&window, text, false).await;
        window.sees_no_more(text).await;
    }
}

#[tokio::test]
async fn nothing_is_stored_after_the_end_of_the_session() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (window, _) = window_with_rooms(&ann, &bob, Screen::DESKTOP).await;
    let nothing = ["[]", "[]"];
    window.clicks("Log out").await;
    window.sees("You have logged out.").await;
    waits_for_storage(&window, "the", false).await;
    assert_eq!(stored(&window).await, nothing);

    window.logs_in(&ann.name).await;
    waits_for_storage(&window, "the soup", true).await;
    let token = window.measures("return JSON.parse(localStorage.getItem('session')).token").await;
    let logout = server.request(Method::POST, "/auth/logout/").bearer_auth(token.as_str().unwrap());
    Answer::to(logout).await.is(200);
    window.sees("Your session has ended.").await;
    waits_for_storage(&window, "the", false).await;
    assert_eq!(stored(&window).await, nothing);

    // The session of a page that could not do so itself.
    window.logs_in(&ann.name).await;
    waits_for_storage(&window, "the soup", true).await;
    window.measures("localStorage.removeItem('session'); return null").await;
    window.reloads().await;
    window.finds("//h1[.='Log in']").await;
    waits_for_storage(&window, "the", false).await;
}

#[tokio::test]
async fn a_logout_leaves_nothing_behind_although_its_call_has_no_answer() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (window, _) = window_with_rooms(&ann, &bob, Screen::DESKTOP).await;
    window.measures("window.fetch = () => new Promise(() => undefined); return null").await;
    let disk = TempDir::new().unwrap();
    let photo = disk.path().join("red.png");
    fs::write(&photo, File::picture().bytes).unwrap();
    window.attaches(&[&photo]).await;
    window.clicks("Send").await;
    window.sees_states(&["Sending"]).await;
    waits_for_files(&window, &ann, 1).await;
    window.clicks("Log out").await;
    // The browser stays known for the name.
    window.sees_measured(KEYS, json!([format!("device {}", ann.name.to_lowercase())])).await;
    waits_for_files(&window, &ann, 0).await;
    waits_for_storage(&window, "the", false).await;
    assert_eq!(stored(&window).await, ["[]", "[]"]);
}

#[tokio::test]
async fn what_an_expired_session_has_not_sent_is_sent_by_the_next_one_unless_another_account_logs_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    for name in [&ann.name, &bob.name] {
        let window = Window::of(&ann, Screen::DESKTOP).await;
        window.opens_room("Garden").await;
        let hangs = "window.Call = window.fetch;
            window.fetch = (path, request) => (!String(path).includes('/send-message') ? Call(path, request)
                : new Promise((_, reject) => { request.signal.onabort = () => reject(new Error('aborted')); }));
            return null";
        window.measures(hangs).await;
        window.sends(&format!("before {name} logs in")).await;
        window.sees_measured(UNSENT, json!(1)).await;
        let token = window.measures("return JSON.parse(localStorage.getItem('session')).token").await;
        let logout = server.request(Method::POST, "/auth/logout/").bearer_auth(token.as_str().unwrap());
        Answer::to(logout).await.is(200);
        window.sees("Your session has ended.").await;
        window.measures("window.fetch = Call; return null").await;
        window.logs_in(name).await;
        window.opens_room("Garden").await;
        window.sees_messages(&[&format!("before {} logs in", ann.name)]).await;
        window.sees_measured(UNSENT, json!(0)).await;
        window.clicks("Log out").await;
    }
    assert_eq!(ann.sees_messages(room).await.len(), 1);
}

#[tokio::test]
async fn the_stored_chats_belong_to_one_session() {
    let server = Server::start().await;
    let window = Window::open(&server, Screen::DESKTOP).await;
    let found = json!([["a", [], []], ["a", [1], [1]], ["b", [], []], ["b", [2], [2]], ["b", [], []]]);
    assert_eq!(window.tries(OWNERS).await, found);
}

#[tokio::test]
async fn a_browser_that_stores_nothing_shows_everything_all_the_same() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    bob.sends(room, "the roses").await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window
        .measures(
            "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }; return null",
        )
        .await;
    window.opens_room("Garden").await;
    window.sees_messages(&["the roses"]).await;
    bob.sends(room, "the tulips").await;
    window.sees_messages(&["the roses", "the tulips"]).await;
    waits_for_storage(&window, "Garden", false).await;
    window.reloads().await;
    window.sees_messages(&["the roses", "the tulips"]).await;
}
