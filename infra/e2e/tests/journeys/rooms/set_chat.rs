//! `POST /set-chat/`

use e2e::{Answer, Cost, Server, User, assert_has, crash_points};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    connections, costs, crashes,
    items::{BECAUSE, counted_rooms, haunts, pins},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /set-chat/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "marked_unread": true})
)));

/// The settings of a chat that nobody has changed.
fn usual() -> Value {
    json!({
        "muted_until": null, "archived": false, "pinned": false, "marked_unread": false, "draft": null,
        "cleared_at": null, "settings_version": 0,
    })
}

/// The usual settings with others in their place, after so many changes.
fn with(version: u64, changes: &Value) -> Value {
    let mut settings = usual();
    settings.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    settings["settings_version"] = json!(version);
    settings
}

async fn asks(user: &User, room: u64, mut settings: Value) -> Answer {
    settings["conversation_id"] = json!(room);
    user.post("/set-chat/", &settings).await
}

async fn sets(user: &User, room: u64, settings: Value) -> Value {
    asks(user, room, settings).await.is(200)
}

async fn direct(user: &User, peer: &User) -> u64 {
    user.post("/open-direct/", &json!({"user": peer.id})).await.json()["id"].as_u64().unwrap()
}

#[tokio::test]
async fn the_settings_are_those_of_the_caller_alone() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let [mut phone, mut tablet] = [ann.opens_socket(room).await, ann.opens_socket_for_all_rooms().await];
    let mut at_bobs = bob.opens_socket(room).await;
    assert_has(&ann.sees_room(room).await, &usual());
    let muted = json!({"muted_until": "2100-01-01T00:00:00.000Z", "draft": "See you at"});
    assert_eq!(sets(&ann, room, muted.clone()).await, with(1, &muted));
    let event = json!({"type": "chat", "conversation": room, "settings": with(1, &muted)});
    assert_eq!((phone.next_of("chat").await, tablet.next_of("chat").await), (event.clone(), event));
    let mut both = muted;
    both["archived"] = json!(true);
    assert_eq!(sets(&ann, room, json!({"archived": true})).await, with(2, &both));
    assert_has(&ann.sees_room(room).await, &with(2, &both));
    let less = json!({"muted_until": null, "draft": null});
    assert_eq!(sets(&ann, room, less).await, with(3, &json!({"archived": true})));
    assert_has(&bob.sees_room(room).await, &usual());
    at_bobs.stays_silent().await;
}

#[tokio::test]
async fn three_chats_are_pinned_at_most_by_calls_at_once() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let mut rooms = Vec::new();
    for _ in 0..5 {
        rooms.push(ann.creates_room().await);
    }
    let calls = rooms.iter().map(|room| asks(&ann, *room, json!({"pinned": true})));
    let answers = join_all(calls).await;
    let (pinned, refused): (Vec<_>, Vec<_>) = rooms.iter().zip(answers).partition(|(_, answer)| answer.status == 200);
    assert_eq!(pinned.len(), 3);
    for (_, answer) in &refused {
        answer.refuses(409, "too_many_pins");
    }
    let (first, next) = (*pinned[0].0, *refused[0].0);
    // Leaving a room and archiving a chat make place.
    ann.leaves(first).await;
    sets(&ann, next, json!({"pinned": true})).await;
    assert_eq!(sets(&ann, next, json!({"archived": true})).await, with(2, &json!({"archived": true})));
    let last = *refused[1].0;
    assert_eq!(sets(&ann, last, json!({"pinned": true})).await, with(1, &json!({"pinned": true})));
    asks(&ann, next, json!({"pinned": true})).await.refuses(409, "too_many_pins");
}

#[tokio::test]
async fn a_pinned_room_that_is_gone_makes_place() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let rooms = [ann.creates_room().await, ann.creates_room().await, ann.creates_room().await];
    for room in &rooms[..2] {
        sets(&ann, *room, json!({"pinned": true})).await;
    }
    let others = bob.creates_room().await;
    haunts(&server, &ann, others).await;
    pins(&server, &ann, others).await;
    assert_eq!(counted_rooms(&server, &ann).await, 4);
    sets(&ann, rooms[2], json!({"pinned": true})).await;
    assert_eq!(counted_rooms(&server, &ann).await, 3);
    haunts(&server, &ann, others).await;
    asks(&ann, others, json!({"archived": true})).await.refuses(403, "not_a_member");
    assert_eq!(counted_rooms(&server, &ann).await, 3);
}

#[tokio::test]
async fn a_direct_chat_that_is_hidden_is_not_pinned() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = direct(&ann, &bob).await;
    sets(&ann, room, json!({"pinned": true})).await;
    let mut at_anns = ann.opens_socket_for_all_rooms().await;
    ann.leaves(room).await;
    assert_eq!(at_anns.next_of("chat").await["settings"]["pinned"], false);
    direct(&ann, &bob).await;
    assert_eq!(ann.sees_room(room).await["pinned"], false);
}

#[tokio::test]
async fn reading_ends_the_mark_of_a_chat_as_unread() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hi").await;
    let mut at_bobs = bob.opens_socket(room).await;
    for times in 1..=2 {
        sets(&bob, room, json!({"marked_unread": true})).await;
        assert_eq!(at_bobs.next_of("chat").await["settings"]["marked_unread"], true);
        // At the second time everything is read.
        bob.reads(room, &message).await;
        if times == 1 {
            at_bobs.next_of("read").await;
        }
        assert_eq!(at_bobs.next_of("chat").await["settings"]["marked_unread"], false);
        assert_has(&bob.sees_room(room).await, &with(2 * times, &json!({})));
    }
}

#[tokio::test]
async fn a_draft_ends_with_the_next_message() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    sets(&ann, room, json!({"draft": "See you"})).await;
    bob.sends(room, "hi").await;
    assert_eq!(ann.sees_room(room).await["draft"], "See you");
    ann.sends(room, "See you").await;
    assert_eq!(ann.sees_room(room).await["draft"], Value::Null);
}

#[tokio::test]
async fn a_cleared_chat_is_empty_for_the_caller_alone() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let old = ann.sends(room, "old").await;
    let cleared = sets(&bob, room, json!({"cleared": true})).await;
    assert!(cleared["cleared_at"].is_string(), "{cleared}");
    let nothing = json!({"unread": 0, "first_unread": null, "last_message": null});
    assert_has(&bob.sees_room(room).await, &nothing);
    assert!(bob.sees_messages(room).await.is_empty());
    let mark = json!({"conversation_id": room, "message_ids": [old["id"]]});
    bob.post("/read-message/", &mark).await.refuses(404, "message_not_found");
    assert_eq!(ann.sees_messages(room).await.len(), 1);
    let new = ann.sends(room, "new").await;
    assert_has(&bob.sees_room(room).await, &json!({"unread": 1, "first_unread": new["id"], "last_message": new}));
}

#[tokio::test]
async fn a_cleared_direct_chat_stays_where_it_was() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = direct(&ann, &bob).await;
    let messages = [ann.sends(room, "one").await, ann.sends(room, "two").await];
    // The last one is the one before.
    let hide = json!({"conversation_id": room, "message_id": messages[1]["id"], "for": "me"});
    bob.post("/delete-message/", &hide).await.is(200);
    sets(&bob, room, json!({"cleared": true})).await;
    assert_has(&bob.sees_room(room).await, &json!({"unread": 0, "last_message": null}));
    bob.leaves(room).await;
    sets(&bob, room, json!({"cleared": true})).await;
    assert!(bob.lists("/list-chatrooms/").await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_is_named() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    ann.post("/set-chat/", &json!({})).await.blames("conversation_id");
    for (settings, field) in [
        (json!({"muted_until": 1_700_000_000}), "muted_until"),
        (json!({"muted_until": "soon"}), "muted_until"),
        (json!({"pinned": true, "archived": true}), "pinned"),
        (json!({"draft": "x".repeat(513)}), "draft"),
        (json!({"marked_unread": "yes"}), "marked_unread"),
    ] {
        asks(&ann, room, settings).await.blames(field);
    }
    assert_has(&ann.sees_room(room).await, &usual());
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;

    asks(&bob, room, json!({"pinned": true})).await.refuses(403, "not_a_member");
    asks(&bob, 9_007_199_254_740_991, json!({"pinned": true})).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut at_anns = ann.opens_socket(room).await;
    let call = async { sets(&ann, room, json!({"archived": true})).await };
    connections::meets_dead_socket("chat", &ann, &mut at_anns, call).await;
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], _) = server.room_of(["ann", "bob"]).await;
    for settings in [json!({"pinned": true}), json!({"cleared": true, "draft": "See you"})] {
        let points = crash_points(&server, "set-chat", async |crash| {
            let room = ann.creates_room_with(&[&bob]).await;
            bob.sends(room, "hi").await;
            let mut listening = ann.opens_socket(room).await;
            let ask = async || asks(&ann, room, settings.clone()).await;
            let set = crashes::meets(crash, ask).await.0.is(200);
            listening.next_of("chat").await;
            assert_has(&ann.sees_room(room).await, &set);
            ann.leaves(room).await;
        })
        .await;
        assert!(points >= 8, "{points}");
    }
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut at_anns = ann.opens_socket(room).await;
    // The session and the call; the room and the membership; the membership and the sockets.
    let cost = Cost { calls: 6, depth: 3, reads: 3.0, writes: 2.0, pushes: 1 };
    // The room is read as it is now.
    let sure = Cost { reads: 3.5, ..cost };
    // The membership and the pinned rooms in a transaction, and the membership again.
    let pin = Cost { calls: 7, depth: 4, reads: 4.0, writes: 5.0, ..cost };
    for (settings, cost) in [
        (json!({"marked_unread": true}), cost),
        (json!({"draft": "See you"}), sure),
        (json!({"cleared": true}), sure),
        (json!({"pinned": true}), pin),
        (json!({"pinned": true}), cost),
        (json!({"archived": true}), pin),
    ] {
        sets(&ann, room, settings.clone()).await;
        at_anns.next_of("chat").await;
        assert_eq!(server.cost("set-chat").await, cost, "{settings}");
    }
}
