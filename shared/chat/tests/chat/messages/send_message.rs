use chat::messages::{send_message, send_over_socket};
use domain::Refusal;
use serde_json::json;
use store::Socket;

use crate::support::{assert_refused, draft, draft_of_client, world};

#[tokio::test]
async fn the_sockets_of_all_members_get_the_message_that_is_stored() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "phone"), (&bob, "laptop"), (&cem, "cem's")] {
        person.has_socket(socket).await;
    }
    let sent = send_message(&world.chat, &ann.caller, Ok(draft(room, "hi"))).await.unwrap();
    assert!(sent.new);
    assert_eq!(
        world.chat.store.message(room, sent.message.message.id).await.unwrap().as_ref(),
        Some(&sent.message.message)
    );
    let mut event = serde_json::to_value(&sent.message).unwrap();
    event["type"] = json!("message");
    for socket in ["ann's", "phone", "laptop"] {
        assert_eq!(world.gateway.events(socket), [event.clone()]);
    }
    assert!(world.gateway.events("cem's").is_empty());
}

#[tokio::test]
async fn without_a_session_nothing_is_sent_and_no_turn_is_taken() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    ann.loses_session().await;
    assert_refused!(send_message(&world.chat, &ann.caller, Ok(draft(room, "hi"))).await, Refusal::Unauthenticated);
    let unread = send_message(&world.chat, &ann.caller, Err(Refusal::NotFound.into())).await;
    assert_refused!(unread, Refusal::Unauthenticated);
    assert_eq!(bob.sends(room, "hi").await.sequence, 1);
    assert_refused!(send_message(&world.chat, &bob.caller, Err(Refusal::NotFound.into())).await, Refusal::NotFound);
}

#[tokio::test]
async fn a_retry_gets_the_first_message_and_nobody_hears_it_twice() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let own = ann.socket("ann's");
    world.chat.store.add_socket(&own).await.unwrap();
    let first = send_over_socket(&world.chat, &own, draft_of_client(room, "hi", "c1")).await.unwrap();
    let over_rest = send_message(&world.chat, &ann.caller, Ok(draft_of_client(room, "changed", "c1"))).await.unwrap();
    let over_socket = send_over_socket(&world.chat, &own, draft_of_client(room, "hi", "c1")).await.unwrap();
    for again in [over_rest, over_socket] {
        assert!(!again.new);
        assert_eq!(again.message, first.message);
    }
    assert_eq!(world.gateway.types("ann's"), ["message"]);
    let of_bob = send_message(&world.chat, &bob.caller, Ok(draft_of_client(room, "hi", "c1"))).await.unwrap();
    assert!(of_bob.new, "a client id is its sender's own");
}

#[tokio::test]
async fn the_socket_that_a_message_came_over_is_told_even_if_it_is_not_known_yet() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let own = Socket { room: Some(room), ..ann.socket("own") };
    send_over_socket(&world.chat, &own, draft(room, "hi")).await.unwrap();
    world.chat.store.add_socket(&own).await.unwrap();
    send_over_socket(&world.chat, &own, draft(room, "hi")).await.unwrap();
    assert_eq!(world.gateway.types("own"), ["message", "message"]);
}
