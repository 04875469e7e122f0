//! Every call but register and login needs a token that the server gave out and has not taken back: `authorization` tries
//! them all. Here is what a token comes in, and how long it is good.

use e2e::{Answer, PASSWORD, Server, Signer, User, key_of};
use reqwest::{Method, header::AUTHORIZATION};
use serde_json::json;

use crate::support::openapi::calls;

#[tokio::test]
async fn a_call_without_its_trailing_slash_needs_a_token_as_well() {
    let server = Server::start().await;
    for (method, path) in calls() {
        let path = path.replace("{conversation_id}", "1");
        Answer::to(server.request(method, &path)).await.refuses(401, "unauthenticated");
    }
}

#[tokio::test]
async fn what_is_no_bearer_token_is_none() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for value in ["", "Bearer", "Bearer ", "Bearer a.b.c", "Bearer null", "Basic YW5uOnB3", &ann.token] {
        let request = server.request(Method::GET, "/list-chatrooms/").header(AUTHORIZATION, value);
        Answer::to(request).await.refuses(401, "unauthenticated");
    }
}

#[tokio::test]
async fn the_schemes_name_is_read_in_any_case() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let request = server.request(Method::GET, "/list-chatrooms/");
    Answer::to(request.header(AUTHORIZATION, format!("bearer {}", ann.token))).await.is(200);
}

/// Without this, what is said to be refused for one reason could be refused for another.
#[tokio::test]
async fn a_token_that_is_signed_as_the_servers_own_is_as_good() {
    let because = "nobody else has its secret, so as to sign with it";
    let Some(server) = Server::start_on_disk(because).await else { return };
    let ann = server.user("ann").await;
    let signer = Signer::new(&server.token_secret());
    assert_eq!(key_of(&ann.token), Some(signer.key()));
    ann.with_token(signer.renewed(&ann.token)).get("/list-chatrooms/").await.is(200);
}

async fn logs_in(user: &User) -> User {
    let body = json!({"username": user.name, "password": PASSWORD});
    let login = user.server.post("/auth/login/", &body).await.is(200);
    user.with_token(login["access_token"].as_str().unwrap().to_owned())
}

/// As `infra/DEPLOY.md` has it.
#[tokio::test]
async fn another_secret_takes_over_and_nobody_has_to_log_in_again() {
    let because = "its secrets are not for journeys to change";
    let Some(server) = Server::start_on_disk(because).await else { return };
    let before = server.user("ann").await;
    let old = server.token_secret();
    let new = "n".repeat(64);
    let [old_key, new_key] = [&old, &new].map(|secret| Some(Signer::new(secret).key()));

    server.is_killed();
    server.has_token_secrets(&old, &new);
    server.restarts().await;
    // Those who sign with the new one already are believed by those who do not yet.
    assert_eq!(key_of(&logs_in(&before).await.token), old_key);
    let early = before.with_token(Signer::new(&new).renewed(&before.token));
    early.get("/list-chatrooms/").await.is(200);

    server.is_killed();
    server.has_token_secrets(&new, &old);
    server.restarts().await;
    before.get("/list-chatrooms/").await.is(200);
    before.opens_socket_for_all_rooms().await.stays_silent().await;
    let after = logs_in(&before).await;
    assert_eq!(key_of(&after.token), new_key);

    server.is_killed();
    server.has_token_secrets(&new, "none");
    server.restarts().await;
    before.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    assert_eq!(before.tries_socket("").await.err().unwrap().status, 401);
    after.get("/list-chatrooms/").await.is(200);
}
