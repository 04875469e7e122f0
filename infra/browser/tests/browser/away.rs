//! A laptop and a phone of one user lose the network, and are reloaded, while everything fails: in the end both show the
//! same.

use std::time::{Duration, Instant};

use browser::{Screen, Window};
use e2e::{Faults, Server, User};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::{join, time::sleep};

const LASTS: Duration = Duration::from_mins(10);
/// The longest time without a network.
const LONGEST_CUT: Duration = Duration::from_secs(20);
/// The longest pause between two acts of a person.
const PAUSE: Duration = Duration::from_secs(4);
/// The time for which a loading page may show nothing. Its server answers nothing now and then.
const LOADS_WITHIN: Duration = Duration::from_secs(15);
/// The messages at the end that are compared. A page that was reloaded has only the newest.
const COMPARED: usize = 30;
const EMOJIS: [&str; 3] = ["👍", "❤️", "😂"];

const IS_OPEN: &str = "return [...document.querySelectorAll('main h2')].some((title) => title.textContent === 'Garden')
    && document.querySelector('.message .text') !== null";
/// The newest messages with all that belongs to them.
const SHOWN: &str = "return [...document.querySelectorAll('.message')].slice(-30).map((message) =>
    [message.textContent, message.querySelector('.state')?.getAttribute('aria-label') ?? ''])";
const UNSENT: &str = "return document.querySelectorAll('.state[aria-label=Sending]').length";
const TEXTS: &str =
    "return [...document.querySelectorAll('.message .text')].slice(-30).map((text) => text.textContent)";

/// Calls until the answer is neither a failure nor a limit.
async fn insists(user: &User, path: &str, body: &Value) -> Value {
    loop {
        let answer = user.post(path, body).await;
        if answer.status < 500 && answer.status != 429 {
            assert!(answer.status < 300, "{path} {body} gave {}", answer.body);
            return answer.json();
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Sends, edits, deletes, reacts and reads until the end.
async fn talks(bob: &User, [garden, kitchen]: [u64; 2], mut random: Rng, end: Instant) {
    let mut own: Vec<(u64, u64)> = Vec::new();
    let mut number = 0;
    while Instant::now() < end {
        sleep(PAUSE.mul_f64(random.f64())).await;
        number += 1;
        let text = format!("bob {number}");
        let last = own.last().copied();
        match (random.u8(..10), last) {
            (0, Some((room, message))) => {
                let edit = json!({"conversation_id": room, "message_id": message, "text": format!("{text}, edited")});
                insists(bob, "/edit-message/", &edit).await;
            }
            (1, Some((room, message))) => {
                let deletion = json!({"conversation_id": room, "message_id": message, "for": "everyone"});
                insists(bob, "/delete-message/", &deletion).await;
                own.pop();
            }
            (2, Some((room, message))) => {
                let emoji = random.choice(EMOJIS);
                let reaction = json!({"conversation_id": room, "message_id": message, "emoji": emoji});
                insists(bob, "/react-to-message/", &reaction).await;
            }
            (3, Some((room, message))) => {
                insists(bob, "/read-message/", &json!({"conversation_id": room, "message_ids": [message]})).await;
            }
            (kind, _) => {
                let room = if kind < 7 { garden } else { kitchen };
                let draft = json!({"conversation_id": room, "text": text, "client_id": number.to_string()});
                let message = insists(bob, "/send-message/", &draft).await;
                own.push((room, message["id"].as_u64().unwrap()));
            }
        }
    }
}

/// Changes the settings of a chat from a third device until the end.
async fn arranges(ann: &User, kitchen: u64, mut random: Rng, end: Instant) {
    while Instant::now() < end {
        sleep(LONGEST_CUT.mul_f64(random.f64())).await;
        let mut change = json!({"conversation_id": kitchen});
        let name = random.choice(["pinned", "archived", "marked_unread"]).unwrap();
        change[name] = json!(random.bool());
        insists(ann, "/set-chat/", &change).await;
    }
}

/// Writes, loses the network and reloads until the end. Returns the texts that were written.
async fn uses(window: &Window, name: &str, mut random: Rng, end: Instant) -> Vec<String> {
    let mut written = Vec::new();
    while Instant::now() < end {
        sleep(PAUSE.mul_f64(random.f64())).await;
        match random.u8(..4) {
            0 => {
                window.loses_its_network().await;
                sleep(LONGEST_CUT.mul_f64(random.f64() / 2.0)).await;
                writes(window, name, &mut written).await;
                sleep(LONGEST_CUT.mul_f64(random.f64() / 2.0)).await;
                window.gets_its_network_back().await;
            }
            1 => comes_back(window).await,
            _ => writes(window, name, &mut written).await,
        }
    }
    written
}

async fn writes(window: &Window, name: &str, written: &mut Vec<String>) {
    let text = format!("{name} {}", written.len());
    // The draft of the other device may be there.
    window.rewrites("Message", &text).await;
    window.clicks("Send").await;
    written.push(text);
}

/// Reloads until the page is there with its conversation.
async fn comes_back(window: &Window) {
    for _ in 0..20 {
        window.reloads().await;
        let loaded = Instant::now();
        while loaded.elapsed() < LOADS_WITHIN {
            if window.measures(IS_OPEN).await == true {
                return;
            }
            sleep(Duration::from_millis(200)).await;
        }
    }
    window.sees_measured(IS_OPEN, json!(true)).await;
}

#[tokio::test]
async fn a_laptop_and_a_phone_that_are_cut_for_ten_minutes_show_the_same_in_the_end() {
    let Some(server) = Server::local("it breaks the system").faults().start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let rooms = [ann.creates_group("Garden", &[&bob]).await, ann.creates_group("Kitchen", &[&bob]).await];
    let windows = [Window::of(&ann, Screen::DESKTOP).await, Window::of(&ann, Screen::PHONE).await];
    for window in &windows {
        window.opens_room("Garden").await;
    }
    let [laptop, phone] = &windows;
    let mut random = Rng::with_seed(1);
    Faults::All.begin(&server, 1).await;
    let end = Instant::now() + LASTS;
    let (on_laptop, on_phone, (), ()) = join!(
        uses(laptop, "laptop", random.fork(), end),
        uses(phone, "phone", random.fork(), end),
        talks(&bob, rooms, random.fork(), end),
        arranges(&ann, rooms[1], random.fork(), end),
    );
    let struck = Faults::All.end(&server).await;
    assert!(struck["kill_after"] > 0 && struck["fail_before"] > 0, "{struck:?}");

    for window in &windows {
        window.sees_measured(UNSENT, json!(0)).await;
    }
    let stored = ann.pages_through(&format!("/list-conversation-messages/{}/?limit=100", rooms[0])).await.concat();
    let mut written = [on_laptop, on_phone].concat();
    let mut sent: Vec<_> =
        stored.iter().filter(|message| message["sender"] == ann.id).map(|message| &message["text"]).collect();
    written.sort_unstable();
    sent.sort_unstable_by_key(|text| text.as_str());
    assert!(
        written.len() > 20 && sent.iter().filter_map(|text| text.as_str()).eq(&written),
        "{sent:?} was stored of {written:?}"
    );
    let texts: Vec<_> =
        stored.iter().filter(|message| message["deleted_at"].is_null()).map(|message| &message["text"]).collect();
    let texts = json!(texts[texts.len().saturating_sub(COMPARED)..]);
    for window in &windows {
        window.sees_measured(TEXTS, texts.clone()).await;
    }
    let shown = laptop.measures(SHOWN).await;
    phone.sees_measured(SHOWN, shown).await;
    phone.clicks("Back to all conversations").await;
    for title in ["Garden", "Kitchen"] {
        let row = format!(
            "return [...document.querySelectorAll('.rooms li')].filter((room) => room.textContent.includes('{title}'))
                .map((room) => room.querySelector('.preview')?.textContent + room.querySelector('.count:not([hidden])')?.textContent)"
        );
        let row_on_laptop = laptop.measures(&row).await;
        phone.sees_measured(&row, row_on_laptop).await;
    }
}
