//! `POST /auth/login/`

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use e2e::{Answer, Cost, PASSWORD, Server, crash_points};
use serde_json::json;

use crate::support::{costs, crashes};

async fn login(server: &Server, username: &str, password: &str) -> Answer {
    server.post("/auth/login/", &json!({"username": username, "password": password})).await
}

#[tokio::test]
async fn gives_a_token_for_a_day() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let body = login(&server, &ann.name, PASSWORD).await.is(200);
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(
        body,
        json!({
            "message": "Login successful",
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 86400,
            "refresh_token": body["refresh_token"].as_str().unwrap(),
            "device_token": body["device_token"].as_str().unwrap(),
            "user": {"id": ann.id, "username": ann.name},
        })
    );
    ann.with_token(token.to_owned()).get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn finds_a_name_in_any_case_and_shows_it_as_registered() {
    let server = Server::start().await;
    let ann = server.user("Ann").await;
    let body = login(&server, &ann.name.to_uppercase(), PASSWORD).await.is(200);
    assert_eq!(body["user"], json!({"id": ann.id, "username": ann.name}));
}

#[tokio::test]
async fn a_password_is_the_same_from_every_keyboard() {
    let server = Server::start().await;
    let name = server.name("ann");
    let [composed, decomposed] = ["Käsekuchen 99", "Ka\u{308}sekuchen\u{a0}99"];
    server.post("/auth/register/", &json!({"username": name, "password": decomposed})).await.is(201);
    for password in [composed, decomposed] {
        login(&server, &name, password).await.is(200);
    }
    for other in ["Kasekuchen 99", "käsekuchen 99", "Käsekuchen99"] {
        login(&server, &name, other).await.refuses(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn every_login_is_a_session_of_its_own() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let again = ann.logs_in_again().await;
    assert_ne!(ann.token, again.token);
    ann.get("/list-chatrooms/").await.is(200);
    again.get("/list-chatrooms/").await.is(200);
}

/// A program that logs in each time must not leave sessions without a limit.
#[tokio::test]
async fn of_more_than_a_hundred_sessions_those_end_that_have_been_idle_longest() {
    let Some(server) = Server::local("a deployed system does not show its tables").start().await else { return };
    let ann = server.user("ann").await;
    let key = json!({"user_id": {"N": ann.id.to_string()}, "id": {"S": ann.session()}});
    let found = server.dynamodb("GetItem", &json!({"TableName": "SessionsTable", "Key": key})).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let idle = |minutes: u64| {
        let mut session = found["Item"].clone();
        session["id"] = json!({"S": format!("{minutes:032x}")});
        let used = now.checked_sub(Duration::from_hours(48) + Duration::from_mins(minutes)).unwrap();
        session["renewal"]["M"]["renewed_at"] = json!({"N": used.as_millis().to_string()});
        json!({"PutRequest": {"Item": session}})
    };
    for first in [1, 26, 51, 76, 101] {
        let items: Vec<_> = (first..(first + 25).min(106)).map(idle).collect();
        server.dynamodb("BatchWriteItem", &json!({"RequestItems": {"SessionsTable": items}})).await;
    }
    let again = ann.logs_in_again().await;
    let query = json!({
        "TableName": "SessionsTable", "KeyConditionExpression": "user_id = :user",
        "ExpressionAttributeValues": {":user": {"N": ann.id.to_string()}},
    });
    let left = server.dynamodb("Query", &query).await["Items"].as_array().unwrap().len();
    // The new one may have been counted or not.
    assert!(matches!(left, 100 | 101), "{left}");
    let listed = again.lists("/list-sessions/").await;
    let listed: Vec<_> = listed.iter().map(|session| session["id"].as_str().unwrap()).collect();
    assert!(listed.contains(&again.session().as_str()) && listed.contains(&ann.session().as_str()));
    assert!(!listed.contains(&format!("{:032x}", 105).as_str()));
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_get_the_same_answer() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let wrong_password = login(&server, &ann.name, "not the password").await;
    let wrong_name = login(&server, &server.name("nobody"), PASSWORD).await;
    let no_name = login(&server, "no name at all!", PASSWORD).await;
    for answer in [&wrong_password, &wrong_name, &no_name] {
        answer.refuses(401, "invalid_credentials");
        assert_eq!(answer.body, wrong_password.body);
    }
    login(&server, &ann.name, &PASSWORD.to_uppercase()).await.refuses(401, "invalid_credentials");
}

#[tokio::test]
async fn a_wrong_name_takes_as_long_as_a_wrong_password() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let nobody = server.name("nobody");
    let (mut for_ann, mut for_nobody) = (Duration::MAX, Duration::MAX);
    let similar = |one: Duration, other: Duration| one.max(other) < 2 * one.min(other);
    // The fastest of many, because other load on the machine only adds time.
    for round in 1..=40 {
        for (name, best) in [(&ann.name, &mut for_ann), (&nobody, &mut for_nobody)] {
            let start = Instant::now();
            login(&server, name, "not the password").await.refuses(401, "invalid_credentials");
            *best = start.elapsed().min(*best);
        }
        if round > 6 && similar(for_ann, for_nobody) {
            return;
        }
    }
    panic!("{for_nobody:?} for no user, {for_ann:?} for a user");
}

#[tokio::test]
async fn a_wrong_name_asks_the_same_of_dynamodb_as_a_wrong_password() {
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    // The last ones are refused before the password is verified.
    for round in 0..13 {
        let mut both = Vec::new();
        for name in [&ann.name, "nobody"] {
            let answer = login(&server, name, "not the password").await;
            assert_eq!(answer.status, if round < 10 { 401 } else { 429 });
            let asked = server.asked("login").await;
            assert!(asked.len() >= 3, "{asked:?}");
            both.push(asked);
        }
        assert_eq!(both[0], both[1], "round {round}");
    }
}

#[tokio::test]
async fn ten_wrong_passwords_in_a_row_close_the_door_for_a_while() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    for _ in 0..10 {
        login(&server, &ann.name, "not the password").await.refuses(401, "invalid_credentials");
    }
    let locked = login(&server, &ann.name, "not the password").await;
    locked.refuses(429, "rate_limited");
    assert!((1..=30).contains(&locked.retry_after()), "{locked:?}");
    // The right password is refused too, in any case of the name. Otherwise guessing could continue.
    login(&server, &ann.name.to_uppercase(), PASSWORD).await.refuses(429, "rate_limited");
    login(&server, &bob.name, PASSWORD).await.is(200);
    ann.get("/list-chatrooms/").await.is(200);
}

/// Only Linux assigns all of 127.0.0.0/8 to the machine.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_guesses_locks_out_their_own_network_and_not_the_owner() {
    let Some(server) = Server::local("a deployed system sees this machine by one address").start().await else {
        return;
    };
    let ann = server.user("ann").await;
    let from = async |address: [u8; 4], password: &str| {
        let client = reqwest::Client::builder().local_address(std::net::IpAddr::from(address)).build().unwrap();
        let body = json!({"username": ann.name, "password": password});
        Answer::to(client.post(server.url() + "/auth/login/").json(&body)).await
    };
    for _ in 0..10 {
        from([127, 0, 0, 2], "not the password").await.refuses(401, "invalid_credentials");
    }
    from([127, 0, 0, 2], PASSWORD).await.refuses(429, "rate_limited");
    from([127, 0, 0, 3], PASSWORD).await.is(200);
    login(&server, &ann.name, PASSWORD).await.is(200);
    from([127, 0, 0, 2], PASSWORD).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn guesses_at_a_name_that_nobody_has_are_counted_too() {
    let server = Server::start().await;
    let nobody = server.name("nobody");
    for _ in 0..10 {
        login(&server, &nobody, PASSWORD).await.refuses(401, "invalid_credentials");
    }
    login(&server, &nobody, PASSWORD).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn the_right_password_forgives_the_wrong_ones() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for _ in 0..2 {
        for _ in 0..9 {
            login(&server, &ann.name, "not the password").await.refuses(401, "invalid_credentials");
        }
        login(&server, &ann.name, PASSWORD).await.is(200);
    }
}

#[tokio::test]
async fn a_network_is_known_for_30_days_after_a_login_and_remembered_as_long_after_an_attempt() {
    const THIRTY_DAYS: Duration = Duration::from_hours(30 * 24);
    let Some(server) = Server::local("a deployed system does not show its tables").start().await else { return };
    let ann = server.user("ann").await;
    let in_30_days = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + THIRTY_DAYS;
    // In milliseconds, and in seconds.
    let known_until_and_expires_at = async || {
        let found = server.dynamodb("Scan", &json!({"TableName": "CredentialsTable"})).await;
        let mut items = found["Items"].as_array().unwrap().iter();
        let of_network = |key: &str| key.contains(" 127.");
        let network = items.find(|item| of_network(item["username"]["S"].as_str().unwrap())).unwrap();
        ["known_until", "expires_at"].map(|name| network[name]["N"].as_str().unwrap().parse::<u64>().unwrap())
    };

    let earliest = in_30_days();
    login(&server, &ann.name, PASSWORD).await.is(200);
    let [known_until, expires_at] = known_until_and_expires_at().await;
    assert!((earliest.as_millis()..=in_30_days().as_millis()).contains(&u128::from(known_until)), "{known_until}");
    assert_eq!(expires_at, known_until / 1000);

    // The next expiry is in another second.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let earliest = in_30_days();
    login(&server, &ann.name, "not the password").await.refuses(401, "invalid_credentials");
    let [still_known_until, expires_at] = known_until_and_expires_at().await;
    assert_eq!(still_known_until, known_until);
    assert!((earliest.as_secs()..=in_30_days().as_secs()).contains(&expires_at), "{expires_at}");
}

#[tokio::test]
async fn every_missing_field_is_named() {
    let server = Server::start().await;
    let empty = server.post("/auth/login/", &json!({})).await;
    empty.blames("username");
    empty.blames("password");
}

#[tokio::test]
async fn whoever_logs_in_again_has_a_session_and_no_attempt_against_them() {
    let Some(server) = crashes::server().await else { return };
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
    assert!(points >= 12, "{points}");
    ann.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    server.user("ann").await;
    // The password, and the attempt in two counters; a transaction of the session and the password, the reset of the
    // attempt, the new device, and all sessions.
    assert_eq!(server.cost("login").await, Cost { calls: 7, depth: 2, reads: 2.0, writes: 8.0, pushes: 0 });
}
