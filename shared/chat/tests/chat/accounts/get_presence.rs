use std::time::Duration;

use chat::{
    accounts::{get_presence, logout},
    sockets::disconnect,
};
use domain::{Circle, Presence, PrivacyChoices, SoughtPresences, Timestamp, UserId};

use crate::support::{Person, World, world};

/// The last second in which a user without a socket is online, with some time for the test.
const LATELY: Duration = Duration::from_secs(10);
/// The first in which they are not.
const BEFORE: Duration = Duration::from_secs(16);

async fn all(world: &World, viewer: &Person, users: &[UserId]) -> Vec<Presence> {
    let ids: Vec<_> = users.iter().map(ToString::to_string).collect();
    let sought = SoughtPresences::parse(Some(&ids.join(","))).unwrap();
    get_presence(&world.chat, &viewer.caller, &sought).await.unwrap()
}

/// Whether a user is online, and whether it is known when they were last seen.
async fn sees(world: &World, viewer: &Person, user: &Person) -> (Option<bool>, Option<Timestamp>) {
    let found = all(world, viewer, &[user.id()]).await;
    assert_eq!(found.len(), 1);
    (found[0].online, found[0].last_seen)
}

async fn sees_online(world: &World, viewer: &Person, user: &Person) -> Option<bool> {
    sees(world, viewer, user).await.0
}

/// Has had a socket that closed so long ago. Returns the minute.
async fn leaves(world: &World, person: &Person, ago: Duration) -> Timestamp {
    let then = chat::now() - ago;
    person.has_had_socket("once", 3_600_000).await;
    world.chat.store.remove_sockets(person.id(), &["once".to_owned()], then).await.unwrap();
    then.minute()
}

async fn chooses(world: &World, person: &Person, online: Circle, last_seen: Circle) {
    let choices = PrivacyChoices { online: Some(online), last_seen: Some(last_seen), ..PrivacyChoices::default() };
    world.chat.store.set_privacy(person.id(), choices).await.unwrap();
}

#[tokio::test]
async fn two_dozen_users_are_answered_by_id_each_as_they_are() {
    let world = world().await;
    let ann = world.user("ann").await;
    let mut others = Vec::new();
    for n in 0..24 {
        let other = world.user(&format!("user{n}")).await;
        if n % 2 == 0 {
            other.has_socket(&format!("socket{n}")).await;
        } else {
            leaves(&world, &other, BEFORE).await;
        }
        others.push(other.id());
    }
    let asked: Vec<_> = others.iter().rev().chain(&others).copied().collect();
    let found = all(&world, &ann, &asked).await;
    assert_eq!(found.iter().map(|presence| presence.user).collect::<Vec<_>>(), others);
    for (n, presence) in found.iter().enumerate() {
        let was_there = n % 2 == 1;
        assert_eq!((presence.online, presence.last_seen.is_some()), (Some(!was_there), was_there), "{n}");
    }
}

#[tokio::test]
async fn a_user_with_two_devices_leaves_with_the_last_one() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    assert_eq!(sees(&world, &ann, &bob).await, (Some(false), None), "never there");
    for device in ["phone", "laptop"] {
        bob.has_socket(device).await;
    }
    disconnect(&world.chat, bob.id(), "phone").await.unwrap();
    assert_eq!(sees(&world, &ann, &bob).await, (Some(true), None));
    disconnect(&world.chat, bob.id(), "laptop").await.unwrap();
    let (online, last_seen) = sees(&world, &ann, &bob).await;
    assert_eq!(online, Some(true), "it may be the end of the two hours");
    assert!(last_seen.is_some_and(|seen| chat::now().since(seen) < Duration::from_secs(70)), "{last_seen:?}");
}

#[tokio::test]
async fn a_device_that_connects_again_soon_was_never_away() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let seen = [leaves(&world, &bob, LATELY).await, leaves(&world, &cem, BEFORE).await];
    assert_eq!(sees(&world, &ann, &bob).await, (Some(true), Some(seen[0])));
    assert_eq!(sees(&world, &ann, &cem).await, (Some(false), Some(seen[1])));
    cem.has_socket("again").await;
    assert_eq!(sees(&world, &ann, &cem).await, (Some(true), Some(seen[1])));
}

#[tokio::test]
async fn the_end_of_a_session_and_a_push_that_finds_nobody_are_seen() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob, &cem]).await;
    bob.has_socket("bob's").await;
    logout(&world.chat, &bob.caller).await.unwrap();
    assert!(sees(&world, &ann, &bob).await.1.is_some());
    cem.has_socket("cem's").await;
    world.gateway.loses("cem's");
    ann.sends(room, "hi").await;
    assert!(sees(&world, &ann, &cem).await.1.is_some());
}

#[tokio::test]
async fn a_socket_that_expires_without_notice_leaves_nobody_online_for_ever() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    bob.has_had_socket("old", 2 * 3_600_000 + 60_000).await;
    let (online, last_seen) = sees(&world, &ann, &bob).await;
    let ago = chat::now().since(last_seen.unwrap()).as_secs();
    assert_eq!((online, (60..130).contains(&ago)), (Some(false), true), "{ago}");
}

#[tokio::test]
async fn a_user_who_hides_is_unknown_and_sees_nothing_themselves() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's")] {
        leaves(&world, person, BEFORE).await;
        person.has_socket(socket).await;
    }
    let known = async || {
        let [anns, bobs] = [sees(&world, &ann, &bob).await, sees(&world, &bob, &ann).await];
        let known = |(online, seen): (Option<bool>, Option<_>)| (online, seen.is_some());
        assert_eq!(known(anns), known(bobs), "it is mutual");
        known(anns)
    };
    assert_eq!(known().await, (Some(true), true));
    chooses(&world, &bob, Circle::Nobody, Circle::Everyone).await;
    assert_eq!(known().await, (None, true), "unknown is not offline");
    chooses(&world, &bob, Circle::Everyone, Circle::Nobody).await;
    assert_eq!(known().await, (Some(true), false));
    chooses(&world, &bob, Circle::Nobody, Circle::Nobody).await;
    assert_eq!(known().await, (None, false));
    assert_eq!(sees_online(&world, &bob, &bob).await, Some(true), "one sees oneself as ever");
    let left = leaves(&world, &bob, BEFORE).await;
    world.chat.store.remove_sockets(bob.id(), &["bob's".to_owned()], chat::now() - BEFORE).await.unwrap();
    assert_eq!(known().await, (None, false), "leaving does not show either");
    chooses(&world, &bob, Circle::Everyone, Circle::Everyone).await;
    let (online, last_seen) = sees(&world, &ann, &bob).await;
    assert_eq!((online, last_seen.is_some_and(|seen| seen >= left)), (Some(false), true), "as it is now");
}

#[tokio::test]
async fn contacts_see_one_another_if_each_has_written_to_the_other() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    bob.has_socket("bob's").await;
    let room = ann.opens_direct(&bob).await;
    let online = async || sees_online(&world, &ann, &bob).await;
    for person in [&ann, &bob] {
        chooses(&world, person, Circle::Contacts, Circle::Contacts).await;
    }
    assert_eq!(online().await, None, "strangers");
    ann.sends(room, "hi").await;
    assert_eq!(online().await, None, "Ann is no contact of Bob");
    chooses(&world, &bob, Circle::Everyone, Circle::Everyone).await;
    assert_eq!(online().await, Some(true), "Bob is a contact of Ann");
    chooses(&world, &bob, Circle::Contacts, Circle::Nobody).await;
    bob.sends(room, "hi").await;
    assert_eq!(sees(&world, &ann, &bob).await, (Some(true), None));
    chooses(&world, &ann, Circle::Nobody, Circle::Everyone).await;
    assert_eq!(online().await, None);
}

#[tokio::test]
async fn blocked_hidden_and_missing_users_are_alike() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    for (person, socket) in [(&bob, "bob's"), (&cem, "cem's"), (&dan, "dan's")] {
        person.has_socket(socket).await;
    }
    chooses(&world, &bob, Circle::Nobody, Circle::Nobody).await;
    cem.blocks(&ann).await;
    ann.blocks(&dan).await;
    let nobody = UserId::try_from(999).unwrap();
    for presence in all(&world, &ann, &[bob.id(), cem.id(), dan.id(), nobody]).await {
        assert_eq!(presence, Presence { user: presence.user, online: None, last_seen: None });
    }
    assert_eq!(sees(&world, &cem, &ann).await, (None, None));
    cem.unblocks(&ann).await;
    assert_eq!(sees_online(&world, &ann, &cem).await, Some(true));
}
