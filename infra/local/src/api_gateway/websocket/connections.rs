//! The open sockets, for the connection management API.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};

use crate::ids;

/// The most messages that wait for a slow client.
const CLIENT_BUFFER: usize = 128;

/// The client of a socket.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    pub(super) source_ip: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) user_agent: String,
}

/// One socket, from its handshake on.
#[derive(Debug)]
pub struct Connection {
    pub(super) id: String,
    pub(super) connected_at: OffsetDateTime,
    pub(super) domain: String,
    pub(super) identity: Identity,
    /// The context of the authorizer, with `principalId`.
    pub(super) authorizer: Option<Map<String, Value>>,
    born: Instant,
    /// Milliseconds after `born`.
    last_active: AtomicU64,
    outbox: mpsc::Sender<Message>,
    closing: OnceLock<CloseCode>,
    close: Notify,
}

/// The reason why a message was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// The client does not read, and its buffer is full.
    Full,
    /// The socket is closing.
    Gone,
}

impl Connection {
    /// A new connection that is not listed yet, and the outbox of its messages.
    #[must_use]
    pub fn new(source: SocketAddr, domain: &str, user_agent: &str) -> (Self, mpsc::Receiver<Message>) {
        let (outbox, messages) = mpsc::channel(CLIENT_BUFFER);
        let connection = Self {
            id: ids::gateway(),
            connected_at: OffsetDateTime::now_utc(),
            domain: domain.to_owned(),
            identity: Identity { source_ip: source.ip().to_string(), user_agent: user_agent.to_owned() },
            authorizer: None,
            born: Instant::now(),
            last_active: AtomicU64::new(0),
            outbox,
            closing: OnceLock::new(),
            close: Notify::new(),
        };
        (connection, messages)
    }

    /// Puts a message into the outbox.
    ///
    /// # Errors
    /// If the client does not read, or has gone.
    pub fn send(&self, message: Message) -> Result<(), Refused> {
        self.outbox.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refused::Full,
            mpsc::error::TrySendError::Closed(_) => Refused::Gone,
        })?;
        self.touch();
        Ok(())
    }

    /// Asks the socket's task to close it. The client gets the first of the requested codes.
    pub(super) fn close(&self, code: CloseCode) {
        let _ = self.closing.set(code);
        self.close.notify_one();
    }

    /// Asks the socket's task to end the connection without a close frame.
    pub(super) fn cut(&self) {
        // A code that no close frame has.
        self.close(CloseCode::Abnormal);
    }

    pub(super) async fn close_asked(&self) -> CloseCode {
        self.close.notified().await;
        self.closing.get().copied().unwrap_or(CloseCode::Normal)
    }

    /// Resets the idle timer.
    pub(super) fn touch(&self) {
        let age = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_active.store(age, Ordering::Relaxed);
    }

    /// The time of the last frame in either direction.
    pub(super) fn last_active(&self) -> Instant {
        self.born + Duration::from_millis(self.last_active.load(Ordering::Relaxed))
    }

    pub(super) fn last_active_at(&self) -> OffsetDateTime {
        self.connected_at + Duration::from_millis(self.last_active.load(Ordering::Relaxed))
    }
}

/// Every open socket, by id.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<HashMap<String, Arc<Connection>>>);

impl Connections {
    pub(super) fn open(&self, connection: &Arc<Connection>) {
        self.lock().insert(connection.id.clone(), Arc::clone(connection));
    }

    pub(super) fn close(&self, id: &str) {
        self.lock().remove(id);
    }

    pub(super) fn get(&self, id: &str) -> Option<Arc<Connection>> {
        self.lock().get(id).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Connection>> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Connection>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
