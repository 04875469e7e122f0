use chat::{Caller, accounts::Login};
use domain::{Error, Fields, LoginAttempt, Network, PasswordChange, Refusal, Registration, User};

use crate::support::{World, world};

const ANNS: &str = "correct horse";

fn network(number: u8) -> Network {
    Network::of([203, 0, 113, number].into())
}

async fn attempt_from(world: &World, from: u8, username: &str, password: &str) -> Result<Login, Error> {
    let attempt = LoginAttempt { username: username.to_owned(), password: password.to_owned() };
    chat::accounts::login(&world.chat, network(from), attempt).await
}

async fn attempt(world: &World, username: &str, password: &str) -> Result<Login, Error> {
    attempt_from(world, 1, username, password).await
}

async fn world_with_ann() -> (World, User) {
    let world = world().await;
    let registration: Registration =
        Fields::parse(br#"{"username":"ann","password":"correct horse"}"#).unwrap().into().unwrap();
    let ann = world.registers(registration).await.unwrap();
    (world, ann)
}

#[tokio::test]
async fn a_name_is_locked_alike_whether_or_not_anybody_has_it() {
    let (world, _) = world_with_ann().await;
    for name in ["ann", "nobody"] {
        for _ in 0..10 {
            assert!(matches!(
                attempt(&world, name, "wrong password").await,
                Err(Error::Refused(Refusal::InvalidCredentials))
            ));
        }
        let locked = attempt(&world, name, ANNS).await;
        assert!(
            matches!(locked, Err(Error::Refused(Refusal::RateLimited(wait))) if wait.as_secs() >= 28),
            "{locked:?}"
        );
    }
}

#[tokio::test]
async fn a_success_forgives_the_failures_before_it() {
    let (world, _) = world_with_ann().await;
    for _ in 0..9 {
        assert!(attempt(&world, "ann", "wrong password").await.is_err());
    }
    assert!(attempt(&world, "ANN", ANNS).await.is_ok());
    assert!(matches!(attempt(&world, "ann", "wrong password").await, Err(Error::Refused(Refusal::InvalidCredentials))));
    assert!(attempt(&world, "ann", ANNS).await.is_ok());
}

/// From networks from 10 on, each of them once, until the name takes no more in this minute.
async fn is_guessed_from_many_networks(world: &World, name: &str) {
    for from in 10.. {
        match attempt_from(world, from, name, "wrong password").await {
            Err(Error::Refused(Refusal::InvalidCredentials)) => assert!(from < 60, "nobody bounds this"),
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
    let (world, _) = world_with_ann().await;
    attempt(&world, "ann", ANNS).await.unwrap();
    for name in ["ann", "nobody"] {
        is_guessed_from_many_networks(&world, name).await;
    }
    attempt(&world, "ann", ANNS).await.unwrap();
    attempt(&world, "ann", ANNS).await.unwrap();
}

#[tokio::test]
async fn one_network_that_is_locked_out_takes_no_place_of_others() {
    let (world, _) = world_with_ann().await;
    for _ in 0..10 {
        assert!(matches!(
            attempt(&world, "ann", "wrong password").await,
            Err(Error::Refused(Refusal::InvalidCredentials))
        ));
    }
    for _ in 0..30 {
        assert!(matches!(attempt(&world, "ann", "wrong password").await, Err(Error::Refused(Refusal::RateLimited(_)))));
    }
    assert!(attempt_from(&world, 2, "ann", ANNS).await.is_ok());
}

#[tokio::test]
async fn a_name_that_nobody_could_have_is_simply_wrong() {
    let world = world().await;
    assert!(matches!(attempt(&world, "", "x").await, Err(Error::Refused(Refusal::InvalidCredentials))));
    assert!(matches!(attempt(&world, "a b", "x").await, Err(Error::Refused(Refusal::InvalidCredentials))));
}

/// Whatever comes first: the login finds the password changed, or the change finds the session.
#[tokio::test]
async fn a_login_with_the_old_password_leaves_no_session_behind_a_change_of_it() {
    let (world, ann) = world_with_ann().await;
    for round in 0..3 {
        let [old, new] = [round, round + 1].map(|n| if n == 0 { ANNS.to_owned() } else { format!("{ANNS} {n}") });
        let body = format!(r#"{{"current_password":"{old}","new_password":"{new}"}}"#);
        let change: PasswordChange = Fields::parse(body.as_bytes()).unwrap().into().unwrap();
        let session = attempt(&world, "ann", &old).await.unwrap().session.id;
        let caller = Caller { user: ann.id, session };
        let changing = chat::accounts::change_password(&world.chat, &caller, &ann, network(1), change);
        let (changed, ..) = tokio::join!(
            changing,
            attempt(&world, "ann", &old),
            attempt(&world, "ann", &old),
            attempt(&world, "ann", &old)
        );
        changed.unwrap();
        assert!(world.chat.store.sessions(ann.id).await.unwrap().is_empty());
        attempt(&world, "ann", &new).await.unwrap();
    }
}
