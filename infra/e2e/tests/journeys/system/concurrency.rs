//! Concurrent calls and frames.

use e2e::{Server, Socket, User, assert_id};
use futures_util::future::join_all;
use serde_json::{Value, json};

const SENDERS: usize = 4;
const EACH: usize = 50;

async fn hears_all(mut socket: Socket) -> Vec<Value> {
    let mut heard = Vec::new();
    while heard.len() < SENDERS * EACH {
        let mut message = socket.next_of("message").await;
        message.as_object_mut().unwrap().retain(|field, _| !["type", "changes"].contains(&&**field));
        heard.push(message);
    }
    socket.stays_silent().await;
    // Pushes of different messages may overtake each other. Their sequence restores the order.
    heard.sort_by_key(|message| message["sequence"].as_u64());
    heard
}

/// Sends one message after another, over REST or over a socket by turns of the senders' numbers.
async fn speaks(user: &User, room: u64, number: usize) {
    if number.is_multiple_of(2) {
        for turn in 0..EACH {
            user.sends(room, &format!("{number}/{turn}")).await;
        }
        return;
    }
    let mut socket = user.opens_socket(room).await;
    for turn in 0..EACH {
        let text = format!("{number}/{turn}");
        socket.says(room, &text).await;
        while socket.next_of("message").await["text"] != *text {}
    }
}

#[tokio::test]
async fn four_people_talk_at_once_and_all_see_one_order() {
    let server = Server::start().await;
    let users: [User; SENDERS] = server.users(["ann", "bob", "cem", "dan"]).await;
    let [ann, others @ ..] = &users;
    let room = ann.creates_room_with(&others.iter().collect::<Vec<_>>()).await;
    let sockets = join_all(users.iter().map(|user| user.opens_socket(room))).await;

    let speaking = join_all(users.iter().enumerate().map(|(number, user)| speaks(user, room, number)));
    let listening = join_all(sockets.into_iter().map(hears_all));
    let (_, heard) = tokio::join!(speaking, listening);

    let stored = ann.pages_through(&format!("/list-conversation-messages/{room}/")).await;
    let stored: Vec<Value> = stored.into_iter().rev().flatten().collect();
    let sequences: Vec<_> = stored.iter().map(|message| message["sequence"].clone()).collect();
    assert_eq!(sequences, (1..=SENDERS * EACH).collect::<Vec<_>>());
    assert!(stored.is_sorted_by_key(|message| assert_id(&message["id"])), "ids ascend with the sequence");
    let mut texts: Vec<_> = stored.iter().map(|message| message["text"].as_str().unwrap()).collect();
    for number in 0..SENDERS {
        let own = format!("{number}/");
        let said = texts.iter().filter(|text| text.starts_with(&own)).map(|text| &text[own.len()..]);
        assert!(said.eq((0..EACH).map(|turn| turn.to_string())), "{number} is heard in the order of speaking");
    }
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), SENDERS * EACH);
    for heard in heard {
        assert_eq!(heard, stored);
    }
    for user in &users {
        let pages = user.pages_through("/list-messages/?limit=100").await;
        assert_eq!(pages.into_iter().rev().flatten().collect::<Vec<_>>(), stored);
    }
}

#[tokio::test]
async fn one_client_id_ten_times_at_once_is_one_message() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut phone = bob.opens_socket(room).await;
    let body = json!({"conversation_id": room, "text": "hi", "client_id": "7f3a"});
    let answers = join_all((0..10).map(|_| ann.post("/send-message/", &body))).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1, "{answers:?}");
    let message = phone.receives("hi").await;
    for answer in &answers {
        assert_eq!(answer.is(answer.status.min(201))["id"], message["id"]);
    }
    phone.stays_silent().await;
    assert_eq!(ann.sees_messages(room).await.len(), 1);
}

#[tokio::test]
async fn the_last_place_in_a_room_goes_to_one() {
    let server = Server::start().await;
    let [ann, others @ ..] = server.users(["ann", "bob", "cem", "dan", "eve"]).await;
    let room = ann.post("/create-chatroom/", &json!({"max_members": 3})).await.is(201);
    let join = json!({"chatroom_id": room["id"]});
    let answers = join_all(others.iter().map(|user| user.post("/join-chatroom/", &join))).await;
    let (joined, full): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(joined.len(), 2);
    for answer in full {
        answer.refuses(409, "room_full");
    }
    let room = assert_id(&room["id"]);
    assert_eq!(ann.sees_room(room).await["members"].as_array().unwrap().len(), 3);
    assert_eq!(ann.lists(&format!("/list-members/{room}/")).await.len(), 3);
}

#[tokio::test]
async fn rooms_made_at_once_are_different_rooms() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let mut rooms = join_all((0..20).map(|_| ann.creates_room())).await;
    rooms.sort_unstable();
    rooms.dedup();
    assert_eq!(rooms.len(), 20);
    assert_eq!(ann.lists("/list-chatrooms/").await.len(), 20);
}

#[tokio::test]
async fn joining_many_times_at_once_is_one_membership() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let join = json!({"chatroom_id": room});
    let answers = join_all((0..5).map(|_| bob.post("/join-chatroom/", &join))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    let ids: Vec<Value> = answers.iter().map(|answer| answer.json()["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0] && id.is_u64()), "{ids:?}");
}

#[tokio::test]
async fn the_read_mark_ends_at_the_highest_of_those_set_at_once() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut messages = Vec::new();
    for _ in 0..10 {
        messages.push(ann.sends(room, "hi").await);
    }
    join_all(messages.iter().rev().map(|message| bob.reads(room, message))).await;
    assert_eq!(bob.sees_room(room).await["unread"], 0);
}
