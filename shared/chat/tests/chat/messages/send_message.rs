use std::time::Duration;

use chat::messages::{send_message, send_over_socket, typing};
use domain::{DeletedFor, Error, Message, OnlyAdmins, Position, PushPace, Refusal, Room, RoomKind};
use futures_util::future::join_all;
use serde_json::json;
use store::{Membership, Socket};

use crate::support::{assert_refused, draft, draft_of_client, slow::Delay, texts, typing_frame, world, world_of};

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
    event["changes"] = json!(0);
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
    let first = send_over_socket(&world.chat, &own, Ok(draft_of_client(room, "hi", "c1"))).await.unwrap();
    let over_rest = send_message(&world.chat, &ann.caller, Ok(draft_of_client(room, "hi", "c1"))).await.unwrap();
    let over_socket = send_over_socket(&world.chat, &own, Ok(draft_of_client(room, "hi", "c1"))).await.unwrap();
    for again in [over_rest, over_socket] {
        assert!(!again.new);
        assert_eq!(again.message, first.message);
    }
    assert_eq!(world.gateway.types("ann's"), ["message"]);
    let of_bob = send_message(&world.chat, &bob.caller, Ok(draft_of_client(room, "hi", "c1"))).await.unwrap();
    assert!(of_bob.new, "a client id is its sender's own");
}

#[tokio::test]
async fn a_client_id_with_another_content_is_refused_and_takes_no_turn() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let own = ann.socket("ann's");
    let draft = |text| Ok(draft_of_client(room, text, "c1"));
    let first = send_message(&world.chat, &ann.caller, draft("hi")).await.unwrap();
    assert_refused!(send_message(&world.chat, &ann.caller, draft("hi!")).await, Refusal::ClientIdReused);
    assert_refused!(send_over_socket(&world.chat, &own, draft("hi!")).await, Refusal::ClientIdReused);
    let again = send_over_socket(&world.chat, &own, draft("hi")).await.unwrap();
    assert!(!again.new && again.message == first.message);
    assert_eq!(bob.sends(room, "hi").await.sequence, 2);
    ann.leaves(room).await;
    assert_refused!(send_message(&world.chat, &ann.caller, draft("hi!")).await, Refusal::NotAMember);
}

#[tokio::test]
async fn of_different_contents_at_once_one_is_sent_and_the_others_are_refused() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let own = ann.socket("ann's");
    let sends = (0..8).map(async |number: usize| {
        let draft = Ok(draft_of_client(room, ["one", "two"][number % 2], "c1"));
        let sent = match number % 4 {
            0 | 1 => send_message(&world.chat, &ann.caller, draft).await,
            _ => send_over_socket(&world.chat, &own, draft).await,
        };
        (number % 2, sent)
    });
    let sent = join_all(sends).await;
    let (text, stored) = sent.iter().find(|(_, sent)| sent.as_ref().is_ok_and(|sent| sent.new)).unwrap();
    let stored = &stored.as_ref().unwrap().message;
    for (of, sent) in &sent {
        match sent {
            Ok(sent) => assert_eq!((of, &sent.message), (text, stored)),
            Err(Error::Refused(Refusal::ClientIdReused)) => assert_ne!(of, text),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(ann.lists_room(room, 9, Position::Latest).await.messages.len(), 1);
}

#[tokio::test]
async fn the_socket_that_a_message_came_over_is_told_even_if_it_is_not_known_yet() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let own = Socket { room: Some(room), ..ann.socket("own") };
    send_over_socket(&world.chat, &own, Ok(draft(room, "hi"))).await.unwrap();
    world.chat.store.add_socket(&own).await.unwrap();
    send_over_socket(&world.chat, &own, Ok(draft(room, "hi"))).await.unwrap();
    assert_eq!(world.gateway.types("own"), ["message", "message"]);
}

#[tokio::test]
async fn whoever_has_left_gets_no_answer_to_a_retry() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let send = async || send_message(&world.chat, &bob.caller, Ok(draft_of_client(room, "hi", "c1"))).await;
    assert!(send().await.unwrap().new);
    bob.leaves(room).await;
    assert_refused!(send().await, Refusal::NotAMember);
}

#[tokio::test]
async fn a_message_in_a_large_room_does_not_name_its_receivers() {
    let world = world().await;
    let ann = world.user("ann").await;
    for (members, named) in [(32, 31), (33, 0)] {
        let room = ann.makes_large_room(&[], members).await;
        let sent = ann.sends(room, "hi").await;
        assert_eq!((sent.receivers.len(), sent.receivers_count as u64), (named, members - 1));
        let stored = world.chat.store.message(room, sent.id).await.unwrap();
        assert_eq!(stored.as_ref(), Some(&sent));
    }
}

#[tokio::test]
async fn behind_a_block_a_message_is_stored_and_reaches_nobody_but_its_sender() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "phone"), (&bob, "laptop")] {
        person.has_socket(socket).await;
    }
    ann.blocks(&bob).await;
    for sender in [&bob, &ann] {
        let sent = sender.sends(room, "psst").await;
        assert_eq!((sent.receivers.len(), sent.receivers_count, sent.withheld), (1, 1, true));
    }
    let heard = ["ann's", "phone", "laptop"].map(|socket| world.gateway.types(socket).len());
    assert_eq!(heard, [1, 1, 1], "each hears of their own");
    assert_eq!(texts(&ann.lists_all(9, Position::Latest).await), ["psst"]);
    assert_eq!(bob.lists_room(room, 9, Position::Latest).await.messages.len(), 1);
}

#[tokio::test]
async fn only_admins_write_if_the_room_says_so() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let id = world.chat.store.next_room_id().await.unwrap();
    let only_admins = OnlyAdmins { send: true, ..OnlyAdmins::default() };
    let members = [ann.id(), bob.id()].into();
    let room = Room { only_admins, members, ..Room::new(id, RoomKind::Group, ann.id(), chat::now()) };
    let stays = [&ann, &bob].map(|person| Membership::begins(person.id(), &room, chat::now()));
    world.chat.store.create_room(&room, &stays, &[]).await.unwrap();
    ann.sends(id, "hear, hear").await;
    assert_refused!(send_message(&world.chat, &bob.caller, Ok(draft(id, "me, too"))).await, Refusal::NotAnAdmin);
    let typed = typing(&world.chat, &bob.socket("bob's"), Ok((id, typing_frame(true)))).await;
    assert_refused!(typed, Refusal::NotAnAdmin);
}

#[tokio::test]
async fn a_room_pushes_so_much_and_then_its_senders_wait() {
    let mut world = world().await;
    world.chat.settings.pushes = PushPace { per_second: 1 };
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    // Twelve seconds at once, and two pushes each.
    for sender in [&ann, &bob, &ann, &bob, &ann, &bob] {
        sender.sends(room, "hi").await;
    }
    let message = ann.sends(room, "hi").await;
    let refused = send_message(&world.chat, &bob.caller, Ok(draft(room, "hi"))).await;
    assert_refused!(refused, Refusal::RoomBusy(wait) if (1..=2).contains(&wait.as_secs()));
    // Other members do not hear of it.
    ann.deletes(&message, DeletedFor::Me).await.unwrap();
    ann.sends(ann.makes_room(&[]).await, "elsewhere").await;
}

#[tokio::test]
async fn many_sockets_count_for_the_pace_of_the_room() {
    let mut world = world().await;
    world.chat.settings.pushes = PushPace { per_second: 1 };
    let ann = world.user("ann").await;
    let [room, other] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    let message = ann.sends(other, "hi").await;
    for number in 0..15 {
        ann.has_socket(&number.to_string()).await;
    }
    ann.reacts(&message, Some("👍")).await.unwrap();
    let refused = send_message(&world.chat, &ann.caller, Ok(draft(other, "hi"))).await;
    assert_refused!(refused, Refusal::RoomBusy(_));
    ann.sends(room, "hi").await;
    let refused = send_message(&world.chat, &ann.caller, Ok(draft(room, "hi"))).await;
    assert_refused!(refused, Refusal::RoomBusy(_));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_does_not_bring_back_a_deleted_text() {
    let delay = Delay::default();
    let world = world_of(delay.store().await).await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let id = ann.dies_while_sending(room, 0).await;
    let draft = draft(room, "secret");
    let message = Message { text: draft.content.text.clone(), ..Message::empty(id, room, ann.id(), 1) };
    let digest = draft.content.digest().unwrap();
    // The SDK repeats a call after two seconds.
    delay.set(2_500);
    let write = world.chat.store.put_message(&message, &digest);
    let deletion = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        delay.set(0);
        ann.deletes(&message, DeletedFor::Everyone).await.unwrap()
    };
    let (written, deleted) = tokio::join!(write, deletion);
    assert_eq!(written.unwrap(), None);
    assert_eq!(ann.lists_room(room, 10, Position::Latest).await.messages, [deleted]);
}
