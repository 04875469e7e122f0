use e2e::{PASSWORD, Server, crash_points};
use serde_json::json;

use crate::BECAUSE;

#[tokio::test]
async fn whoever_logs_in_again_has_a_session_and_no_attempt_against_them() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let attempt = |password: &str| json!({"username": "ann", "password": password});
    let points = crash_points(&server, "login", async |crash| {
        crash.is_near().await;
        let answer = server.post("/auth/login/", &attempt(PASSWORD)).await;
        if crash.has_struck().await {
            answer.is_broken();
        } else {
            answer.is(200);
        }
        server.post("/auth/login/", &attempt("a wrong one")).await.refuses(401, "invalid_credentials");
        assert_eq!(ann.logs_in_again().await.lists("/list-chatrooms/").await.len(), 0);
    })
    .await;
    assert!(points >= 8, "{points}");
    ann.get("/list-chatrooms/").await.is(200);
}
