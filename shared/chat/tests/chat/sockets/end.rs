//! Sockets that outlive their sessions, because API Gateway does not close them.

use chat::{
    accounts::{logout, logout_all},
    messages::{send_over_socket, typing},
};
use domain::{Draft, Error, Refusal, RoomId};

use crate::support::{PASSWORD, Person, World, assert_refused, draft, draft_of_client, typing_frame, world};

const NEW: &str = "battery staple";

/// Ends a session in each way, once API Gateway closes no socket.
async fn ends(world: &World, person: &Person, way: &str) {
    world.gateway.holds_all();
    match way {
        "logout" => logout(&world.chat, &person.caller).await,
        "logout everywhere" => logout_all(&world.chat, &person.caller).await,
        _ => world.changes_password(person, PASSWORD, NEW).await,
    }
    .unwrap();
}

/// Tries all that a socket sends.
async fn says_everything(world: &World, person: &Person, room: RoomId) -> Vec<Error> {
    let socket = person.socket("held");
    let drafts: [Result<Draft, Error>; 3] =
        [Ok(draft(room, "hi")), Ok(draft_of_client(room, "hi", "c1")), Err(Refusal::NotFound.into())];
    let mut refused = Vec::new();
    for draft in drafts {
        refused.push(send_over_socket(&world.chat, &socket, draft).await.unwrap_err());
    }
    for frame in [Ok((room, typing_frame(true))), Err(Refusal::NotFound.into())] {
        refused.push(typing(&world.chat, &socket, frame).await.unwrap_err());
    }
    refused
}

#[tokio::test]
async fn a_socket_that_is_not_closed_neither_hears_nor_says_anything() {
    for way in ["logout", "logout everywhere", "a change of the password"] {
        let world = world().await;
        world.registers("ann").await.unwrap();
        let ann = world.logs_in("ann", PASSWORD).await.unwrap();
        let bob = world.user("bob").await;
        let room = ann.makes_room(&[&bob]).await;
        ann.has_socket("held").await;
        bob.has_socket("bob's").await;
        ends(&world, &ann, way).await;
        assert!(world.gateway.closed().is_empty());

        let first = bob.sends(room, "secret").await;
        assert!(world.gateway.types("held").is_empty(), "{way}");
        for refused in says_everything(&world, &ann, room).await {
            assert_refused!(Err::<(), _>(refused), Refusal::Unauthenticated);
        }
        assert_eq!(world.gateway.types("bob's"), ["message"], "{way}");
        let last = bob.sends(room, "still here").await;
        // Turns in vain are holes.
        assert!(last.sequence > first.sequence, "{way}");
        assert_eq!(world.gateway.types("bob's"), ["message", "message"], "{way}");
        assert!(world.chat.store.sockets_of(ann.id()).await.unwrap().is_empty(), "{way}: a push forgets it");
    }
}

#[tokio::test]
async fn a_socket_that_was_not_closed_is_closed_by_the_next_try() {
    let world = world().await;
    let phone = world.user("ann").await;
    let laptop = phone.opens_session("s2").await;
    phone.has_socket("phone").await;
    laptop.has_socket("laptop").await;
    ends(&world, &phone, "logout").await;
    world.gateway.lets_go();
    assert_refused!(logout(&world.chat, &phone.caller).await, Refusal::Unauthenticated);
    assert_eq!(world.gateway.closed(), ["phone"]);
    assert_eq!(laptop.sockets().await, ["laptop"]);
}

#[tokio::test]
async fn logging_out_everywhere_spares_a_socket_of_a_later_session() {
    let world = world().await;
    let phone = world.user("ann").await;
    phone.has_socket("phone").await;
    let later = phone.opens_session("later").await;
    logout(&world.chat, &phone.caller).await.unwrap();
    later.has_socket("later").await;
    assert_refused!(logout_all(&world.chat, &phone.caller).await, Refusal::Unauthenticated);
    assert_eq!(world.gateway.closed(), ["phone"]);
    assert_eq!(later.sockets().await, ["later"]);
}
