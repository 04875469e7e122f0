//! Device tokens: people who guess passwords do not keep the owner out.

use std::net::IpAddr;

use e2e::{Answer, Cost, PASSWORD, Server, User, crash_points};
use serde_json::json;

use crate::support::{costs, crashes};

const WRONG: &str = "not the password";
const NEW: &str = "staple battery horse correct";
/// The network of the owner and a neighbour.
const HOME: u8 = 2;

/// A user without a session, whose logins come from any address.
struct Owner {
    server: Server,
    name: String,
}

/// Only Linux assigns all of 127.0.0.0/8 to the machine.
async fn server() -> Option<Server> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    Server::local("a deployed system sees this machine by one address").start().await
}

impl Owner {
    async fn registers(server: &Server, name: &str) -> Self {
        let name = server.name(name);
        server.post("/auth/register/", &json!({"username": name, "password": PASSWORD})).await.is(201);
        Self { server: server.clone(), name }
    }

    async fn logs_in(&self, from: u8, password: &str, device_token: Option<&str>) -> Answer {
        let body = json!({"username": self.name, "password": password, "device_token": device_token});
        self.post(from, "/auth/login/", &body, "").await
    }

    async fn changes_password(&self, from: u8, token: &str, current: &str) -> Answer {
        let body = json!({"current_password": current, "new_password": NEW});
        self.post(from, "/auth/change-password/", &body, token).await
    }

    async fn post(&self, from: u8, path: &str, body: &serde_json::Value, token: &str) -> Answer {
        let client = reqwest::Client::builder().local_address(IpAddr::from([127, 0, 0, from])).build().unwrap();
        Answer::to(client.post(self.server.url() + path).bearer_auth(token).json(body)).await
    }

    /// Logs in from home, and returns the access token and the device token.
    async fn gets_tokens(&self, password: &str, device_token: Option<&str>) -> [String; 2] {
        let body = self.logs_in(HOME, password, device_token).await.is(200);
        ["access_token", "device_token"].map(|token| body[token].as_str().unwrap().to_owned())
    }

    /// Guesses from the owner's network until it is locked out.
    async fn is_guessed_at_home(&self) {
        for _ in 0..10 {
            self.logs_in(HOME, WRONG, None).await.refuses(401, "invalid_credentials");
        }
        self.logs_in(HOME, PASSWORD, None).await.refuses(429, "rate_limited");
    }

    /// Guesses once from each of many networks, until a further one is refused.
    async fn is_guessed_from_everywhere(&self) {
        for from in 10.. {
            let answer = self.logs_in(from, WRONG, None).await;
            if answer.status == 429 {
                return;
            }
            answer.refuses(401, "invalid_credentials");
        }
    }
}

#[tokio::test]
async fn a_neighbour_in_the_same_network_does_not_keep_the_owner_out() {
    let Some(server) = server().await else { return };
    let ann = Owner::registers(&server, "ann").await;
    let [_, device] = ann.gets_tokens(PASSWORD, None).await;
    ann.is_guessed_at_home().await;
    let [_, renewed] = ann.gets_tokens(PASSWORD, Some(&device)).await;
    ann.gets_tokens(PASSWORD, Some(&renewed)).await;
    ann.logs_in(HOME, PASSWORD, None).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn many_networks_do_not_keep_the_owner_out_of_a_new_one() {
    let Some(server) = server().await else { return };
    let ann = Owner::registers(&server, "ann").await;
    let [_, device] = ann.gets_tokens(PASSWORD, None).await;
    ann.is_guessed_from_everywhere().await;
    ann.logs_in(3, PASSWORD, Some(&device)).await.is(200);
}

#[tokio::test]
async fn guesses_do_not_keep_the_owner_from_changing_the_password_and_from_the_next_login() {
    let Some(server) = server().await else { return };
    let ann = Owner::registers(&server, "ann").await;
    let [access, device] = ann.gets_tokens(PASSWORD, None).await;
    let [_, thief] = ann.gets_tokens(PASSWORD, None).await;
    ann.is_guessed_at_home().await;
    ann.changes_password(HOME, &access, PASSWORD).await.is(200);
    for _ in 0..10 {
        ann.logs_in(HOME, WRONG, None).await.refuses(401, "invalid_credentials");
    }
    ann.logs_in(HOME, NEW, Some(&thief)).await.refuses(429, "rate_limited");
    ann.logs_in(HOME, NEW, Some(&device)).await.is(200);
}

#[tokio::test]
async fn a_session_that_guesses_the_password_locks_itself_out_of_the_change() {
    let Some(server) = server().await else { return };
    let ann = Owner::registers(&server, "ann").await;
    let [[thief, _], [access, _]] = [ann.gets_tokens(PASSWORD, None).await, ann.gets_tokens(PASSWORD, None).await];
    for _ in 0..10 {
        ann.changes_password(HOME, &thief, WRONG).await.refuses(403, "wrong_password");
    }
    ann.changes_password(HOME, &thief, PASSWORD).await.refuses(429, "rate_limited");
    ann.logs_in(HOME, PASSWORD, None).await.is(200);
    ann.changes_password(HOME, &access, PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_token_that_is_not_of_this_name_counts_as_none() {
    let Some(server) = server().await else { return };
    let [ann, bob] = [Owner::registers(&server, "ann").await, Owner::registers(&server, "bob").await];
    let [access, device] = ann.gets_tokens(PASSWORD, None).await;
    let [_, bobs] = bob.gets_tokens(PASSWORD, None).await;
    let tampered = format!("{}x", device.trim_end_matches(char::is_alphanumeric));
    let (header, rest) = device.split_once('.').unwrap();
    // Invented tokens allow no more guesses, whether or not anybody has the name.
    let nobody = Owner { server: server.clone(), name: server.name("nobody") };
    for owner in [&ann, &nobody] {
        for round in 0..10 {
            let another = format!("{header}.{rest}{round}");
            let invented = [&*bobs, &tampered, &access, &another, ""][round % 5];
            owner.logs_in(HOME, WRONG, Some(invented)).await.refuses(401, "invalid_credentials");
        }
        for token in [&*bobs, &tampered, &access, "invented"] {
            owner.logs_in(HOME, PASSWORD, Some(token)).await.refuses(429, "rate_limited");
        }
    }
    ann.logs_in(HOME, PASSWORD, Some(&device)).await.is(200);
}

#[tokio::test]
async fn a_device_token_opens_nothing_else() {
    let Some(server) = server().await else { return };
    let ann = server.user("ann").await;
    let body = server.post("/auth/login/", &json!({"username": ann.name, "password": PASSWORD})).await.is(200);
    let device = ann.with_token(body["device_token"].as_str().unwrap().to_owned());
    device.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    assert_eq!(device.tries_socket("").await.err().unwrap().status, 401);
    let number = server.post("/auth/login/", &json!({"username": "a", "password": "b", "device_token": 1})).await;
    number.blames("device_token");
}

async fn login(ann: &User, password: &str, device: &str) -> Answer {
    let body = json!({"username": ann.name, "password": password, "device_token": device});
    ann.server.post("/auth/login/", &body).await
}

#[tokio::test]
async fn a_login_that_dies_leaves_the_device_known() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let body = login(&ann, PASSWORD, "").await.is(200);
    let device = body["device_token"].as_str().unwrap();
    for _ in 0..11 {
        login(&ann, WRONG, "").await;
    }
    let points = crash_points(&server, "login", async |crash| {
        crash.is_near().await;
        let answer = login(&ann, PASSWORD, device).await;
        if crash.has_struck().await {
            answer.is_broken();
        } else {
            answer.is(200);
        }
        login(&ann, PASSWORD, "").await.refuses(429, "rate_limited");
        login(&ann, PASSWORD, device).await.is(200);
    })
    .await;
    assert!(points >= 8, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    let body = login(&ann, PASSWORD, "").await.is(200);
    let device = body["device_token"].as_str().unwrap();
    login(&ann, PASSWORD, device).await.is(200);
    // The password, and the attempt in one counter; a transaction of the session and the password, the reset of the
    // attempt; all sessions.
    assert_eq!(server.cost("login").await, Cost { calls: 5, depth: 2, reads: 2.0, writes: 6.0, pushes: 0 });
    let change = json!({"current_password": PASSWORD, "new_password": NEW});
    ann.post("/auth/change-password/", &change).await.is(200);
    login(&ann, NEW, device).await.is(200);
    // The device is unknown, so the two counters of the network follow.
    assert_eq!(server.cost("login").await, Cost { calls: 8, depth: 3, reads: 2.0, writes: 9.0, pushes: 0 });
}
