//! The sockets of a WebSocket API, from their handshakes to the end of `$disconnect`.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::upgrade::OnUpgrade;
use serde_json::{Value, json};
use template::Authorizer;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};
use tokio_util::task::TaskTracker;

use super::{
    connections::{Connection, Connections},
    event::{Event, EventType, RequestContext},
    socket::{self, End, Limits},
};
use crate::{
    api_gateway::throttle::Throttle,
    faults::Faults,
    ids,
    lambda::{Cause, Lambda},
    logs,
};

/// The time that the platform waits for an integration.
pub(super) const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(29);

/// A WebSocket API.
#[derive(Debug)]
pub struct WebSocketApi {
    pub(super) id: String,
    pub(super) stage: String,
    selection: Vec<String>,
    pub(super) authorizer: Option<Authorizer>,
    pub(super) routes: BTreeMap<String, String>,
    pub(super) throttle: Throttle,
    pub(super) lambda: Lambda,
    pub(super) limits: Limits,
    faults: Option<Arc<Faults>>,
    pub(super) connections: Connections,
    /// A task for each socket, from its handshake to the end of its `$disconnect`.
    pub(super) sockets: TaskTracker,
}

impl WebSocketApi {
    /// The API of a template.
    #[must_use]
    pub fn new(api: template::WebSocketApi, lambda: Lambda, limits: Limits, faults: Option<Arc<Faults>>) -> Self {
        let template::WebSocketApi { id, stage, selection, authorizer, routes, throttling } = api;
        let throttle = Throttle::new(throttling);
        let (connections, sockets) = (Connections::default(), TaskTracker::new());
        Self { id, stage, selection, authorizer, routes, throttle, lambda, limits, faults, connections, sockets }
    }

    /// Closes every socket with 1001, and returns when `$disconnect` has run for all of them.
    pub async fn shut_down(&self) {
        self.sockets.close();
        for connection in self.connections.all() {
            connection.close(CloseCode::Away);
        }
        self.sockets.wait().await;
    }

    /// Serves a socket from the upgrade to its `$disconnect`.
    pub(super) async fn run(
        self: Arc<Self>,
        connection: Arc<Connection>,
        upgrade: OnUpgrade,
        outbox: mpsc::Receiver<Message>,
    ) {
        let received = |message| self.received(&connection, message);
        // The management API answers 410 as soon as the socket closes, even before the client has read the close frame.
        let closing = || self.connections.close(&connection.id);
        let end = socket::serve(&connection, upgrade, outbox, self.limits, received, closing).await;
        self.disconnected(&connection, &end).await;
    }

    /// Sends a message to its route's function, without waiting for earlier messages.
    fn received(self: &Arc<Self>, connection: &Arc<Connection>, message: Message) {
        let (api, connection) = (Arc::clone(self), Arc::clone(connection));
        if self.cuts() {
            // The message has arrived, so its function runs.
            connection.cut();
        }
        tokio::spawn(async move { api.route(&connection, message).await });
    }

    async fn route(&self, connection: &Connection, message: Message) {
        let (body, is_base64_encoded) = match message {
            Message::Text(text) => (text.to_string(), false),
            other => (STANDARD.encode(other.into_data()), true),
        };
        let key = select(&self.selection, &body);
        let route =
            key.and_then(|key| self.routes.get_key_value(&key)).or_else(|| self.routes.get_key_value("$default"));
        let Some((key, function)) = route else {
            return complain(connection, "Forbidden", &ids::gateway());
        };
        if !self.throttle.admits(key, Instant::now()) {
            // In the words of the HTTP API, because those of this API are not documented.
            return complain(connection, "Too Many Requests", &ids::gateway());
        }
        let request_context = RequestContext::new(&self.id, &self.stage, connection, EventType::Message, key);
        let request_id = request_context.request_id.clone();
        let event = Event { request: None, request_context, body: Some(&body), is_base64_encoded };
        let invocation = self.invoke(function, &event);
        match tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await {
            Ok(Ok(())) => {}
            // In the words of the HTTP API, because those of this API are not documented.
            Ok(Err(Cause::Busy)) => complain(connection, "Too Many Requests", &request_id),
            Ok(Err(_)) | Err(_) => complain(connection, "Internal server error", &request_id),
        }
    }

    /// Runs `$disconnect` for a closed socket.
    async fn disconnected(&self, connection: &Connection, end: &End) {
        let Some(function) = self.routes.get("$disconnect") else { return };
        if self.faults.as_ref().is_some_and(|faults| faults.forgets_disconnect()) {
            return;
        }
        let context = RequestContext::new(&self.id, &self.stage, connection, EventType::Disconnect, "$disconnect");
        let request_context = context.disconnected(end.code.into(), &end.reason);
        let event = Event { request: None, request_context, body: None, is_base64_encoded: false };
        // Best effort, as on the platform.
        let _ = self.invoke(function, &event).await;
    }

    /// Whether a fault cuts the socket of this message.
    pub(super) fn cuts(&self) -> bool {
        self.faults.as_ref().is_some_and(|faults| faults.cuts())
    }

    async fn invoke(&self, function: &str, event: &Event<'_>) -> Result<(), Cause> {
        let event = serde_json::to_vec(event).map_err(|error| {
            logs::warning(&format!("an event for {function} cannot be written: {error}"));
            Cause::Service
        })?;
        let answer = self.lambda.invoke(function, &ids::trace(), event.into()).await;
        answer.map(drop).map_err(|failure| failure.cause)
    }
}

/// The route key in a frame.
fn select(selection: &[String], body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let found = selection.iter().try_fold(&body, |value, field| value.get(field))?;
    found.as_str().filter(|key| !key.starts_with('$')).map(str::to_owned)
}

/// Sends the gateway's own error to a client whose frame reached no function, or whose function failed.
fn complain(connection: &Connection, message: &str, request_id: &str) {
    let text = json!({"message": message, "connectionId": connection.id, "requestId": request_id}).to_string();
    // Fails if the client has gone or does not read.
    let _ = connection.send(Message::text(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_names_its_route_in_json() {
        let selection = ["type".to_owned()];
        assert_eq!(select(&selection, r#"{"type":"message"}"#).as_deref(), Some("message"));
        for other in ["no json", "[]", "{}", r#"{"type":1}"#, r#"{"type":"$connect"}"#] {
            assert_eq!(select(&selection, other), None, "{other}");
        }
    }
}
