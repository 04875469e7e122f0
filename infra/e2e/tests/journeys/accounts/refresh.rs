//! `POST /auth/refresh/`

use std::collections::BTreeSet;

use e2e::{Answer, Cost, PASSWORD, Server, User, crash_points};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{costs, crashes, ending::lost_answers};

const BECAUSE: &str = "a deployed system does not show its tables";

/// Refreshes the session of a user, and returns the user with the new tokens.
async fn refreshed(user: &User) -> User {
    user.refreshed(&user.refreshes().await)
}

/// Changes a session of a user in the table.
async fn alters(user: &User, change: &str, values: Value) {
    let key = json!({"user_id": {"N": user.id.to_string()}, "id": {"S": user.session()}});
    let mut update = json!({"TableName": "SessionsTable", "Key": key, "UpdateExpression": change});
    if !values.is_null() {
        update["ExpressionAttributeValues"] = values;
    }
    user.server.dynamodb("UpdateItem", &update).await;
}

async fn is_over(user: &User) {
    user.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    user.refreshes().await.refuses(401, "unauthenticated");
}

#[tokio::test]
async fn a_new_pair_continues_the_session() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let body = ann.refreshes().await.is(200);
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    assert_eq!(
        body,
        json!({
            "message": "Login successful",
            "access_token": text("access_token"),
            "token_type": "Bearer",
            "expires_in": 86400,
            "refresh_token": text("refresh_token"),
            "device_token": text("device_token"),
            "user": {"id": ann.id, "username": ann.name},
        })
    );
    let later = ann.with_token(text("access_token"));
    assert_eq!(later.session(), ann.session());
    assert_ne!(text("refresh_token"), ann.refresh_token);
    for user in [&ann, &later] {
        user.get("/list-chatrooms/").await.is(200);
    }
    let login = json!({"username": ann.name, "password": PASSWORD, "device_token": text("device_token")});
    server.post("/auth/login/", &login).await.is(200);
    refreshed(&refreshed(&later.refreshed(&ann.refreshes().await)).await).await;
}

#[tokio::test]
async fn a_name_is_shown_as_it_was_registered() {
    let server = Server::start().await;
    let ann = server.user("Ann").await;
    let body = json!({"username": ann.name.to_uppercase(), "password": PASSWORD});
    let login = server.post("/auth/login/", &body).await.is(200);
    let refresh = json!({"refresh_token": login["refresh_token"]});
    assert_eq!(
        server.post("/auth/refresh/", &refresh).await.is(200)["user"],
        json!({"id": ann.id, "username": ann.name})
    );
}

#[tokio::test]
async fn a_lost_answer_and_many_windows_at_once_get_the_same_token() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let answers = join_all((0..8).map(|_| ann.refreshes())).await;
    let tokens: BTreeSet<_> = answers.iter().map(|answer| ann.refreshed(answer).refresh_token).collect();
    assert_eq!(tokens.len(), 1);
    let later = refreshed(&ann).await;
    assert!(tokens.contains(&later.refresh_token));
    refreshed(&later).await;
}

#[tokio::test]
async fn a_token_that_was_replaced_a_minute_ago_ends_the_session_and_closes_its_sockets() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ann = server.user("ann").await;
    let other = ann.logs_in_again().await;
    let later = refreshed(&ann).await;
    let mut socket = later.opens_socket_for_all_rooms().await;
    let mut others = other.opens_socket_for_all_rooms().await;
    alters(&ann, "SET renewal.renewed_at = renewal.renewed_at - :time", json!({":time": {"N": "61000"}})).await;
    ann.refreshes().await.refuses(401, "unauthenticated");
    socket.is_closed().await;
    is_over(&later).await;
    others.stays_silent().await;
    refreshed(&other).await.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn a_token_before_the_one_before_ends_the_session() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let later = refreshed(&refreshed(&ann).await).await;
    ann.refreshes().await.refuses(401, "unauthenticated");
    is_over(&later).await;
    ann.logs_in_again().await;
}

#[tokio::test]
async fn what_is_no_token_of_the_session_is_refused_and_ends_nothing() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let of = |user: &User| user.refresh_token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (anns, bobs) = (of(&ann), of(&bob));
    let mut wrong = vec![String::new(), "null".to_owned(), ann.token.clone(), format!("{}x", ann.refresh_token)];
    for part in 0..3 {
        let mut mixed = anns.clone();
        mixed[part].clone_from(&bobs[part]);
        wrong.push(mixed.join("."));
    }
    for token in wrong {
        let answer = server.post("/auth/refresh/", &json!({"refresh_token": token})).await;
        answer.refuses(401, "unauthenticated");
        assert!(answer.header("www-authenticate").is_some());
    }
    for user in [&ann, &bob] {
        refreshed(user).await.get("/list-chatrooms/").await.is(200);
    }
    server.post("/auth/refresh/", &json!({})).await.blames("refresh_token");
    server.post("/auth/refresh/", &json!({"refresh_token": 7})).await.blames("refresh_token");
}

#[tokio::test]
async fn a_session_that_ended_while_it_was_refreshed_does_not_come_back() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for round in 0..6 {
        let [phone, laptop] = [ann.logs_in_again().await, ann.logs_in_again().await];
        let (refresh, ended) = tokio::join!(phone.refreshes(), async {
            match round % 2 {
                0 => laptop.post("/auth/logout-all/", &json!({})).await,
                _ => laptop.delete(&format!("/end-session/{}/", phone.session())).await,
            }
        });
        ended.is(200);
        is_over(&phone).await;
        if refresh.status == 200 {
            is_over(&phone.refreshed(&refresh)).await;
        }
    }
}

#[tokio::test]
async fn a_session_lasts_sixty_days_after_its_last_refresh() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ann = server.user("ann").await;
    alters(&ann, "SET expires_at = :soon", json!({":soon": {"N": "4000000000"}})).await;
    let later = refreshed(&ann).await;
    let key = json!({"user_id": {"N": ann.id.to_string()}, "id": {"S": ann.session()}});
    let found = server.dynamodb("GetItem", &json!({"TableName": "SessionsTable", "Key": key})).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let expires_at: u64 = found["Item"]["expires_at"]["N"].as_str().unwrap().parse().unwrap();
    let end = now + 60 * 24 * 60 * 60;
    assert!((end - 60..=end).contains(&expires_at), "{expires_at}");
    alters(&ann, "SET expires_at = :past", json!({":past": {"N": now.to_string()}})).await;
    is_over(&later).await;
}

/// A session from before there were refresh tokens.
#[tokio::test]
async fn a_session_of_before_goes_on_and_is_not_refreshed() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ann = server.user("ann").await;
    alters(&ann, "REMOVE renewal", Value::Null).await;
    ann.get("/list-chatrooms/").await.is(200);
    ann.refreshes().await.refuses(401, "unauthenticated");
    let [session] = ann.lists("/list-sessions/").await.try_into().unwrap();
    assert_eq!((&session["id"], &session["device"]), (&json!(ann.session()), &Value::Null));
}

#[tokio::test]
async fn one_session_is_refreshed_ten_times_at_once() {
    let server = Server::start().await;
    let mut ann = server.user("ann").await;
    for _ in 0..10 {
        ann = refreshed(&ann).await;
    }
    let refused = ann.refreshes().await;
    refused.refuses(429, "rate_limited");
    assert!((1..=60).contains(&refused.retry_after()), "{refused:?}");
    ann.get("/list-chatrooms/").await.is(200);
    refreshed(&ann.logs_in_again().await).await;
}

#[tokio::test]
async fn a_refresh_that_is_tried_again_continues_the_session() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let points = crash_points(&server, "refresh", async |crash| {
        let phone = ann.logs_in_again().await;
        let (answer, _) = crashes::meets(crash, async || phone.refreshes().await).await;
        let later = phone.refreshed(&answer);
        later.get("/list-chatrooms/").await.is(200);
        refreshed(&later).await;
    })
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn a_refresh_whose_answers_of_the_tables_get_lost_replaces_the_token_once() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let calls = lost_answers(&server, "refresh", async || {
        let phone = ann.logs_in_again().await;
        let later = refreshed(&phone).await;
        assert_eq!(refreshed(&phone).await.refresh_token, later.refresh_token);
    })
    .await;
    assert!(calls >= 2, "{calls}");
}

/// A copied token is used while the function dies: a second use ends what the first one has left.
#[tokio::test]
async fn a_copied_token_that_is_tried_again_leaves_no_session() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let points = crash_points(&server, "refresh", async |crash| {
        let phone = ann.logs_in_again().await;
        // The crash is for the copy alone, so these two have happened before it is planned.
        let later = refreshed(&refreshed(&phone).await).await;
        let mut socket = later.opens_socket_for_all_rooms().await;
        let (answer, _) = crashes::meets(crash, async || phone.refreshes().await).await;
        answer.refuses(401, "unauthenticated");
        is_over(&later).await;
        socket.tries_to_send_any(tokio_tungstenite::tungstenite::Message::text(r#"{"type":"ping"}"#)).await;
        if let Some(event) = socket.hears().await {
            assert_eq!(event["code"], "unauthenticated", "{event}");
        }
    })
    .await;
    assert!(points >= 8, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    let later = refreshed(&ann).await;
    // The session is read, and renewed.
    assert_eq!(server.cost("refresh").await, Cost { calls: 2, depth: 2, reads: 1.0, writes: 1.0, pushes: 0 });
    // A lost answer, or another window.
    refreshed(&ann).await;
    assert_eq!(server.cost("refresh").await, Cost { calls: 1, depth: 1, reads: 1.0, writes: 0.0, pushes: 0 });
    let forged = format!("{}.x", later.refresh_token);
    Answer::to(server.request(reqwest::Method::POST, "/auth/refresh/").json(&json!({"refresh_token": forged})))
        .await
        .refuses(401, "unauthenticated");
    assert_eq!(server.cost("refresh").await, Cost::default());
}
