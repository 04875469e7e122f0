//! The connection management API: `/<stage>/@connections/<id>`.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html>

use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    http::{HeaderName, Method, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes, protocol::frame::coding::CloseCode};

use super::{
    api::WebSocketApi,
    connections::{Connection, Refused},
    event::execute_api_arn,
};
use crate::iam::{Access, Iam};

/// Answers one call for the connection `id`.
pub(super) async fn handle(api: &WebSocketApi, iam: &Iam, id: &str, parts: Parts, body: Body) -> Response {
    let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
    // Before the check of rights, so that their record has only calls for sockets.
    if URL_SAFE.decode(id.as_bytes()).is_err() {
        return error(StatusCode::BAD_REQUEST, "BadRequestException", &format!("Invalid connectionId: {id}"));
    }
    let access = Access {
        action: "execute-api:ManageConnections".to_owned(),
        resource: execute_api_arn(&api.id, &api.stage, &format!("{}/@connections/{id}", parts.method)),
    };
    if let Err(denied) = iam.check(&iam.caller(&parts.headers), access) {
        return error(StatusCode::FORBIDDEN, "AccessDeniedException", &denied.to_string());
    }
    // Closed connections are unknown, and so are those whose `$connect` has not finished.
    let Some(connection) = api.connections.get(&id) else { return gone() };
    match parts.method {
        Method::POST => match to_bytes(body, api.limits.message).await {
            // The socket has accepted the message, which is lost with it.
            Ok(_) if api.cuts() => {
                connection.cut();
                StatusCode::OK.into_response()
            }
            Ok(data) => post(&connection, data),
            Err(_) => error(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", "Payload too large"),
        },
        Method::GET => get(&connection),
        Method::DELETE => {
            connection.close(CloseCode::Normal);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => error(StatusCode::FORBIDDEN, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    }
}

fn post(connection: &Connection, data: Bytes) -> Response {
    let message = Utf8Bytes::try_from(data.clone()).map_or(Message::Binary(data), Message::Text);
    match connection.send(message) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(Refused::Gone) => gone(),
        Err(Refused::Full) => limit_exceeded(),
    }
}

fn get(connection: &Connection) -> Response {
    let time = |time: time::OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
    let body = json!({
        "connectedAt": time(connection.connected_at),
        "identity": connection.identity,
        "lastActiveAt": time(connection.last_active_at()),
    });
    Json(body).into_response()
}

/// The client does not read, or too many messages were sent to it.
pub(crate) fn limit_exceeded() -> Response {
    let message = "The client is sending more than the allowed number of requests per unit of time.";
    error(StatusCode::TOO_MANY_REQUESTS, "LimitExceededException", message)
}

/// The socket is closed.
pub(crate) fn gone() -> Response {
    error(StatusCode::GONE, "GoneException", "Gone")
}

/// An error in the format of the service.
pub(crate) fn error(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let error_type = (HeaderName::from_static("x-amzn-errortype"), kind);
    (status, [error_type], Json(json!({"message": message}))).into_response()
}
