//! Handshakes: the authorizer, then `$connect`, then the 101.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    Json,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header, request::Parts},
    response::{IntoResponse, Response},
};
use hyper::upgrade::OnUpgrade;
use serde::Deserialize;
use serde_json::json;
use tokio_tungstenite::tungstenite::{handshake::derive_accept_key, protocol::frame::coding::CloseCode};

use super::{
    api::{INTEGRATION_TIMEOUT, WebSocketApi},
    authorizer::{self, Verdict},
    connections::Connection,
    event::{AuthorizerEvent, Event, EventType, HandshakeFields, RequestContext, execute_api_arn},
};
use crate::{
    headers, ids,
    lambda::{Cause, Failure},
};

/// The version of the protocol.
const VERSION: &str = "13";

/// A refused handshake.
struct Refusal {
    status: StatusCode,
    message: &'static str,
}

impl Refusal {
    fn new(status: StatusCode, message: &'static str) -> Self {
        Self { status, message }
    }
}

/// The answer of `$connect`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConnectAnswer {
    status_code: u16,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
}

/// The reason for which a request gets no socket.
#[derive(Clone, Copy, Debug)]
pub enum NoUpgrade {
    /// It asks for none, or for another version of the protocol.
    Required,
    /// Its handshake is not valid.
    Invalid,
}

/// A requested handshake.
#[derive(Debug)]
pub struct Upgrade {
    upgrade: OnUpgrade,
    accept: HeaderValue,
}

/// Answers a request for a socket.
pub(super) async fn handshake(api: Arc<WebSocketApi>, source: SocketAddr, mut parts: Parts, query: String) -> Response {
    let upgrade = match Upgrade::asked(&mut parts) {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    // A task of its own: a client that leaves does not stop `$connect`, and `$disconnect` runs after it. The platform
    // does not document this; without it, the records of `$connect` would stay behind.
    let shaken = api.sockets.spawn(shake(Arc::clone(&api), source, parts, query, upgrade));
    shaken.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn shake(
    api: Arc<WebSocketApi>,
    source: SocketAddr,
    parts: Parts,
    query: String,
    Upgrade { upgrade, accept }: Upgrade,
) -> Response {
    let (mut connection, outbox) =
        Connection::new(source, text(&parts.headers, &header::HOST), text(&parts.headers, &header::USER_AGENT));
    match open(&api, &mut connection, &parts, &query).await {
        Ok(subprotocol) => {
            let connection = Arc::new(connection);
            // The connection is now known. Messages to it wait in its buffer until the client has read the 101.
            api.connections.open(&connection);
            api.sockets.spawn(Arc::clone(&api).run(Arc::clone(&connection), upgrade, outbox));
            if api.sockets.is_closed() {
                connection.close(CloseCode::Away);
            }
            switching(accept, subprotocol)
        }
        Err(Refusal { status, message }) => {
            let body = json!({"message": message, "connectionId": connection.id, "requestId": ids::gateway()});
            (status, Json(body)).into_response()
        }
    }
}

impl Upgrade {
    /// The handshake that the request asks for.
    ///
    /// # Errors
    /// The request asks for no socket or for another version of the protocol, or its handshake is not valid (RFC 6455,
    /// sections 4.2.1 and 4.4). HTTP/1.0 has no upgrades (RFC 9110, section 7.8).
    pub fn asked(parts: &mut Parts) -> Result<Self, NoUpgrade> {
        let lists = |name, token: &str| headers::list(&parts.headers, name).any(|one| one.eq_ignore_ascii_case(token));
        let asks = parts.version >= Version::HTTP_11
            && lists(header::CONNECTION, "upgrade")
            && lists(header::UPGRADE, "websocket");
        let version = headers::single(&parts.headers, &header::SEC_WEBSOCKET_VERSION);
        if !asks || version.is_none_or(|version| version != VERSION) {
            return Err(NoUpgrade::Required);
        }
        let key = headers::single(&parts.headers, &header::SEC_WEBSOCKET_KEY).filter(|key| is_nonce(key.as_bytes()));
        let accept = key.filter(|_| parts.method == Method::GET).map(|key| derive_accept_key(key.as_bytes()));
        let accept = accept.and_then(|accept| HeaderValue::try_from(accept).ok());
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        let (Some(accept), Some(upgrade)) = (accept, upgrade) else {
            return Err(NoUpgrade::Invalid);
        };
        Ok(Self { upgrade, accept })
    }

    /// The future connection, and the response that precedes it.
    #[must_use]
    pub fn accepted(self) -> (OnUpgrade, Response) {
        (self.upgrade, switching(self.accept, None))
    }
}

/// Whether the value of `Sec-WebSocket-Key` is sixteen bytes in base64. In the example of RFC 6455, section 4.1, the
/// unused bits of the last character are not zero.
fn is_nonce(key: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    key.strip_suffix(b"==").is_some_and(|digits| digits.len() == 22 && digits.iter().all(is_digit))
}

impl IntoResponse for NoUpgrade {
    fn into_response(self) -> Response {
        let needed = [
            (header::CONNECTION, HeaderValue::from_static("Upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION)),
        ];
        let message = |text: &str| Json(json!({"message": text}));
        match self {
            Self::Required => (StatusCode::UPGRADE_REQUIRED, needed, message("Upgrade Required")).into_response(),
            Self::Invalid => (StatusCode::BAD_REQUEST, message("Bad Request")).into_response(),
        }
    }
}

/// Asks the authorizer and `$connect`. Returns the subprotocol that `$connect` selected.
async fn open(
    api: &WebSocketApi,
    connection: &mut Connection,
    parts: &Parts,
    query: &str,
) -> Result<Option<String>, Refusal> {
    if !api.throttle.admits("$connect", Instant::now()) {
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"));
    }
    let trace = ids::trace_of(&parts.headers);
    let fields = HandshakeFields::new(parts, query, &trace);
    authorize(api, connection, &fields, &trace).await?;
    connect(api, connection, &fields, &trace).await
}

async fn authorize(
    api: &WebSocketApi,
    connection: &mut Connection,
    fields: &HandshakeFields,
    trace: &str,
) -> Result<(), Refusal> {
    let Some(authorizer) = &api.authorizer else { return Ok(()) };
    let method_arn = execute_api_arn(&api.id, &api.stage, "$connect");
    let verdict = if authorizer::is_identified(&authorizer.identity_source, fields) {
        let context = RequestContext::new(&api.id, &api.stage, connection, EventType::Connect, "$connect");
        let event = AuthorizerEvent::new(&method_arn, fields, context);
        let event = serde_json::to_vec(&event).map_err(|_| internal_error())?;
        let answer =
            tokio::time::timeout(INTEGRATION_TIMEOUT, api.lambda.invoke(&authorizer.function, trace, event.into()));
        answer.await.map_or(Verdict::Broken, |answer| authorizer::verdict(answer, &method_arn))
    } else {
        Verdict::Unauthorized
    };
    match verdict {
        Verdict::Allow(context) => connection.authorizer = Some(context),
        Verdict::Deny => {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "User is not authorized to access this resource"));
        }
        Verdict::Unauthorized => return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized")),
        Verdict::Busy => return Err(too_many_requests()),
        Verdict::Broken => return Err(internal_error()),
    }
    Ok(())
}

async fn connect(
    api: &WebSocketApi,
    connection: &Connection,
    fields: &HandshakeFields,
    trace: &str,
) -> Result<Option<String>, Refusal> {
    let Some(function) = api.routes.get("$connect") else { return Ok(None) };
    let request_context = RequestContext::new(&api.id, &api.stage, connection, EventType::Connect, "$connect");
    let event = Event { request: Some(fields), request_context, body: None, is_base64_encoded: false };
    let event = serde_json::to_vec(&event).map_err(|_| internal_error())?;
    let bad_gateway = || Refusal::new(StatusCode::BAD_GATEWAY, "Internal server error");
    let answer = tokio::time::timeout(INTEGRATION_TIMEOUT, api.lambda.invoke(function, trace, event.into()));
    let payload = match answer.await {
        Ok(Ok(payload)) => payload,
        Ok(Err(Failure { cause: Cause::Busy, .. })) => return Err(too_many_requests()),
        Ok(Err(_)) | Err(_) => return Err(bad_gateway()),
    };
    let answer: ConnectAnswer = serde_json::from_slice(&payload).map_err(|_| bad_gateway())?;
    let status = StatusCode::from_u16(answer.status_code).map_err(|_| bad_gateway())?;
    if status.is_client_error() || status.is_server_error() {
        return Err(Refusal::new(status, status.canonical_reason().unwrap_or_default()));
    }
    let mut headers = answer.headers.unwrap_or_default().into_iter();
    Ok(headers.find_map(|(name, value)| name.eq_ignore_ascii_case("sec-websocket-protocol").then_some(value)))
}

fn too_many_requests() -> Refusal {
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
}

fn internal_error() -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
}

fn switching(accept: HeaderValue, subprotocol: Option<String>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    if let Some(subprotocol) = subprotocol.and_then(|name| HeaderValue::from_str(&name).ok()) {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
