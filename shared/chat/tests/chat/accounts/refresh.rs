use std::time::Duration;

use chat::{
    Chat,
    accounts::{Renewal, Session, logout, logout_all, refresh},
};
use domain::{RefreshAttempt, RefreshToken, Refusal};

use crate::support::{LoggedIn, PASSWORD, World, assert_refused, input, world};

async fn logged_in(world: &World) -> LoggedIn {
    world.registers("ann").await.unwrap();
    world.logs_in_with_device("ann", PASSWORD, None).await.unwrap()
}

async fn session(chat: &Chat, token: &RefreshToken) -> Option<Session> {
    chat.store.session(token.user, token.session.as_str(), chat::now()).await.unwrap()
}

/// Lets so much time pass after the last refresh of a session.
async fn passes(chat: &Chat, token: &RefreshToken, time: Duration) {
    let session = session(chat, token).await.unwrap();
    let renewal = session.renewal.clone().unwrap();
    let earlier = Renewal { renewed_at: (renewal.renewed_at() - time).millis(), ..renewal.clone() };
    let end = chat::now() + Duration::from_mins(1);
    chat.store.renew_session(&session, &renewal.nonce, &earlier, end, chat::now()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_refresh_continues_the_session_for_60_days() {
    let world = world().await;
    let phone = logged_in(&world).await;
    passes(&world.chat, &phone.refresh_token, Duration::from_secs(100)).await;
    let login = refresh(&world.chat, &phone.refresh_token).await.unwrap();
    assert_eq!(
        (login.caller().user, login.session.id.as_str()),
        (phone.person.id(), phone.person.caller.session.as_str())
    );
    assert_eq!((login.user.username.as_str(), &login.device), ("ann", &phone.device));
    assert_ne!(login.refresh_token.to_string(), phone.refresh_token.to_string());
    let end = (chat::now() + Duration::from_hours(60 * 24)).seconds();
    assert!((end - 60..=end).contains(&session(&world.chat, &login.refresh_token).await.unwrap().expires_at));
}

#[tokio::test]
async fn a_replaced_token_gets_the_same_successor_for_a_minute() {
    let world = world().await;
    let phone = logged_in(&world).await;
    let next = refresh(&world.chat, &phone.refresh_token).await.unwrap().refresh_token.to_string();
    for age in [0, 20, 35] {
        passes(&world.chat, &phone.refresh_token, Duration::from_secs(age)).await;
        assert_eq!(refresh(&world.chat, &phone.refresh_token).await.unwrap().refresh_token.to_string(), next);
    }
}

#[tokio::test]
async fn refreshes_at_the_same_moment_get_one_successor() {
    let world = world().await;
    let phone = logged_in(&world).await;
    let refreshes = (0..12).map(|_| refresh(&world.chat, &phone.refresh_token));
    let all = futures_util::future::join_all(refreshes).await;
    let tokens: std::collections::BTreeSet<_> =
        all.into_iter().map(|login| login.unwrap().refresh_token.to_string()).collect();
    assert_eq!(tokens.len(), 1);
}

#[tokio::test]
async fn a_token_that_was_replaced_long_ago_ends_the_session_and_its_sockets_and_no_others() {
    for replaced_twice in [false, true] {
        let world = world().await;
        let phone = logged_in(&world).await;
        let laptop = world.logs_in_with_device("ann", PASSWORD, None).await.unwrap();
        phone.person.has_socket("phone").await;
        laptop.person.has_socket("laptop").await;
        let mut last = refresh(&world.chat, &phone.refresh_token).await.unwrap().refresh_token;
        if replaced_twice {
            last = refresh(&world.chat, &last).await.unwrap().refresh_token;
        } else {
            passes(&world.chat, &last, Duration::from_secs(61)).await;
        }
        assert_refused!(refresh(&world.chat, &phone.refresh_token).await, Refusal::RefreshTokenInvalid);
        assert_refused!(refresh(&world.chat, &last).await, Refusal::RefreshTokenInvalid);
        assert_eq!(laptop.person.sessions().await, std::slice::from_ref(&laptop.person.caller.session));
        assert_eq!(world.gateway.closed(), ["phone"]);
        refresh(&world.chat, &laptop.refresh_token).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_that_was_made_up_changes_nothing() {
    let world = world().await;
    let phone = logged_in(&world).await;
    let laptop = world.logs_in_with_device("ann", PASSWORD, None).await.unwrap().refresh_token;
    let token = &phone.refresh_token;
    let forged = RefreshToken::first(token.user, token.session.clone(), [7; 32], "nonce");
    let mixed = token.to_string().replace(token.session.as_str(), laptop.session.as_str());
    let mixed: RefreshAttempt = input(&format!(r#"{{"refresh_token":"{mixed}"}}"#));
    let before = session(&world.chat, token).await;
    for wrong in [forged, mixed.token().unwrap()] {
        assert_refused!(refresh(&world.chat, &wrong).await, Refusal::RefreshTokenInvalid);
    }
    assert_eq!(session(&world.chat, token).await, before);
    refresh(&world.chat, token).await.unwrap();
    refresh(&world.chat, &laptop).await.unwrap();
}

#[tokio::test]
async fn a_session_that_has_ended_is_not_refreshed() {
    let world = world().await;
    let [phone, laptop, tablet] = [logged_in(&world).await, again(&world).await, again(&world).await];
    logout(&world.chat, &phone.person.caller).await.unwrap();
    assert_refused!(refresh(&world.chat, &phone.refresh_token).await, Refusal::RefreshTokenInvalid);
    logout_all(&world.chat, &laptop.person.caller).await.unwrap();
    assert_refused!(refresh(&world.chat, &tablet.refresh_token).await, Refusal::RefreshTokenInvalid);
    let phone = again(&world).await;
    world.changes_password(&phone.person, PASSWORD, "battery staple").await.unwrap();
    assert_refused!(refresh(&world.chat, &phone.refresh_token).await, Refusal::RefreshTokenInvalid);
    assert!(phone.person.sessions().await.is_empty());
}

async fn again(world: &World) -> LoggedIn {
    world.logs_in_with_device("ann", PASSWORD, None).await.unwrap()
}

#[tokio::test]
async fn a_refresh_and_a_logout_everywhere_at_the_same_moment_leave_no_session() {
    let world = world().await;
    let mut phone = logged_in(&world).await;
    for _ in 0..20 {
        let laptop = again(&world).await;
        let (refreshed, ended) =
            tokio::join!(refresh(&world.chat, &phone.refresh_token), logout_all(&world.chat, &laptop.person.caller),);
        ended.unwrap();
        assert!(phone.person.sessions().await.is_empty());
        let last = refreshed.map_or(phone.refresh_token, |login| login.refresh_token);
        assert_refused!(refresh(&world.chat, &last).await, Refusal::RefreshTokenInvalid);
        phone = again(&world).await;
    }
}

#[tokio::test]
async fn a_session_is_refreshed_ten_times_at_once_and_then_once_a_minute() {
    let world = world().await;
    let mut token = logged_in(&world).await.refresh_token;
    for _ in 0..10 {
        token = refresh(&world.chat, &token).await.unwrap().refresh_token;
    }
    let before = session(&world.chat, &token).await;
    assert_refused!(refresh(&world.chat, &token).await, Refusal::RateLimited(wait) if (50..=60).contains(&wait.as_secs()));
    assert_eq!(session(&world.chat, &token).await, before);
}
