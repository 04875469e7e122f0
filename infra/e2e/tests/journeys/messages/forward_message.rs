//! `POST /forward-message/`

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::{Duration, Instant},
};

use e2e::{Answer, Cost, File, Server, User, crash_points, download};
use serde_json::{Value, json};

use crate::support::{
    connections,
    costs::Room,
    crashes, erasing,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /forward-message/", |world| Ask::Rest(json!({
    "conversation_id": world.room, "message_id": world.message["id"], "to": [world.room], "client_id": "f1",
}))));

async fn asks(user: &User, message: &Value, to: &[u64], client_id: &str) -> Answer {
    let body = json!({
        "conversation_id": message["conversation"], "message_id": message["id"], "to": to, "client_id": client_id,
    });
    user.post("/forward-message/", &body).await
}

/// Forwards a message to one room.
async fn forwards(user: &User, message: &Value, to: u64, client_id: &str) -> Value {
    asks(user, message, &[to], client_id).await.is(200)[0]["message"].clone()
}

async fn sends_picture(user: &User, room: u64) -> Value {
    let id = user.uploads(room, &File::picture()).await;
    user.tries_to_attach(room, "picture", &id).await.is(201)
}

/// Asserts that both links of a picture lead to files.
async fn is_there(picture: &Value) {
    assert_eq!(download(&picture["url"]).await.bytes().await.unwrap(), File::picture().bytes);
    assert_eq!(download(&picture["thumbnail_url"]).await.headers()["content-type"], "image/jpeg");
}

#[tokio::test]
async fn each_room_gets_a_message_of_the_caller() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let (source, one, other) =
        (ann.creates_room_with(&[&bob]).await, bob.creates_room_with(&[&cem]).await, bob.creates_room().await);
    let first = ann.sends(source, "first").await;
    let original = json!({
        "conversation_id": source, "text": "hello", "reply_to": first["id"], "mentions": [bob.id],
    });
    let original = ann.post("/send-message/", &original).await.is(201);
    let (mut anns, mut cems) = (ann.opens_socket(source).await, cem.opens_socket_for_all_rooms().await);
    let results = asks(&bob, &original, &[other, one], "f1").await.is(200);
    assert_eq!(results[0]["conversation_id"], one);
    assert_eq!(results[1]["conversation_id"], other);
    let message = &results[0]["message"];
    assert_eq!(
        message,
        &json!({
            "id": message["id"], "conversation": one, "sender": bob.id, "receivers": [cem.id], "receivers_count": 1,
            "attachment_picture": null, "attachment_video": null, "text": "hello", "sequence": 1, "client_id": "f1",
            "created_at": message["created_at"], "updated_at": message["created_at"], "edited_at": null,
            "deleted_at": null, "deleted_by": null, "version": 1, "kind": "text",
            "reply_to": null, "quoted": null, "mentions": [], "mentions_all": false, "forwarded": 1, "reactions": [],
        })
    );
    let mut event = cems.receives("hello").await;
    event.as_object_mut().unwrap().retain(|field, _| !["type", "changes"].contains(&&**field));
    assert_eq!(&event, message);
    assert_eq!(cem.sees_messages(one).await, std::slice::from_ref(message));
    assert_eq!(bob.sees_room(other).await["last_message"], results[1]["message"]);
    let edit = json!({"conversation_id": one, "message_id": message["id"], "text": "mine"});
    bob.post("/edit-message/", &edit).await.refuses(403, "not_the_sender");
    // Nobody in the room of the original notices.
    anns.stays_silent().await;
    assert_eq!(ann.sees_messages(source).await, [first, original]);
}

#[tokio::test]
async fn files_are_copied_and_outlive_the_room_of_the_original() {
    let because = "the tables of a deployed system do not show what is erased";
    let Some(server) = Server::local(because).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let (source, target) = (ann.creates_room_with(&[&bob]).await, bob.creates_room_with(&[&cem]).await);
    let original = sends_picture(&ann, source).await;
    let copy = forwards(&bob, &original, target, "f1").await;
    assert_ne!(copy["attachment_picture"]["id"], original["attachment_picture"]["id"]);
    for name in ["content_type", "size", "name"] {
        assert_eq!(copy["attachment_picture"][name], original["attachment_picture"][name]);
    }
    is_there(&copy["attachment_picture"]).await;
    // Forwarded once more by somebody who has never seen the original.
    let own = cem.creates_room().await;
    let again = forwards(&cem, &cem.sees_messages(target).await[0], own, "f1").await;
    assert_eq!(again["forwarded"], 2);
    ann.delete(&format!("/delete-chatroom/{source}/")).await.is(200);
    erasing::is_erased(&server, source).await;
    is_there(&cem.sees_messages(target).await[0]["attachment_picture"]).await;
    is_there(&cem.sees_messages(own).await[0]["attachment_picture"]).await;
}

#[tokio::test]
async fn a_retry_keeps_what_there_is_and_tries_the_rest() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (source, own, closed) =
        (ann.creates_room_with(&[&bob]).await, bob.creates_room().await, ann.creates_room().await);
    let message = ann.sends(source, "hello").await;
    let results = asks(&bob, &message, &[own, closed, 9_007_199_254_740_991], "f1").await.is(200);
    let kept = &results[0]["message"];
    assert_eq!(results[1]["problem"]["code"], "not_a_member");
    assert_eq!(results[1]["problem"]["status"], 403);
    assert_eq!(results[2]["problem"]["code"], "room_not_found");
    bob.joins(closed).await;
    let again = asks(&bob, &message, &[own, closed], "f1").await.is(200);
    assert_eq!((&again[0]["message"], &again[1]["message"]["text"]), (kept, &json!("hello")));
    assert_eq!(bob.sees_messages(own).await, std::slice::from_ref(kept));
    // The client id is that of this message.
    let other = ann.sends(source, "hello").await;
    assert_eq!(asks(&bob, &other, &[own], "f1").await.is(200)[0]["problem"]["code"], "client_id_reused");
    let body = json!({"conversation_id": own, "text": "hello", "client_id": "f1"});
    bob.post("/send-message/", &body).await.refuses(409, "client_id_reused");
}

#[tokio::test]
async fn after_five_forwards_a_message_goes_to_one_room_at_a_time() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let rooms = [ann.creates_room().await, ann.creates_room().await];
    let mut message = ann.sends(rooms[0], "hello").await;
    for hops in 1..=5 {
        message = forwards(&ann, &message, rooms[0], &hops.to_string()).await;
        assert_eq!(message["forwarded"], hops);
    }
    asks(&ann, &message, &rooms, "f1").await.refuses(409, "forwarded_too_often");
    assert_eq!(forwards(&ann, &message, rooms[1], "f1").await["forwarded"], 6);
}

#[tokio::test]
async fn a_message_that_the_caller_does_not_see_is_not_forwarded() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (source, target) = (ann.creates_room().await, bob.creates_room().await);
    let mut message = ann.sends(source, "hello").await;
    asks(&bob, &message, &[target], "f1").await.refuses(403, "not_a_member");
    message["conversation"] = json!(target);
    asks(&bob, &message, &[target], "f1").await.refuses(404, "message_not_found");
    message["conversation"] = json!(9_007_199_254_740_991_u64);
    asks(&bob, &message, &[target], "f1").await.refuses(404, "room_not_found");
    assert!(bob.sees_messages(target).await.is_empty());
}

#[tokio::test]
async fn what_is_missing_or_mistyped_is_named() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let message = ann.sends(room, "hello").await;
    let empty = ann.post("/forward-message/", &json!({})).await;
    for field in ["conversation_id", "message_id", "to", "client_id"] {
        empty.blames(field);
    }
    let good = json!({"conversation_id": room, "message_id": message["id"], "to": [room], "client_id": "f1"});
    for (field, value) in [
        ("to", json!([])),
        ("to", json!([1, 2, 3, 4, 5, 6])),
        ("to", json!(room)),
        ("to", json!([room.to_string()])),
        ("to", json!([0])),
        ("client_id", json!("")),
        ("client_id", json!("x".repeat(65))),
        ("client_id", json!(1)),
        ("message_id", json!("1")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        ann.post("/forward-message/", &body).await.blames(field);
    }
    ann.post("/forward-message/", &good).await.is(200);
}

#[tokio::test]
async fn a_room_that_refuses_the_message_keeps_no_files() {
    let parameters = ["PushesPerSecond=1"];
    let Some(server) = Server::local("its parameters are what they are").parameters(&parameters).start().await else {
        return;
    };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (source, busy) = (ann.creates_room().await, ann.creates_room_with(&[&bob]).await);
    let picture = sends_picture(&ann, source).await;
    // Twelve seconds at once, and two pushes each.
    while ann.tries_to_send(busy, "hi").await.status == 201 {}
    let before = server.keys().await;
    let refused = asks(&ann, &picture, &[busy], "f1").await.is(200);
    assert_eq!(refused[0]["problem"]["code"], "room_busy");
    let wait = refused[0]["retry_after"].as_u64().unwrap();
    assert_eq!(server.keys().await, before);
    tokio::time::sleep(Duration::from_secs(wait)).await;
    is_there(&forwards(&ann, &picture, busy, "f1").await["attachment_picture"]).await;
}

/// The instance dies between the rooms, too.
#[tokio::test]
async fn a_forward_that_is_repeated_makes_one_message_in_each_room() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let source = ann.creates_room_with(&[&bob]).await;
    let picture = sends_picture(&ann, source).await;
    let rooms = [bob.creates_room().await, bob.creates_room().await];
    let round = Cell::new(0);
    let files = RefCell::new(BTreeSet::from([picture["attachment_picture"]["id"].as_str().unwrap().to_owned()]));
    let points = crash_points(&server, "forward-message", async |crash| {
        round.set(round.get() + 1);
        let client_id = format!("f{}", round.get());
        let call = async || asks(&bob, &picture, &rooms, &client_id).await;
        let results = crashes::meets(crash, call).await.0.is(200);
        for (number, room) in rooms.into_iter().enumerate() {
            let message = &results[number]["message"];
            is_there(&message["attachment_picture"]).await;
            files.borrow_mut().insert(message["attachment_picture"]["id"].as_str().unwrap().to_owned());
            let listed = bob.sees_messages(room).await;
            let made = listed.iter().filter(|listed| listed["client_id"] == *client_id);
            assert_eq!(made.map(|made| &made["id"]).collect::<Vec<_>>(), [&message["id"]]);
        }
    })
    .await;
    assert!(points >= 30, "{points}");
    keeps_only(&server, &files.into_inner()).await;
}

/// Waits for the end of all erasures. Only these files are left then, and those that the bucket deletes by their tag.
async fn keeps_only(server: &Server, files: &BTreeSet<String>) {
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut keys = server.keys().await;
    while keys.iter().any(|key| key.starts_with("erasures/")) {
        assert!(Instant::now() < deadline, "{keys:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
        keys = server.keys().await;
    }
    keys.retain(|key| !files.iter().any(|id| key.ends_with(id)));
    for key in keys {
        assert!(server.tags(&key).await.contains("unsent"), "{key}");
    }
}

#[tokio::test]
async fn what_it_costs() {
    let Some(mut room) = Room::of_three().await else { return };
    let message = room.ann.sends(room.id, "hello").await;
    room.others_hear("message").await;
    let rooms = [room.ann.creates_room().await, room.ann.creates_room().await];
    forwards(&room.ann, &message, rooms[0], "f1").await;
    // The session, the call, the room, the membership, the message and the client id, all at once; then as for a sent
    // message.
    let one = Cost { calls: 9, depth: 3, reads: 5.0, writes: 6.0, pushes: 0 };
    assert_eq!(room.cost("forward-message").await, one);

    // Not ahead of the pace of the sender.
    tokio::time::sleep(Duration::from_millis(200)).await;
    asks(&room.ann, &message, &rooms, "f2").await.is(200);
    // Each room costs as much, and adds no call in a row.
    assert_eq!(room.cost("forward-message").await, Cost { calls: 13, reads: 6.5, writes: 11.0, ..one });

    asks(&room.ann, &message, &rooms[..1], "f1").await.is(200);
    // The room and its message are read.
    let again = Cost { calls: 8, depth: 2, reads: 6.0, writes: 1.0, pushes: 0 };
    assert_eq!(room.cost("forward-message").await, again);
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    let mut at_bobs = bob.opens_socket(room).await;
    connections::meets_dead_socket("message", &bob, &mut at_bobs, forwards(&ann, &message, room, "f1")).await;
}
