//! A fake of API Gateway's `@connections`. It takes every push, except those to sockets that are gone or stalled, and
//! checks neither signatures nor sizes.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use chat::now;
use domain::Timestamp;
use serde_json::{Value, json};

use super::serve;

/// The sockets of a test, as API Gateway has them.
#[derive(Clone, Debug, Default)]
pub struct Gateway(Arc<Mutex<Sockets>>);

#[derive(Debug, Default)]
struct Sockets {
    pushed: HashMap<String, Vec<Value>>,
    closed: HashSet<String>,
    gone: HashSet<String>,
    looks: usize,
    silences: HashMap<String, Duration>,
    holds: bool,
    stalled: HashSet<String>,
}

impl Gateway {
    /// Returns the URL of a server with these sockets.
    pub async fn start(&self) -> String {
        let router =
            Router::new().route("/@connections/{id}", post(push).get(look).delete(close)).with_state(self.clone());
        serve(router).await
    }

    /// The events that were pushed to a socket.
    pub fn events(&self, socket: &str) -> Vec<Value> {
        self.0.lock().unwrap().pushed.get(socket).cloned().unwrap_or_default()
    }

    /// The types of the events that were pushed to a socket.
    pub fn types(&self, socket: &str) -> Vec<String> {
        self.events(socket).iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The sockets that were closed, by id.
    pub fn closed(&self) -> Vec<String> {
        let mut closed: Vec<_> = self.0.lock().unwrap().closed.iter().cloned().collect();
        closed.sort_unstable();
        closed
    }

    /// Answers 410 for a socket: it is closed, or its handshake has not ended.
    pub fn loses(&self, socket: &str) {
        self.0.lock().unwrap().gone.insert(socket.to_owned());
    }

    /// Knows a socket again: its handshake has ended.
    pub fn finds(&self, socket: &str) {
        self.0.lock().unwrap().gone.remove(socket);
    }

    /// Fails to close sockets.
    pub fn holds_all(&self) {
        self.0.lock().unwrap().holds = true;
    }

    /// Closes sockets again.
    pub fn lets_go(&self) {
        self.0.lock().unwrap().holds = false;
    }

    /// Has had no frame of a socket for this time.
    pub fn has_silence(&self, socket: &str, time: Duration) {
        self.0.lock().unwrap().silences.insert(socket.to_owned(), time);
    }

    /// The questions whether a socket is there.
    pub fn looks(&self) -> usize {
        self.0.lock().unwrap().looks
    }

    /// Answers 429 for a socket: its client reads nothing.
    pub fn stalls(&self, socket: &str) {
        self.0.lock().unwrap().stalled.insert(socket.to_owned());
    }
}

async fn push(State(Gateway(sockets)): State<Gateway>, Path(id): Path<String>, body: Bytes) -> Response {
    let mut sockets = sockets.lock().unwrap();
    if sockets.gone.contains(&id) {
        return gone();
    }
    if sockets.stalled.contains(&id) {
        return (StatusCode::TOO_MANY_REQUESTS, [("x-amzn-errortype", "LimitExceededException")]).into_response();
    }
    sockets.pushed.entry(id).or_default().push(serde_json::from_slice(&body).unwrap());
    StatusCode::OK.into_response()
}

async fn look(State(Gateway(sockets)): State<Gateway>, Path(id): Path<String>) -> Response {
    let mut sockets = sockets.lock().unwrap();
    sockets.looks += 1;
    if sockets.gone.contains(&id) {
        return gone();
    }
    let silence: u64 = sockets.silences.get(&id).copied().unwrap_or_default().as_millis().try_into().unwrap();
    let active_at = Timestamp::from_millis(now().millis() - silence);
    Json(json!({"lastActiveAt": active_at.to_string()})).into_response()
}

async fn close(State(Gateway(sockets)): State<Gateway>, Path(id): Path<String>) -> StatusCode {
    let mut sockets = sockets.lock().unwrap();
    if sockets.holds {
        return StatusCode::FORBIDDEN;
    }
    sockets.closed.insert(id);
    StatusCode::NO_CONTENT
}

fn gone() -> Response {
    (StatusCode::GONE, [("x-amzn-errortype", "GoneException")]).into_response()
}
