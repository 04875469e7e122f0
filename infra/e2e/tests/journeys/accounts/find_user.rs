//! `GET /find-user/`

use e2e::{Answer, Cost, Server, User, crash_points};
use reqwest::Method;
use serde_json::json;

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("GET /find-user/", |world| Ask::Query(vec![(
    "username",
    world.member.name.clone()
)])));

async fn find(user: &User, name: &str) -> Answer {
    Answer::to(user.request(Method::GET, "/find-user/").query(&[("username", name)])).await
}

#[tokio::test]
async fn finds_the_exact_name_in_any_case_and_form() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "Bob+1@b.de"]).await;
    for name in [bob.name.clone(), bob.name.to_uppercase(), bob.name.replace('B', "Ｂ")] {
        assert_eq!(find(&ann, &name).await.is(200), json!({"id": bob.id, "username": bob.name}));
    }
    assert_eq!(find(&ann, &ann.name).await.is(200), json!({"id": ann.id, "username": ann.name}));
}

#[tokio::test]
async fn nobody_has_the_name() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let first_letters = &ann.name[..ann.name.len() - 1];
    for name in ["nobody-has-this-name", first_letters] {
        find(&ann, name).await.refuses(404, "user_not_found");
    }
}

#[tokio::test]
async fn nobody_can_have_the_name() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for name in ["no name at all!", &"a".repeat(151)] {
        find(&ann, name).await.refuses(404, "user_not_found");
    }
}

#[tokio::test]
async fn a_name_is_needed() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.get("/find-user/").await.blames("username");
}

#[tokio::test]
async fn after_a_crash_it_finds_the_same() {
    let Some(server) = crashes::server().await else { return };
    let [ann, _] = server.users(["ann", "bob"]).await;
    let asks = crashes::asks_again(&ann, "/find-user/?username=bob".to_owned());
    let points = crash_points(&server, "find-user", asks).await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, _] = server.users(["ann", "bob"]).await;
    ann.get("/find-user/?username=bob").await.is(200);
    // The session, the call and the name, concurrently.
    assert_eq!(server.cost("find-user").await, Cost { calls: 3, depth: 1, reads: 1.5, writes: 1.0, pushes: 0 });
}
