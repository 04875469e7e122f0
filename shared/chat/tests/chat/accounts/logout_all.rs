use chat::accounts::logout_all;
use domain::Refusal;

use crate::support::{assert_refused, world};

#[tokio::test]
async fn logging_out_everywhere_ends_all_sessions_and_closes_all_sockets_of_nobody_else() {
    let world = world().await;
    let [phone, bob] = world.users(["ann", "bob"]).await;
    let laptop = phone.opens_session("s2").await;
    for (session, socket) in [(&phone, "phone"), (&laptop, "laptop"), (&bob, "bob's")] {
        session.has_socket(socket).await;
    }
    logout_all(&world.chat, &phone.caller).await.unwrap();
    assert!(phone.sessions().await.is_empty() && phone.sockets().await.is_empty());
    assert_eq!(world.gateway.closed(), ["laptop", "phone"]);
    assert_eq!((bob.sessions().await.len(), bob.sockets().await.len()), (1, 1));
}

#[tokio::test]
async fn whoever_has_logged_out_ends_no_other_session_and_has_only_the_sockets_closed_that_outlived_theirs() {
    let world = world().await;
    let phone = world.user("ann").await;
    let laptop = phone.opens_session("s2").await;
    phone.has_socket("phone").await;
    laptop.has_socket("laptop").await;
    phone.loses_session().await;
    assert_refused!(logout_all(&world.chat, &phone.caller).await, Refusal::Unauthenticated);
    assert_eq!((phone.sessions().await, phone.sockets().await), (vec!["s2".to_owned()], vec!["laptop".to_owned()]));
}
