use domain::Refusal;

use crate::support::{PASSWORD, assert_refused, world};

const NEW: &str = "battery staple";

#[tokio::test]
async fn the_new_password_is_the_password_and_all_sessions_and_sockets_are_gone() {
    let world = world().await;
    world.registers("ann").await.unwrap();
    let phone = world.logs_in("ann", PASSWORD).await.unwrap();
    let laptop = world.logs_in("ann", PASSWORD).await.unwrap();
    phone.has_socket("phone").await;
    laptop.has_socket("laptop").await;
    world.changes_password(&phone, PASSWORD, NEW).await.unwrap();
    assert!(phone.sessions().await.is_empty() && phone.sockets().await.is_empty());
    assert_eq!(world.gateway.closed(), ["laptop", "phone"]);
    assert_refused!(world.logs_in("ann", PASSWORD).await, Refusal::InvalidCredentials);
    world.logs_in("ann", NEW).await.unwrap();
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing() {
    let world = world().await;
    world.registers("ann").await.unwrap();
    let ann = world.logs_in("ann", PASSWORD).await.unwrap();
    assert_refused!(world.changes_password(&ann, "a wrong one", NEW).await, Refusal::WrongPassword);
    assert_eq!(ann.sessions().await, [ann.caller.session.as_str()]);
    world.logs_in("ann", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_new_password_is_not_the_name() {
    let world = world().await;
    world.registers("annabella").await.unwrap();
    let ann = world.logs_in("annabella", PASSWORD).await.unwrap();
    let refused = world.changes_password(&ann, PASSWORD, "Annabella").await;
    assert_refused!(refused, Refusal::Invalid(fields) if fields.contains_key("new_password"));
}

/// One attempt tests one guess.
#[tokio::test]
async fn a_new_password_that_is_the_password_already_does_not_make_up_for_a_wrong_current_one() {
    let world = world().await;
    world.registers("ann").await.unwrap();
    let ann = world.logs_in("ann", PASSWORD).await.unwrap();
    assert_refused!(world.changes_password(&ann, "a wrong one", PASSWORD).await, Refusal::WrongPassword);
    assert_eq!(ann.sessions().await, [ann.caller.session.as_str()]);
    world.changes_password(&ann, PASSWORD, PASSWORD).await.unwrap();
    assert!(ann.sessions().await.is_empty());
}

/// A client that got no answer to its first try sends the same request again.
#[tokio::test]
async fn a_change_that_was_made_already_closes_the_sockets_that_are_left() {
    let world = world().await;
    world.registers("ann").await.unwrap();
    let ann = world.logs_in("ann", PASSWORD).await.unwrap();
    world.changes_password(&ann, PASSWORD, NEW).await.unwrap();
    ann.has_socket("left").await;
    assert_refused!(world.changes_password(&ann, PASSWORD, NEW).await, Refusal::Unauthenticated);
    assert_eq!(world.gateway.closed(), ["left"]);
    assert!(ann.sockets().await.is_empty());
}

/// Either the login finds the password changed, or the change finds the session.
#[tokio::test]
async fn a_login_with_the_old_password_leaves_no_session_behind_a_change_of_it() {
    let world = world().await;
    world.registers("ann").await.unwrap();
    for round in 0..3 {
        let [old, new] = [round, round + 1]
            .map(|number| if number == 0 { PASSWORD.to_owned() } else { format!("{PASSWORD} {number}") });
        let ann = world.logs_in("ann", &old).await.unwrap();
        let (changed, ..) = tokio::join!(
            world.changes_password(&ann, &old, &new),
            world.logs_in("ann", &old),
            world.logs_in("ann", &old),
            world.logs_in("ann", &old)
        );
        changed.unwrap();
        assert!(ann.sessions().await.is_empty());
        world.logs_in("ann", &new).await.unwrap();
    }
}
