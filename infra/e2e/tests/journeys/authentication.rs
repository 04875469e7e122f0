//! Every call but register and login needs a token that the server gave out and has not taken back.

use e2e::{Answer, Forgery, Server};
use reqwest::{Method, header::AUTHORIZATION};

/// Every route that needs a token. A test of the repository compares this with the template.
pub(crate) const CALLS: [(Method, &str); 14] = [
    (Method::POST, "/auth/change-password"),
    (Method::POST, "/auth/logout"),
    (Method::POST, "/auth/logout-all"),
    (Method::POST, "/create-attachment"),
    (Method::POST, "/create-chatroom"),
    (Method::GET, "/find-user"),
    (Method::POST, "/join-chatroom"),
    (Method::DELETE, "/leave-chatroom/{conversation_id}"),
    (Method::GET, "/list-chatrooms"),
    (Method::GET, "/list-conversation-messages/{conversation_id}"),
    (Method::GET, "/list-members/{conversation_id}"),
    (Method::GET, "/list-messages"),
    (Method::POST, "/read-message"),
    (Method::POST, "/send-message"),
];

/// Makes every call with an `Authorization` header, or with none, and expects each to be refused.
async fn every_call_is_refused(server: &Server, authorization: Option<&str>) {
    for (method, route) in CALLS {
        let path = route.replace("{conversation_id}", "1");
        for path in [format!("{path}/"), path] {
            let mut request = server.request(method.clone(), &path);
            if let Some(value) = authorization {
                request = request.header(AUTHORIZATION, value);
            }
            Answer::to(request).await.refuses(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn without_a_token() {
    let server = Server::start().await;
    every_call_is_refused(&server, None).await;
}

#[tokio::test]
async fn with_something_that_is_no_bearer_token() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for value in ["", "Bearer", "Bearer ", "Bearer a.b.c", "Bearer null", "Basic YW5uOnB3", &ann.token] {
        let request = server.request(Method::GET, "/list-chatrooms/").header(AUTHORIZATION, value);
        Answer::to(request).await.refuses(401, "unauthenticated");
    }
    every_call_is_refused(&server, Some("Bearer a.b.c")).await;
}

#[tokio::test]
async fn with_a_forged_token() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for forgery in Forgery::ALL {
        every_call_is_refused(&server, Some(&format!("Bearer {}", forgery.of(&ann.token)))).await;
    }
    ann.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn with_a_token_that_is_over() {
    let because = "nobody else has its secret, so as to sign one";
    let Some(server) = Server::start_on_disk(because).await else { return };
    let ann = server.user("ann").await;
    let secret = server.token_secret();
    // Else the next would be refused for its signature alone.
    ann.with_token(Forgery::renewed(&ann.token, &secret)).get("/list-chatrooms/").await.is(200);
    let over = Forgery::expired(&ann.token, &secret);
    every_call_is_refused(&server, Some(&format!("Bearer {over}"))).await;
    assert_eq!(server.handshake("", &["bearer", &over]).await.err().unwrap().status, 401);
}

#[tokio::test]
async fn after_logging_out() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.logs_out().await;
    every_call_is_refused(&server, Some(&format!("Bearer {}", ann.token))).await;
}

#[tokio::test]
async fn the_schemes_name_is_read_in_any_case() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let request = server.request(Method::GET, "/list-chatrooms/");
    Answer::to(request.header(AUTHORIZATION, format!("bearer {}", ann.token))).await.is(200);
}
