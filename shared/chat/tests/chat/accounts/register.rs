use domain::Refusal;

use crate::support::{PASSWORD, assert_refused, world};

#[tokio::test]
async fn whoever_registers_can_log_in_under_the_name_as_typed() {
    let world = world().await;
    let user = world.registers("Ann").await.unwrap();
    assert_eq!(user.username.as_str(), "Ann");
    assert_eq!(world.logs_in("Ann", PASSWORD).await.unwrap().id(), user.id);
}

#[tokio::test]
async fn from_one_address_only_so_many_register_at_once() {
    let world = world().await;
    for number in 1..=20 {
        assert_eq!(world.registers(&format!("user{number}")).await.unwrap().id.get(), number);
    }
    // One more may register every minute.
    let refused = world.registers("user21").await;
    assert_refused!(refused, Refusal::RateLimited(wait) if (30..=60).contains(&wait.as_secs()));
    // The refused registration has taken neither the name nor an id.
    assert_eq!(world.user("user21").await.id().get(), 21);
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_in_whatever_case() {
    let world = world().await;
    world.registers("ann").await.unwrap();
    assert_refused!(world.registers("ANN").await, Refusal::UsernameTaken);
}
