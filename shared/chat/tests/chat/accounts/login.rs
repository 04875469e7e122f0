use chat::accounts::SESSION_LIFETIME;
use domain::{Error, Refusal};

use crate::support::{PASSWORD, World, assert_refused, world};

const WRONG: &str = "wrong password";

async fn world_with_ann() -> World {
    let world = world().await;
    world.registers("ann").await.unwrap();
    world
}

#[tokio::test]
async fn every_login_opens_a_session_of_its_own_for_60_days() {
    let world = world_with_ann().await;
    let phone = world.logs_in("ann", PASSWORD).await.unwrap();
    let laptop = world.logs_in("ANN", PASSWORD).await.unwrap();
    assert_ne!(phone.caller, laptop.caller);
    let sessions = world.chat.store.sessions(phone.id()).await.unwrap();
    let end = (chat::now() + SESSION_LIFETIME).seconds();
    assert_eq!(sessions.len(), 2);
    assert!(sessions.iter().all(|session| (end - 60..=end).contains(&session.expires_at)), "{sessions:?}");
}

#[tokio::test]
async fn a_name_is_locked_alike_whether_or_not_anybody_has_it() {
    let world = world_with_ann().await;
    for name in ["ann", "nobody"] {
        for _ in 0..10 {
            assert_refused!(world.logs_in(name, WRONG).await, Refusal::InvalidCredentials);
        }
        let locked = world.logs_in(name, PASSWORD).await;
        assert_refused!(locked, Refusal::RateLimited(wait) if wait.as_secs() >= 28);
    }
}

#[tokio::test]
async fn a_success_forgives_the_failures_before_it() {
    let world = world_with_ann().await;
    for _ in 0..9 {
        assert_refused!(world.logs_in("ann", WRONG).await, Refusal::InvalidCredentials);
    }
    world.logs_in("ANN", PASSWORD).await.unwrap();
    assert_refused!(world.logs_in("ann", WRONG).await, Refusal::InvalidCredentials);
    world.logs_in("ann", PASSWORD).await.unwrap();
}

/// Guesses once from each of many networks, until the name takes no more attempts in this minute.
async fn is_guessed_from_many_networks(world: &World, name: &str) {
    for from in 10.. {
        match world.logs_in_from(from, name, WRONG).await {
            Err(Error::Refused(Refusal::InvalidCredentials)) => assert!(from < 60, "the attempts are not bounded"),
            Err(Error::Refused(Refusal::RateLimited(wait))) => {
                assert!((1..=60).contains(&wait.as_secs()));
                return;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn while_many_networks_guess_the_owner_gets_in_from_where_they_have_been_before() {
    let world = world_with_ann().await;
    world.logs_in("ann", PASSWORD).await.unwrap();
    for name in ["ann", "nobody"] {
        is_guessed_from_many_networks(&world, name).await;
    }
    world.logs_in("ann", PASSWORD).await.unwrap();
    world.logs_in("ann", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn one_network_that_is_locked_out_takes_no_place_of_others() {
    let world = world_with_ann().await;
    for _ in 0..10 {
        assert_refused!(world.logs_in("ann", WRONG).await, Refusal::InvalidCredentials);
    }
    for _ in 0..30 {
        assert_refused!(world.logs_in("ann", WRONG).await, Refusal::RateLimited(_));
    }
    world.logs_in_from(2, "ann", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_name_that_nobody_could_have_is_simply_wrong() {
    let world = world().await;
    for name in ["", "a b"] {
        assert_refused!(world.logs_in(name, PASSWORD).await, Refusal::InvalidCredentials);
    }
}
