//! The system that a journey uses: a local runtime of its own, or the deployed system that the environment names.

mod local;
mod operator;

use std::{
    env,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use harness::Runtime;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::local::Launch;
pub use self::local::Local;
use crate::{Answer, PASSWORD, PROTOCOLS, Refusal, Socket, User};

/// The stage of the WebSocket API in `template.yaml`.
const STAGE: &str = "prod";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running system. A local one ends with its last clone.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    client: Client,
    place: Place,
}

enum Place {
    Local { runtime: Mutex<Runtime>, launch: Launch, data: Option<TempDir> },
    // User names are never released there. The suffix makes those of each journey unique.
    Deployed { http: String, websocket: String, suffix: String },
}

impl Server {
    /// The system at `HTTP_URL` and `WEBSOCKET_URL` if these are set, and otherwise a local one of this test's own.
    pub async fn start() -> Self {
        let url = |name| env::var(name).ok().map(|url| url.trim_end_matches('/').to_owned());
        match (url("HTTP_URL"), url("WEBSOCKET_URL")) {
            (Some(http), Some(websocket)) => {
                let suffix = format!("-{:08x}", getrandom::u32().expect("the system has random numbers"));
                Self::at(Place::Deployed { http, websocket, suffix })
            }
            (None, None) => Self::local("").start().await.expect("HTTP_URL is not set"),
            _ => panic!("HTTP_URL and WEBSOCKET_URL belong together: set both or none"),
        }
    }

    /// A local system of this test's own. The reason is printed if the journeys run against a deployed system, which
    /// leaves the test out.
    pub fn local(because: &str) -> Local<'_> {
        Local::new(because)
    }

    fn at(place: Place) -> Self {
        let client = Client::builder().timeout(PATIENCE).build().expect("an HTTP client can be made");
        Self(Arc::new(Inner { client, place }))
    }

    fn runtime(&self) -> MutexGuard<'_, Runtime> {
        let Place::Local { runtime, .. } = &self.0.place else { panic!("only a local system has a process") };
        runtime.lock().unwrap()
    }

    /// The name of a user in this system.
    pub fn name(&self, name: &str) -> String {
        match &self.0.place {
            Place::Local { .. } => name.to_owned(),
            Place::Deployed { suffix, .. } => format!("{name}{suffix}"),
        }
    }

    /// Registers a user and logs them in.
    pub async fn user(&self, name: &str) -> User {
        let name = self.name(name);
        let credentials = json!({"username": name, "password": PASSWORD});
        let registered = self.post("/auth/register/", &credentials).await.is(201);
        assert_eq!(registered["username"], *name);
        User::log_in(self, &name, PASSWORD).await
    }

    /// Logs in a user by exactly this name.
    pub async fn logs_in(&self, name: &str) -> User {
        User::log_in(self, name, PASSWORD).await
    }

    /// Registers several users, one after another, so that their ids ascend.
    pub async fn users<const N: usize>(&self, names: [&str; N]) -> [User; N] {
        let mut users = Vec::with_capacity(N);
        for name in names {
            users.push(self.user(name).await);
        }
        users.try_into().unwrap_or_else(|_| unreachable!("as many users as names"))
    }

    /// Registers users, one after another, and creates a room of them, as the first. Returns them and the room's id.
    pub async fn room_of<const N: usize>(&self, names: [&str; N]) -> ([User; N], u64) {
        let users = self.users(names).await;
        let (creator, others) = users.split_first().expect("a room is created by somebody");
        let room = creator.creates_room_with(&others.iter().collect::<Vec<_>>()).await;
        (users, room)
    }

    /// The URL of the HTTP API, without a slash at its end.
    pub fn url(&self) -> String {
        match &self.0.place {
            Place::Local { .. } => self.runtime().url().to_owned(),
            Place::Deployed { http, .. } => http.clone(),
        }
    }

    /// The URL of the WebSocket API.
    pub fn websocket_url(&self) -> String {
        match &self.0.place {
            Place::Local { .. } => format!("{}/{STAGE}", self.local_websocket()),
            Place::Deployed { websocket, .. } => websocket.clone(),
        }
    }

    fn local_websocket(&self) -> String {
        self.runtime().url().replacen("http", "ws", 1)
    }

    /// A request that a journey completes; [`Answer::to`] sends it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.0.client.request(method, self.url() + path)
    }

    /// `POST` without a token.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(body)).await
    }

    /// `GET` without a token.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// Opens a socket at the stage's URL; `query` has no question mark.
    ///
    /// # Errors
    /// The answer that refused the handshake.
    pub async fn handshake(&self, query: &str, subprotocols: &[&str]) -> Result<Socket, Refusal> {
        self.handshake_with(query, &offer(&subprotocols.join(", "))).await
    }

    /// Opens a socket at the stage's URL with these headers, each in a line of its own.
    ///
    /// # Errors
    /// The answer that refused the handshake.
    pub async fn handshake_with(&self, query: &str, headers: &[(&'static str, &str)]) -> Result<Socket, Refusal> {
        let url = self.websocket_url();
        let url = if query.is_empty() { url } else { format!("{url}?{query}") };
        Socket::open(&url, headers).await
    }

    /// Opens a socket as a page of this origin does.
    ///
    /// # Errors
    /// The answer that refused the handshake.
    pub async fn handshake_from(&self, origin: &str, token: &str) -> Result<Socket, Refusal> {
        self.handshake_with("", &[("origin", origin), (PROTOCOLS, &format!("bearer, {token}"))]).await
    }

    /// Opens a socket at a path that only a local system has.
    ///
    /// # Errors
    /// The answer that refused the handshake.
    pub async fn handshake_at(&self, path: &str, subprotocols: &[&str]) -> Result<Socket, Refusal> {
        Socket::open(&(self.local_websocket() + path), &offer(&subprotocols.join(", "))).await
    }
}

/// The header with these subprotocols, if there are any.
fn offer(subprotocols: &str) -> Vec<(&'static str, &str)> {
    if subprotocols.is_empty() { Vec::new() } else { vec![(PROTOCOLS, subprotocols)] }
}
