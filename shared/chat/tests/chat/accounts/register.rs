use domain::{Error, Fields, Refusal, Registration};

use crate::support::{World, world};

fn registration(name: &str) -> Registration {
    let body = format!(r#"{{"username":"{name}","password":"correct horse"}}"#);
    Fields::parse(body.as_bytes()).unwrap().into().unwrap()
}

async fn registers(world: &World, name: &str) -> Result<domain::User, Error> {
    world.registers(registration(name)).await
}

#[tokio::test]
async fn from_one_address_only_so_many_register_at_once() {
    let world = world().await;
    for number in 1..=20 {
        assert_eq!(registers(&world, &format!("user{number}")).await.unwrap().id.get(), number);
    }
    let refused = registers(&world, "user21").await;
    // One comes free every minute.
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::RateLimited(wait))) if (30..=60).contains(&wait.as_secs())),
        "{refused:?}"
    );
    // Nothing of the one who was refused is there.
    assert_eq!(world.user("user21").await.get(), 21);
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_in_whatever_case() {
    let world = world().await;
    registers(&world, "ann").await.unwrap();
    assert!(matches!(registers(&world, "ANN").await, Err(Error::Refused(Refusal::UsernameTaken))));
}
