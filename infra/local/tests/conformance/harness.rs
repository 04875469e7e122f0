//! A runtime for each test, and its clients.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use ::harness::{Runtime as Process, Signal};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http},
};

/// The time that a test waits for each step, for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running local runtime. Dropping it kills it.
pub struct Runtime {
    process: Process,
    pub url: String,
    pub http: reqwest::Client,
}

/// The command line of a runtime that serves the subject.
pub fn command(template: &Path, arguments: &[&str]) -> Command {
    let executable = Path::new(env!("CARGO_BIN_EXE_local"));
    let mut command = Command::new(executable);
    command.arg("--template").arg(template).arg("--functions").arg(executable.with_file_name("examples"));
    command.args(["--port", "0"]).args(arguments);
    command
}

/// The template of the conformance tests.
pub fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/template.yaml")
}

impl Runtime {
    /// A runtime without data.
    pub async fn start() -> Self {
        Self::with(&["--memory"]).await
    }

    pub async fn with(arguments: &[&str]) -> Self {
        Self::of(&template(), arguments).await
    }

    /// A runtime of another template.
    pub async fn of(template: &Path, arguments: &[&str]) -> Self {
        Self::run(command(template, arguments)).await
    }

    /// The runtime that a command starts.
    pub async fn run(mut command: Command) -> Self {
        let process = Process::start(&mut command).await.unwrap_or_else(|error| panic!("{error:#}"));
        Self { url: process.url().to_owned(), process, http: reqwest::Client::new() }
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The log until now.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Waits until the log says `text`.
    pub async fn says(&self, text: &str) {
        eventually(&format!("`{text}` in the log"), async || self.log().contains(text)).await;
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// Sends bytes as they are. Returns the head of the answer.
    pub async fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(PATIENCE, stream.read_u8()).await.unwrap();
            head.push(byte.unwrap_or_else(|error| panic!("{request:?}: {error}: {head:?}")));
        }
        String::from_utf8(head).unwrap()
    }

    /// The JSON of the answer to a GET.
    pub async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    /// Status and JSON of the answer to a GET.
    pub async fn status(&self, path: &str) -> (u16, Value) {
        let response = self.get(path).await;
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Calls DynamoDB as the developer.
    pub async fn dynamodb(&self, operation: &str, body: &Value) -> Value {
        self.dynamodb_as("developer", operation, body).await.unwrap().json().await.unwrap()
    }

    /// Calls DynamoDB as the owner of this access key.
    pub async fn dynamodb_as(&self, access_key: &str, operation: &str, body: &Value) -> reqwest::Result<Response> {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={access_key}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
        );
        let request = self
            .http
            .post(&self.url)
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", authorization)
            .body(body.to_string());
        request.send().await
    }

    /// Waits for the event that a function records under `id`, and returns it.
    pub async fn recorded(&self, id: &str) -> Value {
        let key = json!({"TableName": "Events", "Key": {"id": {"S": id}}});
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.dynamodb("GetItem", &key).await;
            if let Some(event) = found["Item"]["event"]["S"].as_str() {
                return serde_json::from_str(event).unwrap();
            }
            assert!(Instant::now() < deadline, "no event {id}: {found}; log: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Calls the connection management API.
    pub async fn connection(&self, method: reqwest::Method, id: &str, body: &str) -> Response {
        let url = format!("{}/prod/@connections/{}", self.url, id.replace('=', "%3D"));
        self.http.request(method, url).body(body.to_owned()).send().await.unwrap()
    }

    /// Opens a socket at a path such as `/prod?a=1`.
    pub async fn socket(&self, path: &str) -> Socket {
        self.try_socket(path, None).await.unwrap_or_else(|error| panic!("{error:?}; log: {}", self.log()))
    }

    pub async fn try_socket(&self, path: &str, subprotocols: Option<&str>) -> Result<Socket, Error> {
        let mut request = format!("{}{path}", self.url.replace("http", "ws")).into_client_request()?;
        request.headers_mut().insert("user-agent", "conformance".parse().unwrap());
        if let Some(offer) = subprotocols {
            request.headers_mut().insert("sec-websocket-protocol", offer.parse().unwrap());
        }
        let (stream, response) = timeout(PATIENCE, connect_async(request)).await.unwrap()?;
        Ok(Socket { stream, response })
    }

    /// Calls Lambda's `Invoke` action, with further headers.
    pub async fn invoke(&self, function: &str, headers: &[(&str, &str)], event: &Value) -> Response {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.url);
        let request = self.http.post(url).body(event.to_string());
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
    }

    /// Sends a signal.
    pub fn send_signal(&self, name: &str) {
        let signal = match name {
            "INT" => Signal::INT,
            "KILL" => Signal::KILL,
            "TERM" => Signal::TERM,
            other => panic!("no test sends SIG{other}"),
        };
        self.process.signal(signal).unwrap();
    }

    /// Waits for the end.
    pub async fn ends(mut self) -> Option<i32> {
        timeout(PATIENCE, self.process.ended()).await.unwrap().unwrap().code()
    }

    /// Sends a signal and waits for the end.
    pub async fn signal(self, name: &str) -> Option<i32> {
        self.send_signal(name);
        self.ends().await
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // A function that a test keeps busy would delay an end in good order. A runtime that has ended cannot be
        // killed.
        let _ = self.process.kill();
    }
}

/// The client's end of a socket.
pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub response: http::Response<Option<Vec<u8>>>,
}

impl Socket {
    pub async fn send(&mut self, text: impl Into<String>) {
        self.stream.send(Message::text(text.into())).await.unwrap();
    }

    /// The next message of the protocol, an error, or the end.
    pub async fn next(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.stream.next()).await.unwrap()
    }

    /// The next frame as JSON.
    pub async fn receive(&mut self) -> Value {
        serde_json::from_str(&self.receive_text().await).unwrap()
    }

    pub async fn receive_text(&mut self) -> String {
        match timeout(PATIENCE, self.stream.next()).await.unwrap().unwrap().unwrap() {
            Message::Text(text) => text.to_string(),
            other => panic!("{other:?} instead of text"),
        }
    }

    /// The code with which the server closes.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match timeout(PATIENCE, self.stream.next()).await.unwrap() {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("{other:?} instead of a close frame"),
            }
        }
    }

    /// Returns the connection id. The subject sends its event back.
    pub async fn id(&mut self) -> String {
        self.send(r#"{"type":"message"}"#).await;
        self.receive().await["requestContext"]["connectionId"].as_str().unwrap().to_owned()
    }
}

/// Status and body of a refused handshake.
pub fn refusal(result: Result<Socket, Error>) -> (u16, Value) {
    match result {
        Err(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            (response.status().as_u16(), serde_json::from_slice(body).unwrap_or_default())
        }
        Err(other) => panic!("{other:?} instead of a refusal"),
        Ok(_) => panic!("a socket instead of a refusal"),
    }
}

/// Waits until `check` holds.
pub async fn eventually(what: &str, check: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !check().await {
        assert!(Instant::now() < deadline, "still waiting for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
