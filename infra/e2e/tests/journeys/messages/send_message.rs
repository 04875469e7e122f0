//! `POST /send-message/`

use std::{
    cell::RefCell,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e2e::{Cost, Server, assert_id, assert_time, crash_points};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    costs::Room,
    crashes,
    items::{BECAUSE, grows},
    reader::{Reader, all_have_read},
    rows::{Ask, Row},
};

/// The pause after which a sender is not ahead of their pace.
const UNHURRIED: Duration = Duration::from_millis(200);

inventory::submit!(Row::for_members("POST /send-message/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "text": "hi"})
)));

#[tokio::test]
async fn gives_the_message() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = bob.creates_room_with(&[&cem, &ann]).await;
    let message = bob.sends(room, "Hello, world!").await;
    let id = assert_id(&message["id"]);
    assert_time(&message["created_at"]);
    assert_eq!(
        message,
        json!({
            "id": id, "conversation": room, "sender": bob.id, "receivers": [ann.id, cem.id],
            "receivers_count": 2, "attachment_picture": null, "attachment_video": null, "text": "Hello, world!",
            "created_at": message["created_at"], "updated_at": message["created_at"], "edited_at": null, "deleted_at": null,
            "deleted_by": null, "version": 1,
            "sequence": 1, "client_id": null, "kind": "text", "reply_to": null, "quoted": null,
            "mentions": [], "mentions_all": false, "forwarded": null, "reactions": [],
        })
    );
    assert_eq!(ann.sees_messages(room).await, [message]);
}

#[tokio::test]
async fn counts_a_rooms_messages_and_orders_all() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let rooms = [ann.creates_room().await, ann.creates_room().await];
    let mut last = 0;
    for sequence in 1..=3 {
        for room in rooms {
            let message = ann.sends(room, "hi").await;
            assert_eq!(message["sequence"], sequence);
            let id = assert_id(&message["id"]);
            assert!(id > last, "{id} comes after {last}");
            last = id;
        }
    }
}

#[tokio::test]
async fn is_pushed_to_every_open_socket_of_the_room() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs_phone = bob.opens_socket(room).await;
    let mut bobs_laptop = bob.opens_socket_for_all_rooms().await;
    let mut cems = cem.opens_socket_for_all_rooms().await;
    let mut message = ann.sends(room, "hi").await;
    message["type"] = json!("message");
    message["changes"] = json!(0);
    for socket in [&mut anns, &mut bobs_phone, &mut bobs_laptop] {
        assert_eq!(socket.receives("hi").await, message);
    }
    cems.stays_silent().await;
}

#[tokio::test]
async fn a_text_has_1_to_4096_characters() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for text in [String::new(), "😀".repeat(4_097), "a\u{0}b".to_owned(), "\u{1b}[2J".to_owned()] {
        ann.tries_to_send(room, &text).await.blames("text");
    }
    for text in ["x".to_owned(), " .\u{3164}".to_owned(), "😀".repeat(4_096), "\t\"\\\n</script>".to_owned()] {
        assert_eq!(ann.sends(room, &text).await["text"], text);
    }
    assert_eq!(ann.sees_messages(room).await[2]["text"], "😀".repeat(4_096));
}

#[tokio::test]
async fn a_text_has_a_visible_character() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for unseen in [" ", "\n\t", "\u{200b}", "\u{3164}\u{2800}", "\u{feff}\u{e0041}"] {
        ann.tries_to_send(room, unseen).await.blames("text");
    }
    // A picture does not make up for it: an empty text is none.
    let id = "00000000-0000-4000-8000-000000000000";
    let caption = json!({"conversation_id": room, "text": " ", "attachment_picture": id});
    ann.post("/send-message/", &caption).await.blames("text");
    assert!(ann.sees_messages(room).await.is_empty());
}

#[tokio::test]
async fn what_is_missing_or_mistyped_is_named() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let empty = ann.post("/send-message/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("text");
    for (body, field) in [
        (json!({"conversation_id": room, "text": 1}), "text"),
        (json!({"conversation_id": room, "text": null}), "text"),
        (json!({"conversation_id": room.to_string(), "text": "hi"}), "conversation_id"),
        (json!({"conversation_id": room, "text": "hi", "client_id": 1}), "client_id"),
    ] {
        ann.post("/send-message/", &body).await.blames(field);
    }
    assert!(ann.sees_messages(room).await.is_empty());
}

#[tokio::test]
async fn what_is_no_id_is_no_attachment() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for field in ["attachment_picture", "attachment_video"] {
        for value in [json!("cat.png"), json!(""), json!(7), json!({"id": 7}), json!("../7d2e1f0a")] {
            let body = json!({"conversation_id": room, "text": "look", field: value});
            ann.post("/send-message/", &body).await.blames(field);
            let body = json!({"conversation_id": room, field: value});
            ann.post("/send-message/", &body).await.blames(field);
        }
    }
    let none = json!({"conversation_id": room, "text": "hi", "attachment_picture": null, "attachment_video": null});
    ann.post("/send-message/", &none).await.is(201);
}

#[tokio::test]
async fn only_members_send() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    bob.tries_to_send(room, "hi").await.refuses(403, "not_a_member");
    bob.tries_to_send(9_007_199_254_740_991, "hi").await.refuses(404, "room_not_found");
    assert!(ann.sees_messages(room).await.is_empty());
    assert_eq!(ann.sends(room, "alone").await["sequence"], 1);
}

#[tokio::test]
async fn a_retry_with_the_same_client_id_makes_no_second_message() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut phone = bob.opens_socket(room).await;
    let body = json!({"conversation_id": room, "text": "hi", "client_id": "7f3a"});
    let first = ann.post("/send-message/", &body).await.is(201);
    assert_eq!(first["client_id"], "7f3a");
    assert_eq!(ann.post("/send-message/", &body).await.is(200), first);
    assert_eq!(bob.sees_messages(room).await, [first]);
    phone.receives("hi").await;
    phone.stays_silent().await;
}

#[tokio::test]
async fn a_client_id_has_one_content() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let body = |text: &str| json!({"conversation_id": room, "text": text, "client_id": "7f3a"});
    let first = ann.post("/send-message/", &body("hi")).await.is(201);
    for other in ["Hi", "hi ", "hi\n", "changed"] {
        ann.post("/send-message/", &body(other)).await.refuses(409, "client_id_reused");
    }
    assert_eq!(ann.post("/send-message/", &body("hi")).await.is(200), first);
    // The refusals have taken no turn.
    assert_eq!(bob.sends(room, "hi").await["sequence"], 2);
    ann.leaves(room).await;
    ann.post("/send-message/", &body("changed")).await.refuses(403, "not_a_member");
    ann.joins(room).await;
    ann.post("/send-message/", &body("changed")).await.refuses(409, "client_id_reused");
    assert_eq!(ann.post("/send-message/", &body("hi")).await.is(200), first);
}

#[tokio::test]
async fn of_contents_at_the_same_moment_a_client_id_has_one() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    for round in 0..5 {
        let mut phone = ann.opens_socket(room).await;
        let client_id = format!("c{round}");
        phone.sends(&json!({"type": "message", "text": "over a socket", "client_id": client_id})).await;
        let texts = ["one", "two", "one", "two"];
        let tries = texts.map(async |text| {
            let body = json!({"conversation_id": room, "text": text, "client_id": client_id});
            ann.post("/send-message/", &body).await
        });
        let answers = join_all(tries).await;
        let messages = bob.sees_messages(room).await;
        let stored: Vec<_> = messages.iter().filter(|message| message["client_id"] == client_id).collect();
        assert_eq!(stored.len(), 1, "{messages:?}");
        for (text, answer) in texts.into_iter().zip(answers) {
            if stored[0]["text"] == text {
                assert!([200, 201].contains(&answer.status), "{answer:?}");
                assert_eq!(answer.json()["id"], stored[0]["id"]);
            } else {
                answer.refuses(409, "client_id_reused");
            }
        }
        // The message that is stored comes before or after the refusal of this one.
        let mut heard = phone.next_event().await;
        if stored[0]["text"] != "over a socket" && heard["type"] == "message" {
            heard = phone.next_event().await;
        }
        let expected = if stored[0]["text"] == "over a socket" { Value::Null } else { json!("client_id_reused") };
        assert_eq!((&heard["code"], &heard["client_id"]), (&expected, &json!(client_id)), "{heard}");
    }
}

#[tokio::test]
async fn a_client_id_is_kept_for_seven_days() {
    const SEVEN_DAYS: u64 = 7 * 24 * 60 * 60;
    let Some(server) = Server::local("a deployed system does not show its tables").start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let before = now();
    let body = json!({"conversation_id": room, "text": "hi", "client_id": "7f3a"});
    ann.post("/send-message/", &body).await.is(201);
    let found = server.dynamodb("Scan", &json!({"TableName": "ClientIdsTable"})).await;
    let expires_at: u64 = found["Items"][0]["expires_at"]["N"].as_str().unwrap().parse().unwrap();
    assert!((before + SEVEN_DAYS..=now() + SEVEN_DAYS + 1).contains(&expires_at), "{expires_at}");
}

#[tokio::test]
async fn a_client_id_is_the_senders_and_the_rooms_own() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let other_room = ann.creates_room_with(&[&bob]).await;
    for (sender, room) in [(&ann, room), (&bob, room), (&ann, other_room), (&bob, other_room)] {
        let body = json!({"conversation_id": room, "text": "hi", "client_id": "1"});
        sender.post("/send-message/", &body).await.is(201);
    }
}

#[tokio::test]
async fn a_client_id_has_at_most_64_characters() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let body = |length| json!({"conversation_id": room, "text": "hi", "client_id": "ü".repeat(length)});
    ann.post("/send-message/", &body(65)).await.blames("client_id");
    ann.post("/send-message/", &body(64)).await.is(201);
}

/// After the crash another member sends, a reader reads on, and then the sender retries.
#[tokio::test]
async fn a_message_that_is_sent_again_is_there_once_and_nobody_reads_over_it() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let readers = RefCell::new(Vec::new());
    let points = crash_points(&server, "send-message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let _listening = bob.opens_socket(room).await;
        let first = ann.sends(room, "first").await;
        let mut reader = Reader::after(&bob, room, first);
        let send = async || {
            let body = json!({"conversation_id": room, "text": "again", "client_id": "1"});
            ann.post("/send-message/", &body).await
        };
        crash.is_near().await;
        let answer = send().await;
        let crashed = crash.has_struck().await;
        reader.reads_on().await;
        let stored = if crashed {
            answer.is_broken();
            ann.sees_messages(room).await.len() == 2
        } else {
            answer.is(201);
            true
        };
        bob.sends(room, "between").await;
        reader.reads_on().await;
        let again = send().await;
        let again = again.is(if stored { 200 } else { 201 });
        reader.reads_on().await;
        assert!(ann.sees_messages(room).await.contains(&again), "what was acknowledged is listed");
        readers.borrow_mut().push((reader, stored));
    })
    .await;
    assert!(points >= 12, "{points}");
    all_have_read(readers.into_inner()).await;
}

#[tokio::test]
async fn a_client_id_is_no_key_for_who_has_left() {
    let server = Server::start().await;
    let ([_, bob], room) = server.room_of(["ann", "bob"]).await;
    let body = json!({"conversation_id": room, "text": "hi", "client_id": "7f3a"});
    bob.post("/send-message/", &body).await.is(201);
    bob.leaves(room).await;
    bob.post("/send-message/", &body).await.refuses(403, "not_a_member");
    let mut bobs = bob.opens_socket_for_all_rooms().await;
    bobs.sends(&json!({"type": "message", "conversation": room, "text": "hi", "client_id": "7f3a"})).await;
    bobs.hears_error("not_a_member").await;
}

#[tokio::test]
async fn a_large_room_does_not_forget_what_its_members_have_sent() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    bob.sends(room, "1").await;
    grows(&server, room, [ann.id, bob.id].into_iter().chain(1_000..1_040).collect()).await;
    for (text, unread) in [("2", 1), ("3", 2)] {
        ann.sends(room, text).await;
        assert_eq!(bob.sees_room(room).await["unread"], unread);
    }
    bob.sends(room, "4").await;
    assert_eq!((&bob.sees_room(room).await["unread"], &ann.sees_room(room).await["unread"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn a_room_takes_so_many_pushes_and_then_its_senders_wait() {
    let because = "its parameters are what they are";
    let parameters = ["PushesPerSecond=1"];
    let Some(server) = Server::local(because).parameters(&parameters).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    // Twelve seconds at once, and two pushes each.
    for sender in [&ann, &bob, &ann, &bob, &ann, &bob] {
        sender.tries_to_send(room, "hi").await.is(201);
    }
    let mut phone = bob.opens_socket(room).await;
    let refused = loop {
        let answer = ann.tries_to_send(room, "hi").await;
        if answer.status != 201 {
            break answer;
        }
        phone.receives("hi").await;
    };
    refused.refuses(429, "room_busy");
    assert!((1..=2).contains(&refused.retry_after()), "{refused:?}");
    phone.says(room, "hi").await;
    assert!(phone.hears_error("room_busy").await["retry_after"].is_u64());
    ann.tries_to_send(ann.creates_room().await, "elsewhere").await.is(201);
    tokio::time::sleep(Duration::from_secs(refused.retry_after())).await;
    ann.tries_to_send(room, "hi").await.is(201);
}

#[tokio::test]
async fn what_it_costs() {
    let Some(mut room) = Room::of_three().await else { return };
    room.ann.sends(room.id, "hi").await;
    room.others_hear("message").await;
    // The session and the call, and then the turn, the message and the audience.
    assert_eq!(room.cost("send-message").await, Cost { calls: 5, depth: 3, reads: 2.5, writes: 3.0, pushes: 3 });

    tokio::time::sleep(UNHURRIED).await;
    let body = json!({"conversation_id": room.id, "text": "hi", "client_id": "1"});
    room.ann.post("/send-message/", &body).await.is(201);
    room.others_hear("message").await;
    assert_eq!(room.cost("send-message").await, Cost { calls: 6, depth: 3, reads: 3.5, writes: 6.0, pushes: 3 });

    room.ann.post("/send-message/", &body).await.is(200);
    // The session, the call and the client id; the room and the first message.
    assert_eq!(room.cost("send-message").await, Cost { calls: 5, depth: 2, reads: 3.5, writes: 1.0, pushes: 0 });
}
