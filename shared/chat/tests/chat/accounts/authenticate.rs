use chat::{Caller, accounts::authenticate};
use domain::Refusal;
use store::Session;

use crate::support::{assert_refused, world};

#[tokio::test]
async fn a_session_authenticates_its_own_user_until_it_ends() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let phone = ann.opens_session("phone").await;
    authenticate(&world.chat, &phone.caller).await.unwrap();
    let stolen = Caller { user: bob.id(), ..phone.caller.clone() };
    assert_refused!(authenticate(&world.chat, &stolen).await, Refusal::Unauthenticated);
    phone.loses_session().await;
    assert_refused!(authenticate(&world.chat, &phone.caller).await, Refusal::Unauthenticated);
    authenticate(&world.chat, &ann.caller).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let world = world().await;
    let ann = world.user("ann").await;
    let old = Session {
        id: "old".to_owned(),
        user_id: ann.id(),
        expires_at: chat::now().seconds(),
        device_id: None,
        renewal: None,
    };
    assert!(world.chat.store.open_session(&old, "ann", embedded::HASH).await.unwrap());
    let caller = Caller { user: ann.id(), session: old.id, at: chat::now() };
    assert_refused!(authenticate(&world.chat, &caller).await, Refusal::Unauthenticated);
}
