//! Limits of rate and number: requests above them get 429, and later requests succeed.

use std::time::{Duration, Instant};

use e2e::{Answer, PASSWORD, Server, User};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const BECAUSE: &str = "the parameters of a deployed system are fixed";

/// Sends until the room refuses this sender. Returns the number of accepted messages, and a refusal.
async fn sends_too_much(sender: &User, room: u64) -> (usize, Answer) {
    let mut taken = 0;
    loop {
        let answers = join_all((0..16).map(|_| sender.tries_to_send(room, "again"))).await;
        taken += answers.iter().filter(|answer| answer.status == 201).count();
        assert!(taken < 2_000, "the room takes everything");
        if let Some(refused) = answers.into_iter().find(|answer| answer.status != 201) {
            return (taken, refused);
        }
    }
}

#[tokio::test]
async fn a_room_takes_a_burst_of_each_sender_and_then_a_few_each_second() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let (taken, refused) = sends_too_much(&ann, room).await;
    refused.refuses(429, "rate_limited");
    assert!(taken >= 60, "only {taken}");
    // Bob may send to the room, and Ann to another room.
    bob.sends(room, "hi").await;
    ann.sends(ann.creates_room().await, "hi").await;
    tokio::time::sleep(Duration::from_secs(refused.retry_after())).await;
    let next = ann.sends(room, "hi").await;
    assert_eq!(next["sequence"], json!(taken + 2), "a refusal took a turn");
}

#[tokio::test]
async fn a_frame_too_many_is_an_error_that_says_when_to_send_it_again() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket(room).await;
    let mut sent = 0;
    let last = loop {
        for _ in 0..100 {
            sent += 1;
            phone.sends(&json!({"type": "message", "text": "hi", "client_id": sent.to_string()})).await;
        }
        let mut refused = None;
        for _ in 0..100 {
            let event = phone.next_event().await;
            if event["type"] == "error" {
                refused = Some(event);
            }
        }
        if let Some(refused) = refused {
            break refused;
        }
        assert!(sent < 2_000, "the room takes everything");
    };
    assert_eq!(last["code"], "rate_limited", "{last}");
    tokio::time::sleep(Duration::from_secs(last["retry_after"].as_u64().expect("it says when"))).await;
    phone.sends(&json!({"type": "message", "text": "at last", "client_id": last["client_id"]})).await;
    phone.receives("at last").await;
}

#[tokio::test]
async fn a_user_has_at_most_sixteen_sockets() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let mut sockets = Vec::new();
    for _ in 0..16 {
        sockets.push(ann.opens_socket_for_all_rooms().await);
    }
    assert_eq!(ann.tries_socket("").await.err().unwrap().status, 429);
    let room = bob.creates_room_with(&[&ann]).await;
    bob.opens_socket(room).await;
    for socket in &mut sockets {
        socket.next_of("joined").await;
        socket.stays_silent().await;
    }
    sockets.pop().unwrap().closes().await;
    let patience = Instant::now() + PATIENCE;
    // `$disconnect` may come later than the close.
    while ann.tries_socket("").await.is_err() {
        assert!(Instant::now() < patience, "there is no room for another socket");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn from_one_address_only_so_many_register() {
    let Some(server) = Server::local(BECAUSE).parameters(&["RegistrationsPerHour=9"]).start().await else { return };
    let register = async |name: &str, password: &str| {
        server.post("/auth/register/", &json!({"username": name, "password": password})).await
    };
    for number in 1..=3 {
        // An invalid registration does not count.
        register("ann", "short").await.blames("password");
        register(&format!("user{number}"), PASSWORD).await.is(201);
    }
    let refused = register("ann", PASSWORD).await;
    refused.refuses(429, "rate_limited");
    // 9 registrations an hour are one every 400 s.
    assert!((300..=400).contains(&refused.retry_after()), "{refused:?}");
    // Logins have no such limit.
    let user = json!({"username": "user1", "password": PASSWORD});
    server.post("/auth/login/", &user).await.is(200);
}

#[tokio::test]
async fn pages_of_allowed_origins_alone_open_sockets() {
    let parameters = ["AllowedOrigins=https://chat.example,https://www.chat.example"];
    let Some(server) = Server::local(BECAUSE).parameters(&parameters).start().await else { return };
    let ann = server.user("ann").await;
    for origin in ["https://chat.example", "https://www.chat.example"] {
        server.handshake_from(origin, &ann.token).await.unwrap().stays_silent().await;
    }
    for origin in ["https://evil.example", "https://chat.example.evil.example", "http://chat.example", "null"] {
        assert_eq!(server.handshake_from(origin, &ann.token).await.err().unwrap().status, 403, "{origin}");
        assert_eq!(server.handshake_from(origin, "no token").await.err().unwrap().status, 403, "{origin}");
    }
    // Clients other than browsers send no origin.
    ann.opens_socket_for_all_rooms().await.stays_silent().await;
}

#[tokio::test]
async fn by_default_pages_of_every_origin_open_sockets() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    server.handshake_from("https://anything.example", &ann.token).await.unwrap().stays_silent().await;
}

#[tokio::test]
async fn the_gateway_takes_only_so_much_of_each_route() {
    let parameters = ["RequestsPerSecond=3", "LoginsPerSecond=2"];
    let Some(server) = Server::local(BECAUSE).parameters(&parameters).start().await else { return };
    let ann = server.user("ann").await;
    let refused = async |calls: Vec<(Method, &str)>| {
        let answers = calls.into_iter().map(|(method, path)| Answer::to(ann.request(method, path).json(&json!({}))));
        let refused = join_all(answers).await.into_iter().filter(|answer| answer.status == 429);
        refused.map(|answer| answer.json()).collect::<Vec<Value>>()
    };
    for call in [(Method::GET, "/list-chatrooms/"), (Method::POST, "/auth/login/")] {
        let refused = refused(vec![call; 30]).await;
        assert!(!refused.is_empty());
        assert!(refused.iter().all(|answer| *answer == json!({"message": "Too Many Requests"})), "{refused:?}");
    }
    // Each route has its own limit.
    ann.get("/list-messages/").await.is(200);
}
