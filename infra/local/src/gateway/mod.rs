//! The only port: decides once which service a request is for.

mod destination;
mod foreign;
mod host;
mod intercept;
mod listen;
mod refusals;

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
use serde_json::json;
use tokio::net::TcpListener;

use self::{
    destination::Destination,
    foreign::{is_from_foreign_page, refuse_page},
};
pub use self::{foreign::Hosts, intercept::Interceptor, listen::listen};
use crate::{
    api_gateway::{http::HttpApi, websocket::WebSocketApi},
    calls::{Call, Lost},
    dynamodb::{self, DynamoDb},
    iam::Iam,
    lambda::{Lambda, invoke_api},
    s3::S3,
    secrets_manager::{self, SecretsManager},
};

/// The services behind the port.
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
    /// The rights of the functions.
    pub iam: Arc<Iam>,
    /// The hosts to which the port answers.
    pub hosts: Hosts,
    /// Records calls and injects faults, if an option asks for it.
    pub interceptor: Option<Arc<Interceptor>>,
}

/// Serves `gateway` on `listener` for as long as the future is polled.
///
/// Not by `axum::serve`, which cannot leave a request without an answer.
pub async fn serve(gateway: Arc<Gateway>, mut listener: TcpListener) {
    loop {
        let (stream, source) = Listener::accept(&mut listener).await;
        // Frames are small and follow each other; Nagle's algorithm and delayed acknowledgements would hold them back
        // for 40 ms. The call fails only if the stream is closed already.
        let _ = stream.set_nodelay(true);
        let gateway = Arc::clone(&gateway);
        let service = service_fn(move |request: Request<Incoming>| {
            let (parts, body) = request.into_parts();
            Arc::clone(&gateway).handle(source, parts, Body::new(body))
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
        // Fails if the client breaks off, or if a fault leaves it without an answer.
        tokio::spawn(async move { drop(connection.await) });
    }
}

impl Gateway {
    async fn handle(self: Arc<Self>, source: SocketAddr, mut parts: Parts, body: Body) -> Result<Response, Lost> {
        if let Err(why) = host::settle(&mut parts) {
            return Ok(host::refuse(why));
        }
        if let Some(refused) = self.hosts.refuse(&parts) {
            return Ok(refused);
        }
        let destination = self.destination(&parts);
        if !destination.has_origin_rules() && is_from_foreign_page(&parts) {
            return Ok(refuse_page(&parts));
        }
        if let Some(interceptor) = &self.interceptor
            && let Some(call) = interceptor.call(&destination, &parts)
        {
            let interceptor = Arc::clone(interceptor);
            return self.intercept(interceptor, call, source, destination, parts, body).await;
        }
        Ok(self.serve(source, destination, parts, body).await)
    }

    fn destination(&self, parts: &Parts) -> Destination {
        if let Some(operation) = dynamodb::operation(parts) {
            return Destination::DynamoDb(operation.to_owned());
        }
        if let Some(operation) = secrets_manager::operation(parts) {
            return Destination::Secrets(operation.to_owned());
        }
        if let Some(function) = invoke_api::wanted(parts) {
            return Destination::Invoke(function.to_owned());
        }
        if let Some(wanted) = self.websocket_api.as_ref().and_then(|api| api.wanted(parts)) {
            return Destination::Sockets(wanted);
        }
        if self.s3.wants(parts) {
            return Destination::S3;
        }
        if parts.uri.path().starts_with("/_local/") { Destination::Local } else { Destination::Http }
    }

    /// Serves a call in a task of its own, so that a service finishes its work even if the calling instance dies
    /// meanwhile.
    async fn intercept(
        self: Arc<Self>,
        interceptor: Arc<Interceptor>,
        call: Call,
        source: SocketAddr,
        destination: Destination,
        parts: Parts,
        body: Body,
    ) -> Result<Response, Lost> {
        let answered = tokio::spawn(async move {
            let serve = async move |parts, body| self.serve(source, destination, parts, body).await;
            interceptor.around(call, parts, body, serve).await
        });
        answered.await.unwrap_or(Err(Lost))
    }

    async fn serve(&self, source: SocketAddr, destination: Destination, parts: Parts, body: Body) -> Response {
        match destination {
            Destination::DynamoDb(operation) => self.dynamodb.handle(&self.iam, &operation, parts, body).await,
            Destination::Secrets(operation) => self.secrets.handle(&self.iam, &operation, &parts, body).await,
            Destination::Invoke(function) => invoke_api::handle(&self.lambda, &self.iam, &function, &parts, body).await,
            Destination::Sockets(wanted) => match &self.websocket_api {
                Some(api) => api.handle(&self.iam, source, wanted, parts, body).await,
                None => not_found("the template has no WebSocket API"),
            },
            Destination::S3 => {
                let is_foreign = is_from_foreign_page(&parts);
                self.s3.handle(source, is_foreign, parts, body).await
            }
            Destination::Local => self.report(&parts, body).await,
            Destination::Http => match &self.http_api {
                Some(api) => api.handle(source, parts, body).await,
                None => not_found("the template has no HTTP API"),
            },
        }
    }

    /// Answers a request below `/_local/`.
    async fn report(&self, parts: &Parts, body: Body) -> Response {
        let interceptor = self.interceptor.as_deref();
        match parts.uri.path() {
            "/_local/iam" => Json(self.iam.report()).into_response(),
            "/_local/calls" => match interceptor.and_then(Interceptor::record) {
                Some(record) => Json(record.invocations()).into_response(),
                None => not_found("calls are recorded only with --record-calls"),
            },
            "/_local/faults" => match interceptor.and_then(Interceptor::faults) {
                Some(faults) => faults.answer(parts, body).await,
                None => not_found("faults are injected only with --faults"),
            },
            _ => not_found("the local runtime has no such report"),
        }
    }
}

fn not_found(message: &str) -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"message": message}))).into_response()
}
