//! The system that a journey goes through: a local runtime of its own, or the deployed one that the environment names.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Answer, Cost, PASSWORD, Refusal, Socket, User,
    cost::{asked, last, objects},
    process::Process,
};

/// The stage of the WebSocket API in `template.yaml`.
const STAGE: &str = "prod";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running system. The local one ends with its last clone.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    client: Client,
    place: Place,
}

enum Place {
    Local { process: Mutex<Process>, data: Option<TempDir> },
    // Names are taken for good there: the suffix makes those of one journey its own.
    Deployed { http: String, websocket: String, suffix: String },
}

impl Server {
    /// The system at `HTTP_URL` and `WEBSOCKET_URL` where these are set, a local one of this test's own otherwise.
    pub async fn start() -> Self {
        let url = |name| env::var(name).ok().map(|url| url.trim_end_matches('/').to_owned());
        let place = match (url("HTTP_URL"), url("WEBSOCKET_URL")) {
            (Some(http), Some(websocket)) => {
                let suffix = format!("-{:08x}", getrandom::u32().expect("the system has random numbers"));
                Place::Deployed { http, websocket, suffix }
            }
            (None, None) => Place::Local { process: Mutex::new(Process::start(None, 0).await), data: None },
            _ => panic!("HTTP_URL and WEBSOCKET_URL belong together: set both or none"),
        };
        Self::at(place)
    }

    /// A system of this test's own, or nothing where the journeys go to a deployed one: there, what `because` says
    /// does not hold.
    pub async fn start_local(because: &str) -> Option<Self> {
        let server = Self::start().await;
        let local = matches!(server.0.place, Place::Local { .. });
        if !local {
            eprintln!("left out on a deployed system: {because}");
        }
        local.then_some(server)
    }

    /// A local system that keeps its data on disk, so that it can be killed and started again.
    pub async fn start_on_disk(because: &str) -> Option<Self> {
        if env::var_os("HTTP_URL").is_some() {
            eprintln!("left out on a deployed system: {because}");
            return None;
        }
        let data = TempDir::new().expect("there is a place for temporary files");
        let process = Mutex::new(Process::start(Some(data.path()), 0).await);
        Some(Self::at(Place::Local { process, data: Some(data) }))
    }

    /// A local system with another template, whose calls are recorded in a file of its own.
    pub async fn start_with_template(template: &Path, record: &Path) -> Self {
        let options = [
            "--memory".as_ref(),
            "--template".as_ref(),
            template.as_os_str(),
            "--iam-record".as_ref(),
            record.as_os_str(),
        ];
        let process = Process::start_with(&options.map(OsStr::to_owned), &[], 0).await;
        Self::at(Place::Local { process: Mutex::new(process), data: None })
    }

    /// A local system whose template has other values for its parameters: `Name=Value`.
    pub async fn start_with_parameters(because: &str, parameters: &[&str]) -> Option<Self> {
        let options = ["--memory", "--parameter-overrides"].iter().chain(parameters);
        Self::start_with(because, &options.map(Into::into).collect::<Vec<_>>(), &[]).await
    }

    /// A local system that logs all that there is to say, as text or as JSON.
    pub async fn start_talkative(because: &str, log: &str) -> Option<Self> {
        Self::start_with(because, &["--memory", "--log", log].map(Into::into), &[("RUST_LOG", "debug")]).await
    }

    /// A local system with these options and variables.
    pub(crate) async fn start_with(because: &str, options: &[OsString], variables: &[(&str, &str)]) -> Option<Self> {
        if env::var_os("HTTP_URL").is_some() {
            eprintln!("left out on a deployed system: {because}");
            return None;
        }
        let process = Process::start_with(options, variables, 0).await;
        Some(Self::at(Place::Local { process: Mutex::new(process), data: None }))
    }

    /// A local system whose instances end after this many seconds without an event.
    pub async fn start_with_short_lives(because: &str, seconds: f64) -> Option<Self> {
        let idle = seconds.to_string();
        Self::start_with(because, &["--memory", "--instance-idle", &idle].map(Into::into), &[]).await
    }

    /// A local system that records what each invocation calls, for [`Server::cost`].
    pub async fn start_counting(because: &str) -> Option<Self> {
        Self::start_with(because, &["--memory", "--record-calls"].map(Into::into), &[]).await
    }

    /// What the last invocation of a function has cost, once every invocation has ended.
    pub async fn cost(&self, function: &str) -> Cost {
        Cost::of(&self.last_invocation(function).await)
    }

    /// What the last invocation of a function has asked DynamoDB and its sockets, once every invocation has ended.
    pub async fn asked(&self, function: &str) -> Vec<String> {
        asked(&self.last_invocation(function).await)
    }

    async fn last_invocation(&self, function: &str) -> Value {
        let ended = async {
            loop {
                let answer = self.request(Method::GET, "/_local/calls").send().await.expect("the local system answers");
                let invocations = answer.json().await.expect("invocations are told as JSON");
                if let Some(invocation) = last(function, &invocations) {
                    return invocation.clone();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended)
            .await
            .unwrap_or_else(|_| panic!("{function} has not been invoked, or does not end"))
    }

    /// The methods of the calls of S3 that the last invocation of a function has made, once every invocation has ended.
    pub async fn objects(&self, function: &str) -> Vec<String> {
        objects(&self.last_invocation(function).await)
    }

    fn at(place: Place) -> Self {
        let client = Client::builder().timeout(PATIENCE).build().expect("an HTTP client can be made");
        Self(Arc::new(Inner { client, place }))
    }

    /// `kill -9` for a local system. Whatever comes before [`Server::restarts`] fails.
    pub fn is_killed(&self) {
        let Place::Local { process, .. } = &self.0.place else { panic!("only a local system can be killed") };
        process.lock().unwrap().kill();
    }

    /// Starts a killed system on the data it left, where its clients look for it.
    pub async fn restarts(&self) {
        let Place::Local { process, data: Some(data) } = &self.0.place else {
            panic!("only a system on disk outlives its process");
        };
        let port = self.url().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let restarted = Process::start(Some(data.path()), port.expect("a local URL names its port")).await;
        *process.lock().unwrap() = restarted;
    }

    /// The secret from which the signing key of a system started by [`Server::start_on_disk`] is derived.
    pub fn signing_secret(&self) -> String {
        let Place::Local { data: Some(data), .. } = &self.0.place else { panic!("no other system tells its secrets") };
        let secrets = fs::read(data.path().join("secrets.json")).expect("a system on disk keeps its secrets");
        let secrets: Value = serde_json::from_slice(&secrets).expect("secrets are kept as JSON");
        secrets["SigningSecret"].as_str().expect("the template has a secret for the signing key").to_owned()
    }

    /// Rotates the signing key of a local system, as an operator does.
    pub async fn puts_signing_secret(&self, secret: &str) {
        let request = self
            .request(Method::POST, "/")
            .header("x-amz-target", "secretsmanager.PutSecretValue")
            .header("content-type", "application/x-amz-json-1.1")
            .body(json!({"SecretId": "SigningSecret", "SecretString": secret}).to_string());
        let response = request.send().await.expect("the local system answers");
        assert_eq!(response.status(), 200, "{:?}", response.text().await);
    }

    /// Revokes a signing key of a local system, as an operator does.
    pub async fn revokes_key(&self, kid: &str) {
        let body = json!({
            "TableName": "SigningKeysTable",
            "Key": {"purpose": {"S": "access"}, "kid": {"S": kid}},
            "UpdateExpression": "SET revoked_at = :now REMOVE expires_at",
            "ConditionExpression": "attribute_exists(x)",
            "ExpressionAttributeValues": {":now": {"N": "1800000000"}},
        });
        self.dynamodb("UpdateItem", &body).await;
    }

    /// What a local system has logged until now.
    pub fn log(&self) -> String {
        let Place::Local { process, .. } = &self.0.place else { panic!("only a local system's log is at hand") };
        process.lock().unwrap().log()
    }

    /// Waits until a local system has logged `text`: the lines of a function come after its answer.
    pub async fn has_logged(&self, text: &str) {
        let logged = async {
            while !self.log().contains(text) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, logged).await.unwrap_or_else(|_| panic!("`{text}` is not logged"));
    }

    /// The name that a user called so here has.
    pub fn name(&self, name: &str) -> String {
        match &self.0.place {
            Place::Local { .. } => name.to_owned(),
            Place::Deployed { suffix, .. } => format!("{name}{suffix}"),
        }
    }

    /// Registers a user and logs them in.
    pub async fn user(&self, name: &str) -> User {
        let name = self.name(name);
        let credentials = json!({"username": name, "password": PASSWORD});
        let registered = self.post("/auth/register/", &credentials).await.is(201);
        assert_eq!(registered["username"], *name);
        User::log_in(self, &name, PASSWORD).await
    }

    /// Logs in a user whose name is this one exactly.
    pub async fn logs_in(&self, name: &str) -> User {
        User::log_in(self, name, PASSWORD).await
    }

    /// Registers several users, one after another, so that their ids ascend.
    pub async fn users<const N: usize>(&self, names: [&str; N]) -> [User; N] {
        let mut users = Vec::with_capacity(N);
        for name in names {
            users.push(self.user(name).await);
        }
        users.try_into().unwrap_or_else(|_| unreachable!("as many users as names"))
    }

    /// The URL of the HTTP API, without a slash at its end.
    pub fn url(&self) -> String {
        match &self.0.place {
            Place::Local { process, .. } => process.lock().unwrap().url.clone(),
            Place::Deployed { http, .. } => http.clone(),
        }
    }

    /// The URL of the WebSocket API.
    pub fn websocket_url(&self) -> String {
        match &self.0.place {
            Place::Local { .. } => format!("{}/{STAGE}", self.local_websocket()),
            Place::Deployed { websocket, .. } => websocket.clone(),
        }
    }

    /// A request that a journey shapes itself; [`Answer::to`] sends it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.0.client.request(method, self.url() + path)
    }

    /// `POST` without a token.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(body)).await
    }

    /// `GET` without a token.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// What the developer asks of a local system's DynamoDB.
    pub async fn dynamodb(&self, operation: &str, body: &Value) -> Value {
        let request = self
            .request(Method::POST, "/")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=developer/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, \
                 Signature=0",
            )
            .header("x-amz-date", "20260101T000000Z")
            .body(body.to_string());
        let response = request.send().await.expect("the local system answers");
        let status = response.status();
        let answer: Value = response.json().await.expect("DynamoDB answers with JSON");
        assert!(status.is_success(), "{operation} gave {answer}");
        answer
    }

    /// The tags of an object of a local system's bucket, as S3 lists them.
    pub async fn tags(&self, key: &str) -> String {
        let path = format!("/attachmentsbucket/{key}?tagging");
        let request = self
            .request(Method::GET, &path)
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=developer/20260101/us-east-1/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=0",
            )
            .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            .header("x-amz-date", "20260101T000000Z");
        let response = request.send().await.expect("the local system answers");
        assert_eq!(response.status(), 200, "{key}");
        response.text().await.expect("S3 answers with XML")
    }

    /// A socket at the stage's URL; `query` without its question mark.
    ///
    /// # Errors
    /// The answer that refused the handshake.
    pub async fn handshake(&self, query: &str, subprotocols: &[&str]) -> Result<Socket, Refusal> {
        let url = self.websocket_url();
        let url = if query.is_empty() { url } else { format!("{url}?{query}") };
        Socket::open(&url, subprotocols, None).await
    }

    /// A socket that a page of an origin opens.
    ///
    /// # Errors
    /// The answer that refused the handshake.
    pub async fn handshake_from(&self, origin: &str, token: &str) -> Result<Socket, Refusal> {
        Socket::open(&self.websocket_url(), &["bearer", token], Some(origin)).await
    }

    /// A socket at a path of the local system's own.
    ///
    /// # Errors
    /// The answer that refused the handshake.
    pub async fn handshake_at(&self, path: &str, subprotocols: &[&str]) -> Result<Socket, Refusal> {
        Socket::open(&(self.local_websocket() + path), subprotocols, None).await
    }

    fn local_websocket(&self) -> String {
        let Place::Local { process, .. } = &self.0.place else { panic!("only a local system has such a path") };
        process.lock().unwrap().url.replacen("http", "ws", 1)
    }
}
