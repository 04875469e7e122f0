use domain::{Error, Refusal};

use crate::support::{caller, socket, world};

#[tokio::test]
async fn a_logout_closes_the_sockets_of_its_session_alone() {
    let world = world().await;
    let ann = world.user("ann").await;
    world.socket(ann, "this", 60_000).await;
    let other = socket(ann, "other", "s2");
    world.chat.store.add_socket(&other).await.unwrap();
    world.session(ann, "s1").await;
    chat::accounts::logout(&world.chat, &caller(ann)).await.unwrap();
    assert_eq!(world.sockets_of(ann).await, ["other"]);
    assert_eq!(*world.gateway.closed.lock().unwrap(), ["this".to_owned()].into());
}

#[tokio::test]
async fn a_logout_whose_first_try_got_no_further_than_the_session_closes_its_sockets() {
    let world = world().await;
    let ann = world.user("ann").await;
    world.socket(ann, "this", 60_000).await;
    let refused = chat::accounts::logout(&world.chat, &caller(ann)).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::Unauthenticated))));
    assert!(world.sockets_of(ann).await.is_empty());
}

#[tokio::test]
async fn a_socket_of_an_ended_session_does_not_open() {
    let world = world().await;
    let ann = world.user("ann").await;
    let socket = socket(ann, "late", "ended");
    let refused = chat::sockets::connect(&world.chat, &socket).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::Unauthenticated))));
    assert!(world.sockets_of(ann).await.is_empty());
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_sessions_and_closes_all_sockets_of_nobody_else() {
    let world = world().await;
    let [ann, bob] = [world.user("ann").await, world.user("bob").await];
    for (user, session) in [(ann, "s1"), (ann, "s2"), (bob, "s1")] {
        world.session(user, session).await;
        let id = format!("{user} {session}");
        world.chat.store.add_socket(&socket(user, &id, session)).await.unwrap();
    }
    chat::accounts::logout_all(&world.chat, &caller(ann)).await.unwrap();
    assert!(world.chat.store.sessions(ann).await.unwrap().is_empty());
    assert!(world.sockets_of(ann).await.is_empty());
    assert_eq!(*world.gateway.closed.lock().unwrap(), [format!("{ann} s1"), format!("{ann} s2")].into());
    assert_eq!(world.chat.store.sessions(bob).await.unwrap().len(), 1);
    assert_eq!(world.sockets_of(bob).await.len(), 1);
}

#[tokio::test]
async fn whoever_has_logged_out_ends_no_other_session_and_has_only_the_sockets_closed_that_outlived_theirs() {
    let world = world().await;
    let ann = world.user("ann").await;
    world.session(ann, "s2").await;
    for session in ["s1", "s2"] {
        world.chat.store.add_socket(&socket(ann, session, session)).await.unwrap();
    }
    let refused = chat::accounts::logout_all(&world.chat, &caller(ann)).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::Unauthenticated))));
    assert_eq!(world.chat.store.sessions(ann).await.unwrap().len(), 1);
    assert_eq!(world.sockets_of(ann).await, ["s2"]);
}
