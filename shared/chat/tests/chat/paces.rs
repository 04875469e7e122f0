//! How often a user may do something.

use std::time::Duration;

use chat::{
    Caller, Chat,
    accounts::admit,
    attachments::create_attachment,
    messages::{self, send_message},
    rooms::{create_chatroom, join_chatroom},
    sockets,
};
use domain::{Entry, MediaType, MessageId, Pace, Refusal, RoomId};
use futures_util::future::join_all;

use crate::support::{Person, assert_refused, draft, marks_frame, new_attachment, new_room, world};

/// Twice at once, and then once a minute.
const PACE: Pace = Pace::new(Duration::from_mins(1), 2);

/// The same caller, so many seconds later.
fn later(person: &Person, seconds: u64) -> Caller {
    Caller { at: person.caller.at + Duration::from_secs(seconds), ..person.caller.clone() }
}

/// Whether the pace of calls admits the caller.
async fn is_admitted(chat: &Chat, caller: &Caller) -> bool {
    match admit(chat, caller).await {
        Ok(()) => true,
        refused => {
            assert_refused!(refused, Refusal::RateLimited(_));
            false
        }
    }
}

#[tokio::test]
async fn all_sessions_of_a_user_share_a_pace_and_nobody_else_does() {
    let mut world = world().await;
    world.chat.paces.calls = PACE;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let laptop = ann.opens_session("laptop").await;
    for (caller, admitted) in [
        (&ann.caller, true),
        (&laptop.caller, true),
        (&ann.caller, false),
        (&laptop.caller, false),
        (&bob.caller, true),
        (&later(&laptop, 59), false),
        (&later(&laptop, 61), true),
        (&later(&ann, 61), false),
    ] {
        assert_eq!(is_admitted(&world.chat, caller).await, admitted, "{caller:?}");
    }
}

#[tokio::test]
async fn four_marks_of_a_frame_count_as_one_call() {
    let mut world = world().await;
    world.chat.paces.calls = PACE;
    let ann = world.user("ann").await;
    let mut marks = Vec::new();
    for _ in 0..5 {
        let room = ann.makes_room(&[]).await;
        marks.push((room, ann.has_sent(room, "hi", 1_000).await.id));
    }
    let says = async |marks: &[(RoomId, MessageId)]| {
        messages::mark(&world.chat, &ann.socket("phone"), Ok(marks_frame("read", marks))).await
    };
    says(&marks[..4]).await.unwrap();
    assert_refused!(says(&marks).await, Refusal::RateLimited(_));
    says(&marks[..4]).await.unwrap();
    assert_refused!(says(&marks[..1]).await, Refusal::RateLimited(_));
}

#[tokio::test]
async fn calls_of_all_sessions_at_once_are_no_way_around_the_pace() {
    let mut world = world().await;
    world.chat.paces.calls = Pace::calls(2);
    let ann = world.user("ann").await;
    let admitted = join_all((0..20).map(|_| is_admitted(&world.chat, &ann.caller))).await;
    assert_eq!(admitted.into_iter().filter(|admitted| *admitted).count(), 10);
}

#[tokio::test]
async fn calls_of_an_ended_session_are_refused_first_and_use_up_nothing() {
    let mut world = world().await;
    world.chat.paces.calls = PACE;
    let ann = world.user("ann").await;
    let thief = ann.opens_session("thief").await;
    thief.loses_session().await;
    for _ in 0..5 {
        assert_refused!(admit(&world.chat, &thief.caller).await, Refusal::Unauthenticated);
    }
    let caller = later(&ann, 1);
    let admitted = [is_admitted(&world.chat, &caller).await, is_admitted(&world.chat, &caller).await];
    assert_eq!(admitted, [true, true]);
    assert_refused!(admit(&world.chat, &thief.caller).await, Refusal::Unauthenticated);
}

#[tokio::test]
async fn a_socket_that_does_not_stop_sending_is_closed_and_no_other_one() {
    let mut world = world().await;
    world.chat.paces.calls = PACE;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [flood, quiet] = [ann.socket("flood"), ann.socket("quiet")];
    for socket in [&flood, &quiet] {
        world.chat.store.add_socket(socket).await.unwrap();
    }
    for _ in 0..2 {
        sockets::admit_frame(&world.chat, &flood, 1).await.unwrap();
    }
    // A slow machine gets one more each second.
    let mut refused = 0;
    while world.gateway.closed().is_empty() && refused < 60 {
        assert_refused!(sockets::admit_frame(&world.chat, &flood, 1).await, Refusal::RateLimited(_));
        refused += 1;
    }
    assert!(refused >= 31, "{refused}");
    assert_eq!(world.gateway.closed(), ["flood"]);
    sockets::admit_frame(&world.chat, &bob.socket("bobs"), 1).await.unwrap();
}

#[tokio::test]
async fn a_message_beyond_the_pace_takes_no_turn() {
    let mut world = world().await;
    world.chat.paces.calls = PACE;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for admitted in [true, true, false] {
        let sent = send_message(&world.chat, &ann.caller, Ok(draft(room, "hi"))).await;
        assert_eq!(sent.is_ok(), admitted, "{sent:?}");
    }
    assert_eq!(bob.sends(room, "hi").await.sequence, 3);
}

#[tokio::test]
async fn rooms_are_created_and_joined_at_one_pace() {
    let mut world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = bob.makes_room(&[]).await;
    world.chat.paces.room_changes = PACE;
    create_chatroom(&world.chat, &ann.caller, new_room(&[])).await.unwrap();
    join_chatroom(&world.chat, &ann.caller, Entry::Number(room)).await.unwrap();
    assert_refused!(join_chatroom(&world.chat, &ann.caller, Entry::Number(room)).await, Refusal::RateLimited(_));
    let refused = create_chatroom(&world.chat, &ann.caller, new_room(&[])).await;
    assert_refused!(refused, Refusal::RateLimited(wait) if (50..=60).contains(&wait.as_secs()));
    create_chatroom(&world.chat, &later(&ann, 61), new_room(&[])).await.unwrap();
}

#[tokio::test]
async fn uploads_are_counted_by_number_and_by_size() {
    let mut world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    world.chat.paces.uploads = PACE;
    world.chat.paces.upload_bytes = Pace::upload_bytes(20_000_000);
    let announce = async |caller: &Caller, size| {
        create_attachment(&world.chat, caller, new_attachment(room, MediaType::Png, size)).await
    };
    announce(&ann.caller, 1).await.unwrap();
    announce(&ann.caller, 1).await.unwrap();
    assert_refused!(announce(&ann.caller, 1).await, Refusal::RateLimited(wait) if wait.as_secs() <= 60);
    announce(&bob.caller, 16_000_000).await.unwrap();
    let refused = announce(&bob.caller, 16_000_000).await;
    // Twelve of twenty megabytes too many: three fifths of a day.
    assert_refused!(refused, Refusal::RateLimited(wait) if (51_000..=51_840).contains(&wait.as_secs()));
}

#[tokio::test]
async fn strangers_are_counted_apart() {
    let mut world = world().await;
    world.chat.paces.strangers = PACE;
    let ann = world.user("ann").await;
    for counted in [true, true, false] {
        assert_eq!(world.chat.count_stranger(&ann.caller).await.is_ok(), counted);
    }
    world.chat.count_room_change(&ann.caller, 1).await.unwrap();
}

#[tokio::test]
async fn ten_people_are_one_change_of_rooms() {
    let mut world = world().await;
    world.chat.paces.room_changes = PACE;
    for (people, times) in [(0, 2), (1, 2), (10, 2), (11, 1), (49, 1)] {
        let person = world.user(&format!("inviter{people}")).await;
        for counted in (0..3).map(|time| time < times) {
            assert_eq!(world.chat.count_room_change(&person.caller, people).await.is_ok(), counted, "{people}");
        }
    }
}
