//! Devices and sessions are counted apart from the networks of those who guess.

use chat::accounts::Device;
use domain::Refusal;

use crate::support::{PASSWORD, World, assert_refused, world};

const WRONG: &str = "wrong password";
const NEW: &str = "battery staple";

async fn world_with_ann() -> World {
    let world = world().await;
    world.registers("ann").await.unwrap();
    world
}

/// Uses up all attempts of the network of [`World::logs_in`].
async fn is_guessed_by_a_neighbour(world: &World) {
    for _ in 0..10 {
        assert_refused!(world.logs_in("ann", WRONG).await, Refusal::InvalidCredentials);
    }
    assert_refused!(world.logs_in("ann", PASSWORD).await, Refusal::RateLimited(_));
}

/// Guesses from many networks, until the name takes no more attempts in this minute.
async fn is_guessed_from_everywhere(world: &World) {
    for from in 10..40 {
        assert!(world.logs_in_from(from, "ann", WRONG).await.is_err());
    }
}

#[tokio::test]
async fn a_neighbour_who_guesses_does_not_keep_a_known_device_out() {
    let world = world_with_ann().await;
    let phone = world.logs_in_with_device("ann", PASSWORD, None).await.unwrap();
    is_guessed_by_a_neighbour(&world).await;
    is_guessed_from_everywhere(&world).await;
    let again = world.logs_in_with_device("ANN", PASSWORD, Some(phone.device.clone())).await.unwrap();
    assert_eq!(again.device, phone.device);
    // The neighbour gains nothing by it.
    assert_refused!(world.logs_in("ann", PASSWORD).await, Refusal::RateLimited(_));
}

#[tokio::test]
async fn a_device_that_is_locked_counts_for_its_network() {
    let world = world_with_ann().await;
    let [phone, tablet] = [
        world.logs_in_with_device("ann", PASSWORD, None).await,
        world.logs_in_with_device("ann", PASSWORD, None).await,
    ]
    .map(|login| login.unwrap().device);
    assert_ne!(phone.id, tablet.id);
    let with_phone = async |password| world.logs_in_with_device("ann", password, Some(phone.clone())).await;
    for _ in 0..10 {
        assert_refused!(with_phone(WRONG).await, Refusal::InvalidCredentials);
    }
    assert_ne!(with_phone(PASSWORD).await.unwrap().device.id, phone.id);
    for _ in 0..10 {
        assert_refused!(with_phone(WRONG).await, Refusal::InvalidCredentials);
    }
    assert_refused!(with_phone(PASSWORD).await, Refusal::RateLimited(wait) if wait.as_secs() >= 28);
    assert_refused!(world.logs_in("ann", PASSWORD).await, Refusal::RateLimited(_));
    world.logs_in_with_device("ann", PASSWORD, Some(tablet)).await.unwrap();
}

#[tokio::test]
async fn a_device_of_another_name_is_a_stranger() {
    let world = world_with_ann().await;
    world.registers("bob").await.unwrap();
    let bobs = world.logs_in_with_device("bob", PASSWORD, None).await.unwrap().device;
    is_guessed_by_a_neighbour(&world).await;
    let refused = world.logs_in_with_device("ann", PASSWORD, Some(bobs.clone())).await;
    assert_refused!(refused, Refusal::RateLimited(_));
    world.logs_in_with_device("bob", PASSWORD, Some(bobs)).await.unwrap();
}

#[tokio::test]
async fn a_change_of_the_password_makes_a_stranger_of_each_other_device() {
    let world = world_with_ann().await;
    let [phone, thief] = [None, None].map(|device| world.logs_in_with_device("ann", PASSWORD, device));
    let (phone, thief) = (phone.await.unwrap(), thief.await.unwrap());
    world.changes_password(&phone.person, PASSWORD, NEW).await.unwrap();
    is_guessed_by_a_neighbour(&world).await;
    is_guessed_from_everywhere(&world).await;
    let with = async |device| world.logs_in_with_device("ann", NEW, Some(device)).await;
    assert_refused!(with(thief.device).await, Refusal::RateLimited(_));
    with(phone.device).await.unwrap();
}

#[tokio::test]
async fn a_copied_token_is_worth_nothing_after_the_first_login_with_a_changed_password() {
    let world = world_with_ann().await;
    let phone = world.logs_in_with_device("ann", PASSWORD, None).await.unwrap();
    world.changes_password(&phone.person, PASSWORD, NEW).await.unwrap();
    let with = async |device: &Device| world.logs_in_with_device("ann", NEW, Some(device.clone())).await;
    let again = with(&phone.device).await.unwrap().device;
    assert_ne!(again.id, phone.device.id);
    assert_eq!(with(&again).await.unwrap().device, again);
    is_guessed_by_a_neighbour(&world).await;
    assert_refused!(with(&phone.device).await, Refusal::RateLimited(_));
    with(&again).await.unwrap();
}

#[tokio::test]
async fn a_token_of_before_a_change_gets_the_device_a_new_one() {
    let world = world_with_ann().await;
    let phone = world.logs_in_with_device("ann", PASSWORD, None).await.unwrap();
    let tablet = world.logs_in_with_device("ann", PASSWORD, None).await.unwrap().device;
    world.changes_password(&phone.person, PASSWORD, NEW).await.unwrap();
    let again = world.logs_in_with_device("ann", NEW, Some(tablet.clone())).await.unwrap().device;
    assert_ne!(again.id, tablet.id);
    is_guessed_by_a_neighbour(&world).await;
    assert_refused!(world.logs_in_with_device("ann", NEW, Some(tablet)).await, Refusal::RateLimited(_));
    world.logs_in_with_device("ann", NEW, Some(again)).await.unwrap();
}

#[tokio::test]
async fn guesses_at_a_login_refuse_no_change_and_those_at_a_change_no_login() {
    let world = world_with_ann().await;
    let ann = world.logs_in("ann", PASSWORD).await.unwrap();
    let other = world.logs_in("ann", PASSWORD).await.unwrap();
    for _ in 0..10 {
        assert_refused!(world.changes_password(&other, WRONG, NEW).await, Refusal::WrongPassword);
    }
    assert_refused!(world.changes_password(&other, PASSWORD, NEW).await, Refusal::RateLimited(_));
    world.logs_in("ann", PASSWORD).await.unwrap();
    is_guessed_by_a_neighbour(&world).await;
    is_guessed_from_everywhere(&world).await;
    world.changes_password(&ann, PASSWORD, NEW).await.unwrap();
}
