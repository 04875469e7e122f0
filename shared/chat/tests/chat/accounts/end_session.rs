use chat::accounts::end_session;
use domain::{Error, Refusal};

use crate::support::{Person, World, assert_refused, world};

const OTHER: &str = "0123456789abcdef0123456789abcdef";

async fn ends(world: &World, caller: &Person, id: &str) -> Result<(), Error> {
    end_session(&world.chat, &caller.caller, id.parse().map_err(|_| Refusal::SessionNotFound.into())).await
}

#[tokio::test]
async fn another_session_ends_with_its_sockets_and_nobody_elses() {
    let world = world().await;
    let [phone, bob] = world.users(["ann", "bob"]).await;
    let laptop = phone.opens_session(OTHER).await;
    let bobs = bob.opens_session(OTHER).await;
    for (session, socket) in [(&phone, "phone"), (&laptop, "laptop"), (&bobs, "bob's")] {
        session.has_socket(socket).await;
    }
    ends(&world, &phone, OTHER).await.unwrap();
    assert_eq!((phone.sessions().await, world.gateway.closed()), (vec!["s1".to_owned()], vec!["laptop".to_owned()]));
    assert_eq!(bob.sessions().await.len(), 2);
    assert_refused!(ends(&world, &laptop, OTHER).await, Refusal::Unauthenticated);
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_found_and_neither_is_one_that_has_ended() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let bobs = bob.opens_session(OTHER).await;
    for id in [OTHER, "s1", ""] {
        assert_refused!(ends(&world, &ann, id).await, Refusal::SessionNotFound);
    }
    ends(&world, &bob, OTHER).await.unwrap();
    assert_refused!(ends(&world, &bob, OTHER).await, Refusal::SessionNotFound);
    assert_refused!(ends(&world, &bobs, "no id").await, Refusal::Unauthenticated);
}

#[tokio::test]
async fn the_own_session_ends_as_by_a_logout() {
    let world = world().await;
    let ann = world.user("ann").await.opens_session(OTHER).await;
    ann.has_socket("phone").await;
    ends(&world, &ann, OTHER).await.unwrap();
    assert_eq!((ann.sessions().await, world.gateway.closed()), (vec!["s1".to_owned()], vec!["phone".to_owned()]));
    assert_refused!(ends(&world, &ann, OTHER).await, Refusal::Unauthenticated);
}

#[tokio::test]
async fn sockets_that_were_not_closed_are_closed_by_the_next_try() {
    let world = world().await;
    let phone = world.user("ann").await;
    let laptop = phone.opens_session(OTHER).await;
    laptop.has_socket("laptop").await;
    world.gateway.holds_all();
    ends(&world, &phone, OTHER).await.unwrap();
    world.gateway.lets_go();
    assert!(world.gateway.closed().is_empty());
    assert_refused!(ends(&world, &phone, OTHER).await, Refusal::SessionNotFound);
    assert_eq!(world.gateway.closed(), ["laptop"]);
}
