//! The system that a template describes.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    bucket::Bucket,
    pattern::Pattern,
    properties::{Cors, Statement, Throttling},
};

/// The resources of a template.
#[derive(Debug)]
pub struct Template {
    /// The Lambda functions.
    pub functions: Vec<Function>,
    /// The HTTP API, if the template has one.
    pub http_api: Option<HttpApi>,
    /// The WebSocket API, if the template has one.
    pub websocket_api: Option<WebSocketApi>,
    /// The DynamoDB tables.
    pub tables: Vec<Table>,
    /// The S3 buckets.
    pub buckets: Vec<Bucket>,
    /// The rules of EventBridge.
    pub rules: Vec<EventRule>,
}

/// A Lambda function.
#[derive(Clone, Debug)]
pub struct Function {
    /// The logical id, which is also the function's name.
    pub name: String,
    /// The package of the executable: the last component of `CodeUri`.
    pub package: String,
    /// The binary target: `Metadata.BuildProperties.Binary`. One binary may serve several functions.
    pub binary: String,
    /// `Handler`: selects the function in an executable that serves several.
    pub handler: String,
    /// Megabytes.
    pub memory_size: u32,
    /// The longest invocation.
    pub timeout: Duration,
    /// The most instances, if the template limits them.
    pub reserved_concurrency: Option<usize>,
    /// The template's variables.
    pub environment: BTreeMap<String, String>,
    /// The statements of the function's policies.
    pub statements: Vec<Statement>,
    /// The number of further tries for an asynchronous event after the function has failed.
    pub retries: u32,
}

/// The handler of an executable that serves one function. A custom runtime may interpret `Handler` as it likes.
const ONLY_HANDLER: &str = "bootstrap";

impl Function {
    /// The function's name in logs, records and plans of faults: its handler, or its binary if the handler is
    /// `bootstrap`.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.handler == ONLY_HANDLER { &self.binary } else { &self.handler }
    }
}

/// A rule of EventBridge that calls a function.
#[derive(Debug)]
pub struct EventRule {
    /// The name of the function that it calls.
    pub function: String,
    /// The pattern of its events.
    pub pattern: Pattern,
}

/// An HTTP API and its routes.
#[derive(Debug)]
pub struct HttpApi {
    /// The API's id.
    pub id: String,
    /// Cross-origin rules.
    pub cors: Option<Cors>,
    /// Every route of every function.
    pub routes: Vec<HttpRoute>,
    /// The limits on requests.
    pub throttling: Throttling,
}

/// One route of an HTTP API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpRoute {
    /// `None` is `ANY`.
    pub method: Option<String>,
    /// `None` is the catch-all `$default`.
    pub path: Option<String>,
    /// The name of the function that it calls.
    pub function: String,
}

impl HttpRoute {
    /// Such as `GET /pets/{id}`, or `$default`.
    #[must_use]
    pub fn key(&self) -> String {
        let method = self.method.as_deref().unwrap_or("ANY");
        self.path.as_ref().map_or_else(|| "$default".to_owned(), |path| format!("{method} {path}"))
    }
}

/// A WebSocket API.
#[derive(Debug)]
pub struct WebSocketApi {
    /// The API's id.
    pub id: String,
    /// The stage: the path of the URL.
    pub stage: String,
    /// The field of a JSON frame that names the route, from `$request.body.<field>`.
    pub selection: Vec<String>,
    /// The authorizer of `$connect`.
    pub authorizer: Option<Authorizer>,
    /// Functions by route key.
    pub routes: BTreeMap<String, String>,
    /// The limits on handshakes and frames.
    pub throttling: Throttling,
}

/// A REQUEST authorizer.
#[derive(Debug)]
pub struct Authorizer {
    /// The name of the function that decides.
    pub function: String,
    /// The values without which a request is refused: `route.request.header.X`, `route.request.querystring.X`.
    pub identity_source: Vec<String>,
}

/// A DynamoDB table.
#[derive(Debug)]
pub struct Table {
    /// The logical id, which is also the table's name.
    pub name: String,
    /// The body of a `CreateTable` call.
    pub create: serde_json::Value,
    /// The attribute with the time at which an item expires.
    pub time_to_live: Option<String>,
}
