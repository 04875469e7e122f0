//! A fake of API Gateway's `@connections`. It takes every push, except those to sockets that are gone or stalled, and
//! checks neither signatures nor sizes.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value;

use super::serve;

/// The sockets of a test, as API Gateway has them.
#[derive(Clone, Debug, Default)]
pub struct Gateway(Arc<Mutex<Sockets>>);

#[derive(Debug, Default)]
struct Sockets {
    pushed: HashMap<String, Vec<Value>>,
    closed: HashSet<String>,
    gone: HashSet<String>,
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
    if sockets.lock().unwrap().gone.contains(&id) { gone() } else { "{}".into_response() }
}

async fn close(State(Gateway(sockets)): State<Gateway>, Path(id): Path<String>) -> StatusCode {
    sockets.lock().unwrap().closed.insert(id);
    StatusCode::NO_CONTENT
}

fn gone() -> Response {
    (StatusCode::GONE, [("x-amzn-errortype", "GoneException")]).into_response()
}
