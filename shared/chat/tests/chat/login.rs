use chat::Login;
use domain::{Error, Fields, LoginAttempt, Registration};

use crate::support::{World, world};

async fn attempt(world: &World, username: &str, password: &str) -> Result<Login, Error> {
    let attempt = LoginAttempt { username: username.to_owned(), password: password.to_owned() };
    chat::login(&world.chat, attempt).await
}

#[tokio::test]
async fn a_name_is_locked_alike_whether_or_not_anybody_has_it() {
    let world = world().await;
    let registration: Registration =
        Fields::parse(br#"{"username":"ann","password":"correct horse"}"#).unwrap().into().unwrap();
    world.registers(registration).await.unwrap();
    for name in ["ann", "nobody"] {
        for _ in 0..10 {
            assert!(matches!(attempt(&world, name, "wrong password").await, Err(Error::InvalidCredentials)));
        }
        let locked = attempt(&world, name, "correct horse").await;
        assert!(matches!(locked, Err(Error::RateLimited { retry_after }) if retry_after.as_secs() >= 28), "{locked:?}");
    }
}

#[tokio::test]
async fn a_success_forgives_the_failures_before_it() {
    let world = world().await;
    let registration: Registration =
        Fields::parse(br#"{"username":"ann","password":"correct horse"}"#).unwrap().into().unwrap();
    world.registers(registration).await.unwrap();
    for _ in 0..9 {
        assert!(attempt(&world, "ann", "wrong password").await.is_err());
    }
    assert!(attempt(&world, "ANN", "correct horse").await.is_ok());
    assert!(matches!(attempt(&world, "ann", "wrong password").await, Err(Error::InvalidCredentials)));
    assert!(attempt(&world, "ann", "correct horse").await.is_ok());
}

#[tokio::test]
async fn a_name_that_nobody_could_have_is_simply_wrong() {
    let world = world().await;
    assert!(matches!(attempt(&world, "", "x").await, Err(Error::InvalidCredentials)));
    assert!(matches!(attempt(&world, "a b", "x").await, Err(Error::InvalidCredentials)));
}
