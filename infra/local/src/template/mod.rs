//! `template.yaml`, read as CloudFormation reads it: what the system is made of.
//!
//! A route, table or variable that is not in the template does not exist locally, and what the runtime cannot honour is
//! refused with a sentence that names the resource and the property.

mod assemble;
mod bucket;
mod definition;
mod differences;
pub mod intrinsics;
mod properties;
mod scope;
pub mod secrets;
mod yaml;

use std::{collections::BTreeMap, time::Duration};

use crate::{eventbridge::Pattern, throttle::Throttle};
pub use bucket::{Bucket, CorsRule, LifecycleRule};
pub use differences::differences;
pub use properties::{Cors, Effect, GenerateSecretString, Statement};

/// The system that a template describes.
#[derive(Debug)]
pub struct Template {
    /// The Lambda functions.
    pub functions: Vec<Function>,
    /// The HTTP API, if there is one.
    pub http_api: Option<HttpApi>,
    /// The WebSocket API, if there is one.
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
    /// The logical id, which is the function's name as well.
    pub name: String,
    /// The package that builds it: the last component of `CodeUri`.
    pub package: String,
    /// The binary target: `Metadata.BuildProperties.Binary`. It may serve several functions.
    pub binary: String,
    /// `Handler`: says which of an executable's functions this one is.
    pub handler: String,
    /// Megabytes.
    pub memory_size: u32,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// How many instances there may be, where the template limits them.
    pub reserved_concurrency: Option<usize>,
    /// The template's variables.
    pub environment: BTreeMap<String, String>,
    /// What the function may do.
    pub statements: Vec<Statement>,
    /// How often an asynchronous event is tried again after the function has failed.
    pub retries: u32,
}

/// The handler of an executable that serves one function: a custom runtime makes of it what it likes.
const ONLY_HANDLER: &str = "bootstrap";

impl Function {
    /// The name of the function in logs, records and plans of faults: its handler, or its binary if that serves no other.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.handler == ONLY_HANDLER { &self.binary } else { &self.handler }
    }
}

/// A rule of EventBridge that calls a function.
#[derive(Debug)]
pub struct EventRule {
    /// The function it calls, by name.
    pub function: String,
    /// Which events it is for.
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
    /// What of the requests passes.
    pub throttle: Throttle,
}

/// One route of an HTTP API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpRoute {
    /// `None` is `ANY`.
    pub method: Option<String>,
    /// `None` is the catch-all `$default`.
    pub path: Option<String>,
    /// The function it calls, by name.
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
    /// What of the handshakes and frames passes.
    pub throttle: Throttle,
}

/// A REQUEST authorizer.
#[derive(Debug)]
pub struct Authorizer {
    /// The function that decides, by name.
    pub function: String,
    /// What a request must carry to be shown to it: `route.request.header.X`, `route.request.querystring.X`.
    pub identity_source: Vec<String>,
}

/// A DynamoDB table.
#[derive(Debug)]
pub struct Table {
    /// The logical id, which is the table's name as well.
    pub name: String,
    /// The body of a `CreateTable` call.
    pub create: serde_json::Value,
    /// The attribute that says when an item ends.
    pub time_to_live: Option<String>,
}

/// The ARN of the function `name`.
#[must_use]
pub fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:{}:{}:function:{name}", intrinsics::REGION, intrinsics::ACCOUNT_ID)
}

/// The ARN of the bucket `name`.
#[must_use]
pub fn bucket_arn(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

/// The ARN of the secret `name`.
#[must_use]
pub fn secret_arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{}:{}:secret:{name}", intrinsics::REGION, intrinsics::ACCOUNT_ID)
}

/// The ARN of the table `name`.
#[must_use]
pub fn table_arn(name: &str) -> String {
    format!("arn:aws:dynamodb:{}:{}:table/{name}", intrinsics::REGION, intrinsics::ACCOUNT_ID)
}
