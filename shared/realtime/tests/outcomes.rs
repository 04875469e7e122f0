//! The outcomes of a push for each answer of API Gateway, and the number of attempts.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws::{Credentials, Settings};
use axum::{
    Router,
    extract::{Path, State},
    http::{Method, StatusCode},
    response::IntoResponse,
    serve::ListenerExt as _,
};
use domain::Event;
use realtime::{Frame, Outcome, Sockets};
use tokio::net::TcpListener;

/// A fake API Gateway. It answers with the statuses in the connection id, one after another, and repeats the last one.
/// It does not answer if the status is 0.
#[derive(Clone, Debug, Default)]
struct Gateway {
    calls: Arc<Mutex<HashMap<(Method, String), usize>>>,
    connections: Arc<AtomicUsize>,
}

impl Gateway {
    async fn start(&self) -> Sockets {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::clone(&self.connections);
        let listener = listener.tap_io(move |_| _ = connections.fetch_add(1, Ordering::Relaxed));
        let router = Router::new().route("/@connections/{id}", axum::routing::any(answer)).with_state(self.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        sockets(endpoint)
    }

    /// Counts a call. Returns its number.
    fn count(&self, method: Method, id: String) -> usize {
        let mut calls = self.calls.lock().unwrap();
        let number = calls.entry((method, id)).or_default();
        *number += 1;
        *number
    }

    fn calls(&self, method: Method, id: &str) -> usize {
        self.calls.lock().unwrap().get(&(method, id.to_owned())).copied().unwrap_or_default()
    }
}

async fn answer(State(gateway): State<Gateway>, method: Method, Path(id): Path<String>) -> impl IntoResponse {
    let statuses: Vec<u16> = id.split('-').map(|status| status.parse().unwrap()).collect();
    let number = gateway.count(method, id);
    let status = statuses.get(number - 1).or(statuses.last()).unwrap();
    let error = match status {
        0 => std::future::pending().await,
        403 => "ForbiddenException",
        410 => "GoneException",
        429 => "LimitExceededException",
        1429 => "TooManyRequestsException",
        _ => "InternalServerException",
    };
    let headers = [("x-amzn-errortype", error)];
    let body = if *status == 200 { ACTIVE } else { "{\"message\":\"what it says\"}" };
    (StatusCode::from_u16(*status % 1000).unwrap(), headers, body)
}

/// What API Gateway knows of a socket that is there.
const ACTIVE: &str = r#"{"lastActiveAt":"2026-11-27T01:02:03.004Z"}"#;

fn sockets(endpoint: String) -> Sockets {
    let credentials = Credentials::new("test", "test", None, None, "test");
    let (region, tls) = ("us-east-1".to_owned(), aws::trust([&*endpoint]).unwrap());
    Sockets::new(Settings { endpoint: Some(endpoint), region, credentials, tls }).unwrap()
}

fn frame() -> Frame {
    Frame::new(&Event::Pong).unwrap()
}

#[tokio::test]
async fn what_may_change_is_tried_three_times_and_what_may_not_once() {
    let gateway = Gateway::default();
    let sockets = gateway.start().await;
    for (answers, calls, expected) in [
        ("200", 1, "Delivered"),
        ("410", 1, "Gone"),
        ("429", 3, "Slow"),
        ("1429", 3, "Slow"),
        ("429-503-200", 3, "Delivered"),
        ("500-410", 2, "Gone"),
        ("502", 3, r#"Failed("API Gateway answers 502 InternalServerException: {\"message\":\"what it says\"}")"#),
        ("403", 1, r#"Failed("API Gateway answers 403 ForbiddenException: {\"message\":\"what it says\"}")"#),
    ] {
        let outcome = sockets.push(answers, &frame()).await;
        assert_eq!(format!("{outcome:?}"), expected, "{answers}");
        assert_eq!(gateway.calls(Method::POST, answers), calls, "{answers}");
    }
    // Calls one after another share a connection.
    assert_eq!(gateway.connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn whoever_looks_for_a_socket_or_closes_it_learns_the_same() {
    let gateway = Gateway::default();
    let sockets = gateway.start().await;
    for (answers, calls, expected) in [
        ("200", 1, "Delivered"),
        ("410", 1, "Gone"),
        ("429", 3, "Slow"),
        ("1429", 3, "Slow"),
        ("500-410", 2, "Gone"),
        ("403", 1, "Failed"),
    ] {
        let looked = sockets.look(answers).await.map(|active_at| {
            assert_eq!(active_at.to_string(), "2026-11-27T01:02:03.004Z");
            Outcome::Delivered
        });
        let looked = (Method::GET, looked.unwrap_or_else(|outcome| outcome));
        let closed = (Method::DELETE, sockets.close(answers).await);
        for (method, outcome) in [looked, closed] {
            let outcome = format!("{outcome:?}");
            assert!(outcome.starts_with(expected), "{method} {answers}: {outcome}");
            assert_eq!(gateway.calls(method, answers), calls, "{answers}");
        }
    }
}

#[tokio::test]
async fn many_at_once_share_so_many_connections() {
    let gateway = Gateway::default();
    let sockets = gateway.start().await;
    for _ in 0..2 {
        let outcomes = sockets.push_all((0..500).map(|number| (number, frame())), |_| "200").await;
        assert!(outcomes.len() == 500 && outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Delivered)));
    }
    let connections = gateway.connections.load(Ordering::Relaxed);
    assert!(connections <= 64, "{connections}");
}

#[tokio::test]
async fn a_push_over_a_dead_connection_arrives_over_a_new_one() {
    let gateway = Gateway::default();
    let sockets = gateway.start().await;
    assert!(matches!(sockets.push("200", &frame()).await, Outcome::Delivered));
    let outcome = sockets.push("0-200", &frame()).await;
    assert!(matches!(outcome, Outcome::Delivered), "{outcome:?}");
    assert_eq!((gateway.calls(Method::POST, "0-200"), gateway.connections.load(Ordering::Relaxed)), (2, 2));
}

#[tokio::test]
async fn a_socket_holds_a_push_up_for_two_seconds_at_most() {
    let gateway = Gateway::default();
    let sockets = gateway.start().await;
    let outcome = tokio::time::timeout(Duration::from_millis(2_100), sockets.push("0", &frame())).await.unwrap();
    assert!(matches!(outcome, Outcome::Slow), "{outcome:?}");
    assert_eq!(gateway.calls(Method::POST, "0"), 3);
}

#[tokio::test]
async fn whoever_does_not_answer_is_slow_and_whoever_is_not_there_has_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let outcome = sockets(endpoint.clone()).push("200", &frame()).await;
    assert!(matches!(outcome, Outcome::Slow), "{outcome:?}");
    drop(listener);
    let outcome = sockets(endpoint).push("200", &frame()).await;
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
}
