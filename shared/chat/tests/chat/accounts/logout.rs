use chat::accounts::logout;
use domain::Refusal;

use crate::support::{assert_refused, world};

#[tokio::test]
async fn a_logout_closes_the_sockets_of_its_session_alone() {
    let world = world().await;
    let phone = world.user("ann").await;
    let laptop = phone.opens_session("s2").await;
    phone.has_socket("phone").await;
    laptop.has_socket("laptop").await;
    logout(&world.chat, &phone.caller).await.unwrap();
    assert_eq!((phone.sessions().await, phone.sockets().await), (vec!["s2".to_owned()], vec!["laptop".to_owned()]));
    assert_eq!(world.gateway.closed(), ["phone"]);
}

#[tokio::test]
async fn a_logout_whose_first_try_got_no_further_than_the_session_closes_its_sockets() {
    let world = world().await;
    let ann = world.user("ann").await;
    ann.has_socket("phone").await;
    ann.loses_session().await;
    assert_refused!(logout(&world.chat, &ann.caller).await, Refusal::Unauthenticated);
    assert!(ann.sockets().await.is_empty());
    assert_eq!(world.gateway.closed(), ["phone"]);
}
