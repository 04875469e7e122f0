//! Tokens, passwords and the texts of messages must not be in any log.

use e2e::{PASSWORD, Server};
use serde_json::json;

const BECAUSE: &str = "the log of a deployed system is in CloudWatch";
const WRONG: &str = "a wrong password that nobody has";
const TEXT: &str = "meet me at the old harbour";

/// Sends secrets through every place that could log them, and returns them.
async fn secrets_go_by(server: &Server) -> Vec<String> {
    let ([ann], room) = server.room_of(["ann"]).await;
    let wrong = json!({"username": ann.name, "password": WRONG});
    server.post("/auth/login/", &wrong).await.refuses(401, "invalid_credentials");
    server.post("/auth/register/", &json!({"username": "bob", "password": [WRONG]})).await.blames("password");
    let forged = format!("{}x", ann.token);
    for token in [&ann.token, &forged] {
        let query = format!("room_name={room}&token={token}");
        assert_eq!(server.handshake(&query, &[]).await.is_ok(), token == &ann.token);
        assert_eq!(server.handshake("", &["bearer", token]).await.is_ok(), token == &ann.token);
        let path = format!("/ws/chat/{room}/?token={token}");
        assert_eq!(server.handshake_at(&path, &[]).await.is_ok(), token == &ann.token);
        // A client may put the token of a handshake into the query of a call.
        server.get(&format!("/list-chatrooms/?token={token}")).await.refuses(401, "unauthenticated");
    }
    ann.with_token(forged.clone()).get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    ann.sends(room, TEXT).await;
    ann.tries_to_send(room + 1, TEXT).await.refuses(404, "room_not_found");
    let mut phone = ann.opens_socket(room).await;
    phone.says(room, TEXT).await;
    phone.receives(TEXT).await;
    phone.says(room + 1, TEXT).await;
    phone.hears_error("room_not_found").await;
    phone.sends_text(&format!("{{\"type\": \"{TEXT}\", \"token\": \"{}\"", ann.token)).await;
    let last = phone.hears_error("malformed_json").await["request_id"].as_str().unwrap().to_owned();
    let later = ann.refreshed(&ann.refreshes().await);
    let broken = format!("{}.", ann.refresh_token);
    server.post("/auth/refresh/", &json!({"refresh_token": broken})).await.refuses(401, "unauthenticated");
    let proofs = [&ann, &later].map(|user| user.refresh_token.rsplit('.').next().unwrap().to_owned());
    let secret = later.refresh_token.split('.').nth(2).unwrap().to_owned();
    ann.logs_out().await;
    server.has_logged(&last).await;
    let signature = ann.token.rsplit('.').next().unwrap().to_owned();
    let [first, second] = proofs;
    let of_refreshes = [later.token, first, second, secret];
    let mut secrets = vec![
        ann.token,
        forged,
        signature,
        PASSWORD.to_owned(),
        WRONG.to_owned(),
        TEXT.to_owned(),
        "$argon2id$".to_owned(),
    ];
    secrets.extend(of_refreshes);
    secrets
}

#[tokio::test]
async fn nothing_that_is_secret_is_in_a_log_however_much_is_logged() {
    for format in ["text", "json"] {
        let Some(server) = Server::local(BECAUSE).logging(format).start().await else { return };
        let secrets = secrets_go_by(&server).await;
        let log = server.log();
        for secret in secrets {
            let line = log.lines().find(|line| line.contains(&secret));
            assert_eq!(line, None, "{secret}");
        }
    }
}
