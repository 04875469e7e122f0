//! The header that carries a token, and which tokens are valid. `authorization` tries invalid tokens on every call.

use e2e::{Answer, Server, Signer, key_of};
use reqwest::{Method, header::AUTHORIZATION};

use crate::support::openapi::{calls, with_ids};

#[tokio::test]
async fn a_call_without_its_trailing_slash_needs_a_token_as_well() {
    let server = Server::start().await;
    for (method, path) in calls() {
        let path = with_ids(&path, "1", "1");
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

/// Proves that a token of [`Signer`] is valid, so that its invalid ones are refused for their own reasons.
#[tokio::test]
async fn a_token_that_is_signed_as_the_servers_own_is_as_good() {
    let Some(server) = Server::local("tests do not have its signing key").on_disk().start().await else { return };
    let ann = server.user("ann").await;
    let signer = Signer::new(&server.signing_secret());
    assert_eq!(key_of(&ann.token), Some(signer.key()));
    ann.with_token(signer.renewed(&ann.token)).get("/list-chatrooms/").await.is(200);
}
