//! The surroundings of a function: tables, a bucket and sockets that take everything, and its variables.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use axum::{
    Router,
    http::{HeaderMap, Method},
};
use e2e::File;
use harness::workspace;
use serde_json::{Value, json};
use tables::Engine;
use template::{Function, Secrets, Template};
use tokio::{net::TcpListener, task::JoinHandle};

use super::instance::Instance;

/// Longer than any bench lasts: expired items stay.
const SWEEP: Duration = Duration::from_hours(1);

/// Tables, sockets, a bucket, and functions to run.
#[derive(Debug)]
pub struct World {
    /// By the label of the function.
    executables: BTreeMap<String, PathBuf>,
    /// Of each function, by its label.
    variables: BTreeMap<String, BTreeMap<String, String>>,
    gateway: JoinHandle<()>,
}

/// The URLs of the services that functions call.
struct Services {
    dynamodb: String,
    /// S3, Secrets Manager and the connection management API.
    others: String,
}

/// Ends the engine's thread with the reason: a bench without tables measures nothing.
fn fail(reason: &str) {
    panic!("{reason}");
}

impl World {
    /// Starts empty tables, for the functions in a directory of executables.
    ///
    /// # Errors
    /// If the template is not valid.
    pub async fn new(directory: &Path) -> Result<Self> {
        let source = fs::read_to_string(workspace().join("template.yaml")).context("reading the template")?;
        let many = [("RegistrationsPerHour".to_owned(), "1000000".to_owned())].into();
        let template = Template::with_parameters(&source, &many, &mut Secrets::in_memory())?;
        let dynamodb = Engine::start(None, &template.tables, SWEEP, fail)?.endpoint();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening")?;
        let services = Services { dynamodb, others: format!("http://{}", listener.local_addr()?) };
        let functions = template.functions.iter();
        let executables = functions
            .clone()
            .map(|function| (function.label().to_owned(), executable(directory, &function.binary, &function.name)));
        let variables = functions.map(|function| (function.label().to_owned(), services.variables(function)));
        Ok(Self { executables: executables.collect(), variables: variables.collect(), gateway: serve(listener) })
    }

    /// Starts a function, below another command if one precedes it, with more variables than its own.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn start(&self, function: &str, before: &[String], more: &[(&str, &str)]) -> Result<Instance> {
        let mut variables =
            self.variables.get(function).with_context(|| format!("no function is named {function}"))?.clone();
        variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut command = before.to_vec();
        command.push(self.executable(function)?.display().to_string());
        Instance::start(&command, &variables).await
    }

    /// Returns the answer of a new instance of a function to an event.
    ///
    /// # Errors
    /// If the function fails.
    pub async fn answer(&self, function: &str, event: &str) -> Result<Value> {
        let mut instance = self.start(function, &[], &[]).await?;
        instance.polls().await?;
        Ok(instance.answers(event).await.with_context(|| function.to_owned())?.0)
    }

    /// The executable of a function.
    ///
    /// # Errors
    /// If no function has this label.
    pub fn executable(&self, function: &str) -> Result<&Path> {
        let executable = self.executables.get(function).map(PathBuf::as_path);
        executable.with_context(|| format!("no function is named {function}"))
    }

    /// The functions, by their labels.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.gateway.abort();
    }
}

impl Services {
    /// The variables of a function, as Lambda sets them.
    fn variables(&self, function: &Function) -> BTreeMap<String, String> {
        let mut variables = function.environment.clone();
        let connections = format!("{}/prod", self.others);
        let fixed = [
            ("_HANDLER", function.handler.as_str()),
            ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_SESSION_TOKEN", "a session token, which is longer where it is real"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb),
            ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", &connections),
            ("AWS_ENDPOINT_URL_S3", &self.others),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.others),
        ];
        variables.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
        variables
    }
}

/// Plays all services but DynamoDB: every socket takes everything, every object is the photo, and every secret is the
/// same.
fn serve(listener: TcpListener) -> JoinHandle<()> {
    let photo = File::photo().bytes;
    let secret = json!({"SecretString": "a secret for the signing key, of no other use"}).to_string();
    let answer = async |method: Method, headers: HeaderMap| match method {
        Method::GET => photo,
        _ if headers.contains_key("x-amz-target") => secret.into_bytes(),
        _ => Vec::new(),
    };
    tokio::spawn(async move {
        // Ends with the abort in `drop` alone.
        let _ = axum::serve(listener, Router::new().fallback(answer)).await;
    })
}

/// The path of an executable, as cargo names what it builds or as SAM does.
fn executable(directory: &Path, binary: &str, resource: &str) -> PathBuf {
    let sams = directory.join(resource).join("bootstrap");
    if sams.exists() { sams } else { directory.join(binary) }
}
