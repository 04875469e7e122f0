//! A process of a function, behind a Runtime API that only hands out events.

use std::{
    collections::BTreeMap,
    fs,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::timeout,
};

/// The time that a function may take for each step, under an emulated processor too.
const PATIENCE: Duration = Duration::from_mins(2);
const ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// A running function.
#[derive(Debug)]
pub struct Instance {
    child: Child,
    spawned: Instant,
    polls: mpsc::Receiver<Instant>,
    events: mpsc::Sender<String>,
    answers: mpsc::Receiver<(Instant, Bytes)>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    polls: mpsc::Sender<Instant>,
    events: Mutex<mpsc::Receiver<String>>,
    answers: mpsc::Sender<(Instant, Bytes)>,
}

impl Instance {
    /// Starts a command, which is an executable of a function or runs one, with only these variables.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn start(command: &[String], variables: &BTreeMap<String, String>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening")?;
        let address = listener.local_addr().context("listening")?;
        let ((poll, polls), (events, inbox), (answer, answers)) =
            (mpsc::channel(8), mpsc::channel(1), mpsc::channel(1));
        let shared = Arc::new(Shared { polls: poll, events: inbox.into(), answers: answer });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(answered))
            .with_state(shared);
        let server = tokio::spawn(async move {
            // Ends with the abort in `drop` alone.
            let _ = axum::serve(listener, router).await;
        });
        let (program, arguments) = command.split_first().context("a command has a program")?;
        let spawned = Instant::now();
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(variables)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {program}"))?;
        Ok(Self { child, spawned, polls, events, answers, server })
    }

    /// Waits for its next request for an event. Returns the time of the request since the start of the process.
    ///
    /// # Errors
    /// If the process ends first.
    pub async fn polls(&mut self) -> Result<Duration> {
        let at = tokio::select! {
            at = timeout(PATIENCE, self.polls.recv()) => at.context("waiting for a function to poll")?,
            status = self.child.wait() => bail!("a function has ended: {}", status?),
        };
        Ok(at.context("a function polls")?.duration_since(self.spawned))
    }

    /// Hands out an event. Returns the answer, and its time since the start of the process.
    ///
    /// # Errors
    /// If the answer is an error.
    pub async fn answers(&mut self, event: &str) -> Result<(Value, Duration)> {
        self.events.send(event.to_owned()).await.context("giving an event")?;
        let answer = timeout(PATIENCE, self.answers.recv()).await.context("waiting for an answer")?;
        let (at, answer) = answer.context("a function answers")?;
        let answer: Value = serde_json::from_slice(&answer).context("reading an answer")?;
        let status = answer.get("statusCode").and_then(Value::as_u64).unwrap_or(200);
        if status >= 300 || answer.get("errorType").is_some() {
            bail!("a function gave {answer} to {event}");
        }
        Ok((answer, at.duration_since(self.spawned)))
    }

    /// Returns its peak memory, in kilobytes.
    #[must_use]
    pub fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse().ok()
    }

    /// Returns the processor time of its living threads.
    #[must_use]
    pub fn processor_time(&self) -> Duration {
        let Some(id) = self.child.id() else { return Duration::ZERO };
        let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        // The first field is the nanoseconds on a processor: see "schedstats" in the kernel's documentation.
        let nanoseconds = threads.filter_map(|thread| {
            let times = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            times.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanoseconds.sum())
    }

    /// Sends SIGTERM, and waits until the process has ended.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn end(mut self) -> Result<()> {
        if let Some(id) = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
            kill_process(id, Signal::TERM).context("ending a function")?;
        }
        timeout(PATIENCE, self.child.wait()).await.context("waiting for a function to end")??;
        Ok(())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let polled = Instant::now();
    let mut inbox = shared.events.lock().await;
    // A dropped receiver needs no times.
    let _ = shared.polls.send(polled).await;
    let Some(event) = inbox.recv().await else { return StatusCode::GONE.into_response() };
    let headers = [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", ID),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-6566a7d0-0b1c2d3e4f5061728394a5b6"),
    ];
    (headers, event).into_response()
}

async fn answered(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    let _ = shared.answers.send((Instant::now(), body)).await;
    StatusCode::ACCEPTED
}
