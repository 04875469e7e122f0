//! A path that ends in a slash, if API Gateway does not give it to the route `/x/{proxy+}`, which its documentation
//! leaves open.

use std::fs;

use e2e::{Answer, PASSWORD, Server};
use reqwest::{Client, Method, StatusCode, header::LOCATION, redirect::Policy};
use serde_json::json;
use tempfile::TempDir;

use crate::support::repository;

const BECAUSE: &str = "a deployed system has the routes of the template";

/// The template without the routes for paths with a slash at their end.
fn without_slashes() -> String {
    let template = repository::read("template.yaml");
    let is_kept = |line: &&str| {
        !line.trim_start().trim_start_matches("POST ").trim_start_matches("GET ").starts_with('/')
            || !line.contains("/{proxy+}:")
            || line.trim_start().starts_with("/{proxy+}:")
    };
    let kept: Vec<&str> = template.lines().filter(is_kept).collect();
    assert!(kept.len() + 20 < template.lines().count(), "it has routes with a slash");
    kept.join("\n")
}

#[tokio::test]
async fn clients_that_write_slashes_are_served_even_if_no_route_takes_them() {
    let directory = TempDir::new().unwrap();
    let [template, record] = ["template.yaml", "record"].map(|name| directory.path().join(name));
    fs::write(&template, without_slashes()).unwrap();
    let Some(server) = Server::local(BECAUSE).template(&template, &record).start().await else { return };
    // The helpers of this crate write all paths with a slash, and their client follows redirects, with its token.
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    ann.sends(room, "hi").await;
    assert_eq!(bob.sees_messages(room).await[0]["text"], "hi");
    ann.get("/find-user/?username=bob").await.is(200);
    ann.leaves(room).await;

    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let login = format!("{}/auth/login/?a=%2Fb", server.url());
    let answer = client.post(login).json(&json!({"username": "ann", "password": PASSWORD})).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(answer.headers()[LOCATION], "/auth/login?a=%2Fb");
}

#[tokio::test]
async fn a_path_that_leads_nowhere_has_a_problem_with_and_without_a_slash() {
    let because = "an emulator has the API below a path, which the redirect does not know";
    let Some(server) = Server::local(because).start().await else { return };
    for path in ["/nothing", "/nothing/", "/nothing//", "/auth", "/auth/", "/ws/chat/1/2/"] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            Answer::to(server.request(method, path)).await.refuses(404, "not_found");
        }
    }
    assert_eq!(Answer::to(server.request(Method::HEAD, "/nothing/")).await.status, 404);
    // Without a route, so that API Gateway answers preflights itself.
    assert_eq!(Answer::to(server.request(Method::OPTIONS, "/nothing/")).await.status, 404);
}
