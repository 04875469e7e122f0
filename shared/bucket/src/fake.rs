//! An S3 that takes requests and does not answer the first ones.

use std::{
    convert::Infallible,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes},
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, stream};
use tokio::net::TcpListener;

/// The point at which an answer stops.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hangs {
    /// Before its status.
    AtOnce,
    /// In the middle of its body.
    Halfway,
    /// Not at all, but its body is an error.
    Fails,
}

pub(crate) struct FakeS3 {
    pub(crate) url: String,
    calls: Arc<AtomicUsize>,
}

impl FakeS3 {
    /// Does not answer the first `unanswered` calls. All others get the object `abcd`.
    pub(crate) async fn start(unanswered: usize, hangs: Hangs) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let router = Router::new().fallback(async move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            answer(number < unanswered, hangs).await
        });
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url, calls }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

async fn answer(hang: bool, hangs: Hangs) -> Response {
    match (hang, hangs) {
        (false, _) => "abcd".into_response(),
        (true, Hangs::AtOnce) => pending().await,
        (true, Hangs::Fails) => "<Error><Code>InternalError</Code></Error>".into_response(),
        (true, Hangs::Halfway) => {
            let half = stream::iter([Ok::<_, Infallible>(Bytes::from("ab"))]).chain(stream::pending());
            ([("content-length", "4")], Body::from_stream(half)).into_response()
        }
    }
}
