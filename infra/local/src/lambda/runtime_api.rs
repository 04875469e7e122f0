//! The Lambda Runtime API, with one listener for each instance. The client knows only host and port, so the port
//! identifies the instance.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use super::{failure::Failure, limits::MAX_PAYLOAD};

/// The receiver of an invocation's result.
pub(super) type Reply = oneshot::Sender<Result<Bytes, Failure>>;

/// One event on its way to an instance.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) request_id: String,
    pub(super) trace: String,
    pub(super) payload: Bytes,
    pub(super) timeout: Duration,
    pub(super) reply: Reply,
}

/// The Runtime API of one instance. Closes its listener when dropped.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: std::net::SocketAddr,
    work: mpsc::Sender<Work>,
    asked: watch::Receiver<u64>,
    init_error: watch::Receiver<Option<Failure>>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    function_arn: String,
    work: tokio::sync::Mutex<mpsc::Receiver<Work>>,
    asked: watch::Sender<u64>,
    init_error: watch::Sender<Option<Failure>>,
    running: Mutex<Option<(String, Reply)>>,
}

impl RuntimeApi {
    pub(super) async fn listen(function_arn: String) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (work, inbox) = mpsc::channel(1);
        let (asked_sender, asked) = watch::channel(0);
        let (init_sender, init_error) = watch::channel(None);
        let shared = Arc::new(Shared {
            function_arn,
            work: inbox.into(),
            asked: asked_sender,
            init_error: init_sender,
            running: Mutex::default(),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error_reported))
            .with_state(shared);
        let server = tokio::spawn(async move {
            // Ends only by the abort in `drop`.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, work, asked, init_error, server })
    }

    /// The number of times that the instance has asked for an event.
    pub(super) fn times_asked(&self) -> u64 {
        *self.asked.borrow()
    }

    /// Waits until the instance has asked for events more than `before` times.
    pub(super) async fn asks_again(&self, before: u64) {
        let mut asked = self.asked.clone();
        if asked.wait_for(|times| *times > before).await.is_err() {
            // The server has ended, so the instance can ask no more.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the instance reports that it could not initialise.
    pub(super) async fn init_fails(&self) -> Failure {
        let mut reported = self.init_error.clone();
        match reported.wait_for(Option::is_some).await.map(|failure| (*failure).clone()) {
            Ok(Some(failure)) => failure,
            _ => std::future::pending().await,
        }
    }

    pub(super) async fn give(&self, work: Work) {
        // Fails if the instance has died, which its exit reports.
        let _ = self.work.send(work).await;
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let mut inbox = shared.work.lock().await;
    shared.asked.send_modify(|times| *times += 1);
    let Some(work) = inbox.recv().await else {
        return refusal(StatusCode::INTERNAL_SERVER_ERROR, "State", "the instance has ended");
    };
    let deadline = SystemTime::now() + work.timeout;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", work.request_id.clone()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", shared.function_arn.clone()),
        ("lambda-runtime-trace-id", work.trace),
    ];
    *shared.running.lock().unwrap_or_else(PoisonError::into_inner) = Some((work.request_id, work.reply));
    (headers, work.payload).into_response()
}

async fn response(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Body) -> Response {
    let Ok(payload) = to_bytes(body, MAX_PAYLOAD).await else {
        let message = format!("Exceeded maximum allowed payload size ({MAX_PAYLOAD} bytes).");
        let failure = Failure::new(
            "Function.ResponseSizeTooLarge",
            format!("Response payload size exceeded maximum allowed payload size ({MAX_PAYLOAD} bytes)."),
        );
        shared.finish(&id, Err(failure));
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
    };
    accepted(shared.finish(&id, Ok(payload)))
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    accepted(shared.finish(&id, Err(Failure::posted(body))))
}

async fn init_error_reported(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    shared.init_error.send_replace(Some(Failure::posted(body)));
    accepted(true)
}

impl Shared {
    /// Finishes the running invocation. Returns false if it is not `id`.
    fn finish(&self, id: &str, result: Result<Bytes, Failure>) -> bool {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        match running.take_if(|(current, _)| current == id) {
            Some((_, reply)) => {
                // Fails if the caller has stopped waiting.
                let _ = reply.send(result);
                true
            }
            None => false,
        }
    }
}

fn accepted(known: bool) -> Response {
    if known {
        (StatusCode::ACCEPTED, axum::Json(json!({"status": "OK"}))).into_response()
    } else {
        refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
    }
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response {
    (status, axum::Json(json!({"errorType": error_type, "errorMessage": message}))).into_response()
}
