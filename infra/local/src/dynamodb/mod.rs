//! DynamoDB: an embedded engine with the template's tables, on threads of its own.
//!
//! A call blocks the thread it runs on while it writes to disk, so the engine has a server and a runtime of its own;
//! the gateway hands requests on to it and never waits with a thread.

pub(crate) mod conflict;
mod tables;
pub(crate) mod unprocessed;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Request, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use dynoxide::Database;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Map, Value, json};
use template::Table;

use crate::{
    iam::{Denied, Iam},
    logs,
};

/// The largest request, in bytes, and the largest answer.
pub(crate) const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// The operation of a DynamoDB request, if it is one.
#[must_use]
pub fn operation(parts: &Parts) -> Option<&str> {
    let target = parts.headers.get("x-amz-target")?.to_str().ok()?;
    let (service, operation) = target.split_once('.')?;
    (parts.uri.path() == "/" && service.starts_with("DynamoDB")).then_some(operation)
}

/// The engine, as the gateway sees it.
#[derive(Clone, Debug)]
pub struct DynamoDb {
    address: SocketAddr,
    client: Client<HttpConnector, Body>,
}

impl DynamoDb {
    /// Opens the database file in `directory`, or one in memory, and makes the tables that are missing. Expired items are
    /// deleted once every `sweep`.
    ///
    /// # Errors
    /// Where the file cannot be opened, or holds a table with another key than the template's.
    pub fn start(directory: Option<&Path>, tables: &[Table], sweep: Duration) -> Result<Self> {
        let database = open(directory)?;
        for table in tables {
            tables::ensure(&database, table).with_context(|| table.name.clone())?;
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("listening for DynamoDB calls")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let served = database.clone();
        thread::Builder::new().name("dynamodb".to_owned()).spawn(move || serve(listener, served))?;
        thread::Builder::new().name("dynamodb-ttl".to_owned()).spawn(move || delete_expired(&database, sweep))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self { address, client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// The engine's own address, where nobody checks permissions.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
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
        let Ok(uri) = format!("http://{}{path}", self.address).parse::<Uri>() else {
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

fn open(directory: Option<&Path>) -> Result<Database> {
    let Some(directory) = directory else {
        return Database::memory().map_err(|error| anyhow!("opening a database in memory: {error}"));
    };
    let file = directory.join("dynamodb.sqlite");
    let path = file.to_str().with_context(|| format!("{} is not a name in UTF-8", file.display()))?;
    Database::new(path).map_err(|error| anyhow!("opening {path}: {error}"))
}

fn serve(listener: TcpListener, database: Database) {
    let served = || -> Result<()> {
        // The engine has one lock: a second thread reads a request while the first one is in it.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("dynamodb")
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            dynoxide::server::serve_with_shutdown(listener, database, std::future::pending())
                .await
                .map_err(|error| anyhow!(error))
        })
    };
    if let Err(error) = served() {
        logs::warning(&format!("DynamoDB has ended: {error}"));
    }
}

fn delete_expired(database: &Database, every: Duration) {
    loop {
        thread::sleep(every);
        if let Err(error) = database.sweep_ttl() {
            logs::warning(&format!("deleting expired items: {error}"));
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

/// An error of the engine's that it does not have itself.
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

/// An answer of these fields.
pub(crate) fn answer(body: &Value) -> Response {
    let content_type = HeaderValue::from_static("application/x-amz-json-1.0");
    ([(header::CONTENT_TYPE, content_type)], body.to_string()).into_response()
}
