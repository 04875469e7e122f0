//! The events of a WebSocket API and of its authorizer.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html>

use std::collections::BTreeMap;

use axum::http::{HeaderMap, request::Parts};
use serde::Serialize;
use serde_json::{Map, Value};
use template::{ACCOUNT_ID, REGION};
use time::OffsetDateTime;

use super::connections::{Connection, Identity};
use crate::{
    api_gateway::time::{epoch_milliseconds, request_time},
    ids,
};

/// The event of a route's function.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'a> {
    #[serde(flatten)]
    pub(super) request: Option<&'a HandshakeFields>,
    pub(super) request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<&'a str>,
    pub(super) is_base64_encoded: bool,
}

/// The event of a REQUEST authorizer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthorizerEvent<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    method_arn: &'a str,
    #[serde(flatten)]
    request: &'a HandshakeFields,
    request_context: RequestContext<'a>,
}

impl<'a> AuthorizerEvent<'a> {
    pub(super) fn new(method_arn: &'a str, request: &'a HandshakeFields, request_context: RequestContext<'a>) -> Self {
        Self { kind: "REQUEST", method_arn, request, request_context }
    }
}

/// The fields of a handshake in the events of `$connect` and the authorizer. Without a query string, its fields are
/// absent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HandshakeFields {
    pub(super) headers: BTreeMap<String, String>,
    pub(super) multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) query_string_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) multi_value_query_string_parameters: BTreeMap<String, Vec<String>>,
}

impl HandshakeFields {
    /// Reads a handshake. The single-value fields have the last of repeated values.
    pub(super) fn new(parts: &Parts, query: &str, trace: &str) -> Self {
        let mut multi_value_headers = headers(&parts.headers);
        multi_value_headers.insert("X-Amzn-Trace-Id".to_owned(), vec![trace.to_owned()]);
        let mut queries: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            queries.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self {
            headers: last_values(&multi_value_headers),
            multi_value_headers,
            query_string_parameters: last_values(&queries),
            multi_value_query_string_parameters: queries,
        }
    }
}

fn headers(headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
    let mut named = BTreeMap::new();
    for name in headers.keys().filter(|name| !matches!(name.as_str(), "connection" | "upgrade")) {
        let values = headers.get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        named.insert(browser_case(name.as_str()), values);
    }
    named
}

fn last_values(all: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, String> {
    all.iter().filter_map(|(name, values)| Some((name.clone(), values.last()?.clone()))).collect()
}

/// Restores the case of a header's name. A WebSocket API passes names on as the client wrote them, such as
/// `Sec-WebSocket-Protocol`; HTTP libraries make them lower case.
fn browser_case(name: &str) -> String {
    let capitalised = name.split('-').map(|word| match word {
        "websocket" => "WebSocket".to_owned(),
        word => word.split_at_checked(1).map_or_else(String::new, |(first, rest)| first.to_uppercase() + rest),
    });
    capitalised.collect::<Vec<_>>().join("-")
}

/// The kind of event on a socket.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum EventType {
    Connect,
    Message,
    Disconnect,
}

/// The `requestContext` of every event of a socket.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestContext<'a> {
    route_key: &'a str,
    event_type: EventType,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disconnect_status_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disconnect_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<&'a Map<String, Value>>,
    pub(super) request_id: String,
    extended_request_id: String,
    request_time: String,
    request_time_epoch: i64,
    message_direction: &'static str,
    stage: &'a str,
    api_id: &'a str,
    domain_name: &'a str,
    connected_at: i64,
    connection_id: &'a str,
    identity: &'a Identity,
}

impl<'a> RequestContext<'a> {
    pub(super) fn new(
        api_id: &'a str,
        stage: &'a str,
        connection: &'a Connection,
        event_type: EventType,
        route_key: &'a str,
    ) -> Self {
        let now = OffsetDateTime::now_utc();
        let request_id = ids::gateway();
        Self {
            route_key,
            event_type,
            message_id: matches!(event_type, EventType::Message).then(ids::gateway),
            disconnect_status_code: None,
            disconnect_reason: None,
            authorizer: connection.authorizer.as_ref(),
            extended_request_id: request_id.clone(),
            request_id,
            request_time: request_time(now),
            request_time_epoch: epoch_milliseconds(now),
            message_direction: "IN",
            stage,
            api_id,
            domain_name: &connection.domain,
            connected_at: epoch_milliseconds(connection.connected_at),
            connection_id: &connection.id,
            identity: &connection.identity,
        }
    }

    pub(super) fn disconnected(mut self, code: u16, reason: &'a str) -> Self {
        self.disconnect_status_code = Some(code);
        self.disconnect_reason = Some(reason);
        self
    }
}

/// `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<rest>`.
pub(super) fn execute_api_arn(api_id: &str, stage: &str, rest: &str) -> String {
    format!("arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}/{stage}/{rest}")
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
    use axum::http::Request;
    use serde_json::json;

    use super::*;

    #[test]
    fn header_names_are_as_browsers_write_them() {
        assert_eq!(browser_case("sec-websocket-protocol"), "Sec-WebSocket-Protocol");
        assert_eq!(browser_case("host"), "Host");
    }

    #[test]
    fn the_connect_event_is_api_gateways() {
        let request = Request::get("/prod").header("Host", "localhost:8000").header("Sec-WebSocket-Version", "13");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let fields = HandshakeFields::new(&parts, "a=1&a=2", "Root=1");
        let (mut connection, _outbox) = Connection::new(([127, 0, 0, 1], 1).into(), "localhost:8000", "test");
        connection.authorizer = json!({"principalId": "1", "user_id": "7"}).as_object().cloned();
        let context = RequestContext::new("api", "prod", &connection, EventType::Connect, "$connect");
        let event = Event { request: Some(&fields), request_context: context, body: None, is_base64_encoded: false };
        let event = serde_json::to_value(event).unwrap();
        assert_eq!(event["headers"]["Sec-WebSocket-Version"], "13");
        assert_eq!(event["queryStringParameters"], json!({"a": "2"}));
        assert_eq!(event["multiValueQueryStringParameters"], json!({"a": ["1", "2"]}));
        let context = &event["requestContext"];
        assert_eq!((&context["eventType"], &context["routeKey"]), (&json!("CONNECT"), &json!("$connect")));
        assert_eq!(context["connectionId"], connection.id);
        assert!(context.get("messageId").is_none() && context.get("disconnectReason").is_none(), "{context}");
        let read: ApiGatewayWebsocketProxyRequest = serde_json::from_value(event).unwrap();
        assert_eq!(read.request_context.connection_id.as_deref(), Some(connection.id.as_str()));
    }
}
