use chat::accounts::{list_sessions, refresh};
use store::Session;

use crate::support::{PASSWORD, world};

#[tokio::test]
async fn the_callers_own_session_is_first_and_then_those_that_were_used_last() {
    let world = world().await;
    world.registers("ann").await.unwrap();
    let mut logins = Vec::new();
    for _ in 0..4 {
        logins.push(world.logs_in_with_device("ann", PASSWORD, None).await.unwrap());
        // Times are in milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    refresh(&world.chat, &logins[1].refresh_token).await.unwrap();
    let listed = list_sessions(&world.chat, &logins[2].person.caller).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|session| &session.id).collect();
    assert_eq!(ids, [2, 1, 3, 0].map(|number| &logins[number].person.caller.session));
    assert_eq!(listed.iter().map(|session| session.current).collect::<Vec<_>>(), [true, false, false, false]);
    assert!(listed.iter().all(|session| session.device.as_ref().unwrap().as_str() == "ann's phone"));
    assert!(listed[1].last_used_at > listed[1].created_at && listed[0].last_used_at == listed[0].created_at);
}

#[tokio::test]
async fn a_session_that_has_expired_is_not_listed_and_one_of_before_has_no_name() {
    let world = world().await;
    let ann = world.user("ann").await;
    let day = std::time::Duration::from_hours(24);
    for (id, expires_at) in [("old", chat::now() + day), ("expired", chat::now())] {
        let expires_at = expires_at.seconds();
        let session = Session { id: id.to_owned(), user_id: ann.id(), expires_at, device_id: None, renewal: None };
        assert!(world.chat.store.open_session(&session, "ann", embedded::HASH).await.unwrap());
    }
    let listed = list_sessions(&world.chat, &ann.caller).await.unwrap();
    assert_eq!(listed.iter().map(|session| session.id.as_str()).collect::<Vec<_>>(), ["s1", "old"]);
    assert_eq!(listed[1].device, None);
    assert!(chat::now().since(listed[1].created_at).as_secs() < 60);
}
