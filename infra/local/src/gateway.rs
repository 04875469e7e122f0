//! The one port: decides which of the services a request is for.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
    serve::ListenerExt as _,
};
use tokio::net::TcpListener;

use crate::{
    calls::Calls,
    dynamodb::{self, DynamoDb},
    http_api::HttpApi,
    iam::Iam,
    lambda::{Lambda, invoke_api},
    s3::S3,
    websocket_api::{Wanted, WebSocketApi},
};

/// Everything that answers on the port.
#[derive(Debug)]
pub struct Gateway {
    /// The template's HTTP API.
    pub http_api: Option<HttpApi>,
    /// The template's WebSocket API.
    pub websocket_api: Option<Arc<WebSocketApi>>,
    /// The functions.
    pub lambda: Lambda,
    /// The embedded database.
    pub dynamodb: DynamoDb,
    /// The template's buckets.
    pub s3: S3,
    /// Who may do what.
    pub iam: Arc<Iam>,
    /// What the functions call, where somebody wants to know.
    pub calls: Option<Arc<Calls>>,
}

/// Serves `gateway` on `listener` for as long as the future is polled.
///
/// # Errors
/// Where the listener breaks.
pub async fn serve(gateway: Arc<Gateway>, listener: TcpListener) -> std::io::Result<()> {
    let router = Router::new().fallback(dispatch).with_state(gateway);
    // Frames are small and follow each other; together with delayed acknowledgements they would wait for 40 ms.
    let listener = listener.tap_io(|stream| {
        // A stream that is closed already is no matter.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
}

async fn dispatch(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    gateway.handle(source, parts, body).await
}

impl Gateway {
    async fn handle(&self, source: SocketAddr, parts: Parts, body: Body) -> Response {
        if let Some(calls) = &self.calls {
            if parts.uri.path() == "/_local/calls" {
                return Json(calls.invocations()).into_response();
            }
            if let Some((service, operation)) = self.recorded(&parts) {
                let serve = async |parts, body| self.serve(source, parts, body).await;
                return calls.around(service, operation, parts, body, serve).await;
            }
        }
        self.serve(source, parts, body).await
    }

    /// The service and the operation of a request as functions make them.
    fn recorded(&self, parts: &Parts) -> Option<(&'static str, String)> {
        if let Some(operation) = dynamodb::operation(parts) {
            return Some(("dynamodb", operation.to_owned()));
        }
        if let Some(wanted) = self.websocket_api.as_ref().and_then(|api| api.wanted(parts)) {
            return matches!(wanted, Wanted::Connection(_)).then(|| ("connections", parts.method.to_string()));
        }
        // Forms are those of clients, and may be large.
        (parts.method != Method::POST && self.s3.wants(parts)).then(|| ("s3", parts.method.to_string()))
    }

    async fn serve(&self, source: SocketAddr, parts: Parts, body: Body) -> Response {
        if let Some(operation) = dynamodb::operation(&parts).map(str::to_owned) {
            return self.dynamodb.handle(&self.iam, &operation, parts, body).await;
        }
        if let Some(name) = invoke_api::wanted(&parts) {
            return invoke_api::handle(&self.lambda, &self.iam, name, &parts, body).await;
        }
        if let Some(api) = &self.websocket_api
            && let Some(wanted) = api.wanted(&parts)
        {
            return api.handle(&self.iam, source, wanted, parts, body).await;
        }
        if self.s3.wants(&parts) {
            return self.s3.handle(source, parts, body).await;
        }
        if parts.uri.path() == "/_local/iam" {
            return Json(self.iam.report()).into_response();
        }
        match &self.http_api {
            Some(http_api) => http_api.handle(source, parts, body).await,
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}
