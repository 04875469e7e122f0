//! The one port: decides which of the services a request is for.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    body::Body,
    http::{Request, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::{
    api_gateway::{
        http::HttpApi,
        websocket::{Wanted, WebSocketApi},
    },
    dynamodb::{self, DynamoDb},
    iam::{self, Iam},
    intercept::{Call, Interceptor, Lost, Service, Target},
    lambda::{Lambda, invoke_api},
    s3::S3,
    secrets_manager::{self, SecretsManager},
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
    /// The template's secrets.
    pub secrets: SecretsManager,
    /// Who may do what.
    pub iam: Arc<Iam>,
    /// What stands before the services, where anything does.
    pub interceptor: Option<Arc<Interceptor>>,
}

/// Serves `gateway` on `listener` for as long as the future is polled.
///
/// Not by `axum::serve`, which has no way to leave a request without an answer.
pub async fn serve(gateway: Arc<Gateway>, mut listener: TcpListener) {
    loop {
        let (stream, source) = Listener::accept(&mut listener).await;
        // Frames are small and follow each other; together with delayed acknowledgements they would wait for 40 ms. A
        // stream that is closed already is no matter.
        let _ = stream.set_nodelay(true);
        let gateway = Arc::clone(&gateway);
        let service = service_fn(move |request: Request<Incoming>| {
            let (parts, body) = request.into_parts();
            Arc::clone(&gateway).handle(source, parts, Body::new(body))
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
        // A client that breaks off, or that gets no answer, is no matter.
        tokio::spawn(async move { drop(connection.await) });
    }
}

impl Gateway {
    async fn handle(self: Arc<Self>, source: SocketAddr, mut parts: Parts, mut body: Body) -> Result<Response, Lost> {
        if let Some(interceptor) = &self.interceptor {
            if let Some(call) = self.target(&parts).and_then(|target| interceptor.call(target)) {
                return self.intercept(Arc::clone(interceptor), call, source, parts, body).await;
            }
            match interceptor.answer(parts, body).await {
                Ok(response) => return Ok(response),
                Err(request) => (parts, body) = request,
            }
        }
        Ok(self.serve(source, parts, body).await)
    }

    /// In a task of its own: what has arrived at a service is done, though the instance that asked for it may die meanwhile.
    async fn intercept(
        self: &Arc<Self>,
        interceptor: Arc<Interceptor>,
        call: Call,
        source: SocketAddr,
        parts: Parts,
        body: Body,
    ) -> Result<Response, Lost> {
        let gateway = Arc::clone(self);
        let answered = tokio::spawn(async move {
            let serve = async |parts, body| gateway.serve(source, parts, body).await;
            interceptor.around(call, parts, body, serve).await
        });
        answered.await.unwrap_or(Err(Lost))
    }

    /// The service that a request is for and what it is to do, if it is signed as functions sign.
    fn target(&self, parts: &Parts) -> Option<Target> {
        let signed = |service, operation: &str| {
            let access_key = iam::access_key(&parts.headers)?.to_owned();
            Some(Target { service, operation: operation.to_owned(), access_key })
        };
        if let Some(operation) = dynamodb::operation(parts) {
            return signed(Service::Dynamodb, operation);
        }
        if let Some(operation) = secrets_manager::operation(parts) {
            return signed(Service::Secrets, operation);
        }
        if let Some(Wanted::Connection(_)) = self.websocket_api.as_ref().and_then(|api| api.wanted(parts)) {
            return signed(Service::Connections, parts.method.as_str());
        }
        let (operation, access_key) = self.s3.call(parts)?;
        Some(Target { service: Service::S3, operation, access_key })
    }

    async fn serve(&self, source: SocketAddr, parts: Parts, body: Body) -> Response {
        if let Some(operation) = dynamodb::operation(&parts).map(str::to_owned) {
            return self.dynamodb.handle(&self.iam, &operation, parts, body).await;
        }
        if let Some(operation) = secrets_manager::operation(&parts) {
            return self.secrets.handle(&self.iam, operation, &parts, body).await;
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
