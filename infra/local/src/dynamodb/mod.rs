//! DynamoDB: checks the rights of a call and forwards it to the embedded engine.

pub(crate) mod conflict;
pub(crate) mod unprocessed;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Request, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Map, Value, json};
use tables::Engine;

use crate::{
    iam::{Denied, Iam},
    logs,
};

/// The largest request and the largest answer, in bytes: 16 MB, as in DynamoDB.
pub(crate) const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// The operation, if the request is for DynamoDB.
#[must_use]
pub fn operation(parts: &Parts) -> Option<&str> {
    let target = parts.headers.get("x-amz-target")?.to_str().ok()?;
    let (service, operation) = target.split_once('.')?;
    (parts.uri.path() == "/" && service.starts_with("DynamoDB")).then_some(operation)
}

/// The client of the engine.
#[derive(Clone, Debug)]
pub struct DynamoDb {
    engine: Engine,
    client: Client<HttpConnector, Body>,
}

impl DynamoDb {
    /// The client of a running engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { engine, client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// Answers one request that [`operation`] recognised.
    pub async fn handle(&self, iam: &Iam, operation: &str, parts: Parts, body: Body) -> Response {
        let Ok(body) = axum::body::to_bytes(body, MAX_REQUEST).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        match iam.check_dynamodb(&iam.caller(&parts.headers), operation, &body) {
            Ok(()) => self.forward(parts, body).await,
            Err(denied) => access_denied(&denied),
        }
    }

    async fn forward(&self, mut parts: Parts, body: Bytes) -> Response {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let Ok(uri) = format!("{}{path}", self.engine.endpoint()).parse::<Uri>() else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        parts.uri = uri;
        match self.client.request(Request::from_parts(parts, Body::from(body))).await {
            Ok(response) => response.map(Body::new),
            Err(error) => {
                logs::warning(&format!("DynamoDB does not answer: {error}"));
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

fn access_denied(denied: &Denied) -> Response {
    let body = json!({
        "__type": "com.amazon.coral.service#AccessDeniedException",
        "Message": denied.to_string(),
    });
    (StatusCode::BAD_REQUEST, answer(&body)).into_response()
}

/// An error that the engine itself never returns.
pub(crate) fn error(status: StatusCode, kind: &str, message: &str) -> Response {
    error_with(status, kind, message, Map::new())
}

/// An error with further fields.
pub(crate) fn error_with(status: StatusCode, kind: &str, message: &str, more: Map<String, Value>) -> Response {
    let mut body = more;
    body.insert("__type".to_owned(), format!("com.amazonaws.dynamodb.v20120810#{kind}").into());
    body.insert("message".to_owned(), message.into());
    (status, answer(&body.into())).into_response()
}

/// An answer with this body.
pub(crate) fn answer(body: &Value) -> Response {
    let content_type = HeaderValue::from_static("application/x-amz-json-1.0");
    ([(header::CONTENT_TYPE, content_type)], body.to_string()).into_response()
}
