//! Answers of DynamoDB that neither engine gives, from a fake: a write that meets a transaction on its item, a denied
//! write, and a read that returns a part of its keys (Amazon DynamoDB Developer Guide, "DynamoDB Transactions: How it
//! works", "Transaction conflict handling"; API Reference, `BatchGetItem`, "`UnprocessedKeys`").

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws::{Credentials, Settings};
use axum::{Router, http::StatusCode};
use domain::{AttachmentId, Error, Message, Network, Pace};
use store::{Consistency, Source, Store, Tables};
use tokio::net::TcpListener;

use crate::support::{NOBODY, NOW, PUSHES, client_id, digest, message_id, room_id, user};

const CONFLICT: &str = r#"{"__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
    "message": "Transaction is ongoing for the item"}"#;
const CANCELLED: &str = r#"{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "Message":
    "Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]",
    "CancellationReasons": [{"Code": "None"},
        {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]}"#;

const DENIED: &str = r#"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "not authorized"}"#;

const UNPROCESSED: &str = r#"{
    "Responses": {"table": [{"id": {"N": "1"}, "username": {"S": "ann"}, "created_at": {"N": "0"}}]},
    "UnprocessedKeys": {"table": {"Keys": [{"id": {"N": "2"}}]}}}"#;

/// A DynamoDB that refuses the first `times` calls and accepts all others. It counts them.
async fn refusing(times: usize, refusal: &'static str) -> (Store, Arc<AtomicUsize>) {
    answering(times, StatusCode::BAD_REQUEST, refusal).await
}

/// A DynamoDB that gives this answer to the first `times` calls and accepts all others. It counts them.
async fn answering(times: usize, status: StatusCode, answer: &'static str) -> (Store, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let router = Router::new().fallback(async move || {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        if number < times { (status, answer) } else { (StatusCode::OK, "{}") }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let store = store_at(&listener);
    tokio::spawn(async { axum::serve(listener, router).await });
    (store, calls)
}

fn store_at(listener: &TcpListener) -> Store {
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings {
        tls: aws::trust([&*endpoint]).unwrap(),
        endpoint: Some(endpoint),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "test"),
    };
    Store::new(&settings, tables())
}

fn tables() -> Tables {
    let name = || "table".to_owned();
    Tables {
        attachments: name(),
        bans: name(),
        blocks: name(),
        changes: name(),
        client_ids: name(),
        connections: name(),
        credentials: name(),
        directs: name(),
        invitations: name(),
        memberships: name(),
        messages: name(),
        paces: name(),
        rooms: name(),
        sessions: name(),
        signing_keys: name(),
        usernames: name(),
        users: name(),
    }
}

async fn stores_once(store: &Store) -> Result<(), Error> {
    let message = Message::empty(message_id(1), room_id(1), user(1), 1);
    let message = Message { client_id: Some(client_id("c")), ..message };
    store.put_message(&message, &digest("hi")).await.map(|first| assert!(first.is_none()))
}

#[tokio::test]
async fn an_update_that_meets_a_transaction_is_tried_again() {
    let (store, calls) = refusing(2, CONFLICT).await;
    store.remove_sockets(user(1), &["a".to_owned()], NOW).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_transaction_that_meets_another_is_tried_again() {
    let (store, calls) = refusing(2, CANCELLED).await;
    stores_once(&store).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn whoever_meets_transactions_without_end_is_to_come_again() {
    let (store, _) = refusing(usize::MAX, CANCELLED).await;
    assert!(matches!(stores_once(&store).await, Err(Error::Unavailable { .. })));
    let (store, _) = refusing(usize::MAX, CONFLICT).await;
    let removed = store.remove_sockets(user(1), &["a".to_owned()], NOW).await;
    assert!(matches!(removed, Err(Error::Unavailable { .. })));
}

#[tokio::test]
async fn only_a_condition_that_fails_is_a_refusal() {
    let (store, _) = refusing(usize::MAX, DENIED).await;
    let (room, id, network) = (room_id(1), AttachmentId::new([1; 16]), Network::of(Ipv4Addr::LOCALHOST.into()));
    let failures = [
        store.take_turn(room, user(1), message_id(1), &NOBODY, PUSHES).await.err(),
        store.hide_room(user(1), room, message_id(1)).await.err(),
        store.remove_sockets(user(1), &["a".to_owned()], NOW).await.err(),
        store.claim_check(id, NOW, Duration::from_secs(1)).await.err(),
        store.mark_refused(id, "why").await.err(),
        store.count_attempt("ann", &Source::Network(network), 1, NOW).await.err(),
        store.count_registration(network, Pace::registrations(1), NOW).await.err(),
    ];
    for failure in failures {
        assert!(matches!(failure, Some(Error::Internal { .. })), "{failure:?}");
    }
}

#[tokio::test]
async fn whoever_does_not_reach_dynamodb_is_to_come_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let store = store_at(&listener);
    drop(listener);
    let turn = store.take_turn(room_id(1), user(1), message_id(1), &NOBODY, PUSHES).await;
    assert!(matches!(turn, Err(Error::Unavailable { .. })), "{turn:?}");
}

#[tokio::test]
async fn what_a_batch_leaves_unprocessed_is_asked_for_again() {
    let (store, calls) = answering(2, StatusCode::OK, UNPROCESSED).await;
    let found = store.users([user(1), user(2)], Consistency::Strong).await.unwrap();
    assert_eq!((found.len(), calls.load(Ordering::SeqCst)), (2, 3));
    let (store, _) = answering(usize::MAX, StatusCode::OK, UNPROCESSED).await;
    let never = store.users([user(1), user(2)], Consistency::Strong).await;
    assert!(matches!(never, Err(Error::Unavailable { .. })));
}
