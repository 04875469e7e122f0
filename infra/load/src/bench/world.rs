//! What a function needs around it: tables with something in them, sockets and a bucket that take everything, and events.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};
use axum::{
    Router,
    http::{HeaderMap, Method},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use e2e::File;
use serde_json::{Value, json};
use tables::Engine;
use template::{Secrets, Template};
use tokio::{net::TcpListener, task::JoinHandle};

use super::instance::Instance;
use crate::target::workspace;

/// No bench lasts so long: what has expired stays.
const SWEEP: Duration = Duration::from_hours(1);
/// What stands for the present in `infra/events`.
const THEN: &str = "1701432000000";
/// What stands for the id of a message that the caller has sent.
const MESSAGE_ID: &str = "$MESSAGE_ID";
/// What stands for a new client id.
const CLIENT_ID: &str = "7f3a";
/// How many people there are at least.
const PEOPLE: u64 = 2;
const PASSWORD: &str = "a long password";
/// How many messages there are where a function lists them.
const LISTED: u64 = 12;

/// Tables, sockets, and functions to run.
#[derive(Debug)]
pub struct World {
    /// By the label of the function.
    executables: BTreeMap<String, PathBuf>,
    /// Of each function, by its label.
    variables: BTreeMap<String, BTreeMap<String, String>>,
    known: Known,
    gateway: JoinHandle<()>,
}

/// What events speak of.
#[derive(Debug, Default)]
struct Known {
    /// Of the first user: what they talk with.
    token: String,
    session: String,
    /// How many have registered.
    people: u64,
    /// As many of each as there are events.
    tokens: Vec<String>,
    rooms: Vec<u64>,
    messages: Vec<u64>,
    attachments: Vec<String>,
}

/// Ends the engine's thread with the reason: a bench without tables measures nothing.
fn fail(reason: &str) {
    panic!("{reason}");
}

impl World {
    /// Empty tables, and the functions in a directory of executables.
    ///
    /// # Errors
    /// Where the template is not good.
    pub async fn empty(directory: &Path) -> Result<Self> {
        let source = fs::read_to_string(workspace().join("template.yaml")).context("reading the template")?;
        let many = [("RegistrationsPerHour".to_owned(), "1000000".to_owned())].into();
        let template = Template::with_parameters(&source, &many, &mut Secrets::in_memory())?;
        let dynamodb = Engine::start(None, &template.tables, SWEEP, fail)?.endpoint();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening")?;
        let objects = format!("http://{}", listener.local_addr()?);
        let connections = format!("{objects}/prod");
        let photo = File::photo().bytes;
        let secret = json!({"SecretString": "a secret for the signing key, of no other use"}).to_string();
        let answer = async |method: Method, headers: HeaderMap| match method {
            Method::GET => photo,
            _ if headers.contains_key("x-amz-target") => secret.into_bytes(),
            _ => Vec::new(),
        };
        let gateway = tokio::spawn(async move {
            // Every socket takes everything, every object is the photo and every secret the same, until the abort in `drop`.
            let _ = axum::serve(listener, Router::new().fallback(answer)).await;
        });
        let executables = template
            .functions
            .iter()
            .map(|function| (function.label().to_owned(), executable(directory, &function.binary, &function.name)));
        let executables = executables.collect();
        let variables = template.functions.into_iter().map(|function| {
            let label = function.label().to_owned();
            let mut variables = function.environment;
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
                ("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb),
                ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", &connections),
                ("AWS_ENDPOINT_URL_S3", &objects),
                ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &objects),
            ];
            variables.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
            (label, variables)
        });
        Ok(Self { executables, variables: variables.collect(), known: Known::default(), gateway })
    }

    /// Two people in a room with an open socket each, and what a function needs to succeed so many times.
    ///
    /// # Errors
    /// Where a function fails.
    pub async fn for_events(directory: &Path, function: &str, count: u64) -> Result<Self> {
        Self::with_people(directory, PEOPLE, function, count).await
    }

    /// So many people in a room with an open socket each, and what a function needs to succeed so many times.
    ///
    /// # Errors
    /// Where a function fails.
    pub async fn with_people(directory: &Path, people: u64, function: &str, count: u64) -> Result<Self> {
        let mut world = Self::empty(directory).await?;
        for number in 0..people {
            world.run("register", number).await?;
        }
        world.known.people = people;
        let mut bob = String::new();
        for user in (1..=people).rev() {
            let token = world.login(user - 1).await?;
            world.known.session = session(&token)?;
            if user == 2 {
                bob.clone_from(&token);
            }
            world.known.token = token;
            if user == 1 {
                let members: Vec<_> = (2..=people).collect();
                let room = json!({"type": "group", "name": "Garden", "members": members});
                world.run_with("create-chatroom", "/body", &room.to_string().into()).await?;
            }
            world.run_with("connect", "/requestContext/authorizer/user_id", &user.to_string().into()).await?;
        }
        world.prepare(function, count, &bob).await?;
        Ok(world)
    }

    async fn prepare(&mut self, function: &str, count: u64, bob: &str) -> Result<()> {
        let names_message = fs::read_to_string(event_file(function))?.contains(MESSAGE_ID);
        for number in 0..count {
            match function {
                "logout" => {
                    let token = self.login(0).await?;
                    self.known.tokens.push(token);
                }
                // Each ends all sessions of whoever it is of.
                "change-password" | "logout-all" => {
                    self.run("register", number).await?;
                    let answer = self.run_with("login", "/body", &person(self.known.people + number)).await?;
                    self.known.tokens.push(text(&answer, "/access_token")?);
                }
                "join-chatroom" | "leave-chatroom" => {
                    let members = if function == "leave-chatroom" { json!([2]) } else { json!([]) };
                    let body = json!({"members": members}).to_string();
                    let answer = self.run_with("create-chatroom", "/body", &body.into()).await?;
                    self.known.rooms.push(id(&answer)?);
                }
                "check-attachment" => {
                    let body = File::photo().announcement(1).to_string();
                    let answer = self.run_with("create-attachment", "/body", &body.into()).await?;
                    self.known.attachments.push(text(&answer, "/id")?);
                }
                // Each message is sent by the caller of its event. Two people take turns, because the pace limits each sender.
                _ if names_message => {
                    let ann = self.known.token.clone();
                    let caller = if number % PEOPLE == 1 { bob.to_owned() } else { ann.clone() };
                    self.known.token.clone_from(&caller);
                    let answer = self.run("send-message", number).await;
                    self.known.token = ann;
                    self.known.tokens.push(caller);
                    self.known.messages.push(id(&answer?)?);
                }
                _ if function.starts_with("list-") && number < LISTED => {
                    self.run("send-message", number).await?;
                }
                _ => {}
            }
        }
        if !self.known.rooms.is_empty() {
            bob.clone_into(&mut self.known.token);
        }
        Ok(())
    }

    /// Starts a function, by a command before it if there is one.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub async fn start(&self, function: &str, before: &[String], more: &[(&str, &str)]) -> Result<Instance> {
        let mut variables = self.variables.get(function).with_context(|| format!("{function} is no function"))?.clone();
        variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut command = before.to_vec();
        command.push(self.executable(function)?.display().to_string());
        Instance::start(&command, &variables).await
    }

    /// What is run for a function.
    ///
    /// # Errors
    /// Where there is no such function.
    pub fn executable(&self, function: &str) -> Result<&Path> {
        self.executables.get(function).map(PathBuf::as_path).with_context(|| format!("{function} is no function"))
    }

    /// The functions, by their labels.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The event of that number for a function: the one in `infra/events`, now, and such that each number succeeds.
    ///
    /// # Errors
    /// Where there is no file.
    pub fn event(&self, function: &str, number: u64) -> Result<String> {
        let file = event_file(function);
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let index = usize::try_from(number)?;
        let known = &self.known;
        let now = UNIX_EPOCH.elapsed()?.as_millis().to_string();
        let token = known.tokens.get(index).unwrap_or(&known.token);
        let message = known.messages.get(index).copied().unwrap_or_default().to_string();
        let text = text
            .replace(THEN, &now)
            .replace("$ACCESS_TOKEN", token)
            .replace("$SESSION_ID", &known.session)
            .replace(MESSAGE_ID, &message)
            .replace(CLIENT_ID, &format!("{number:04}"));
        let mut event: Value = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        let room = known.rooms.get(index).copied().unwrap_or(1);
        match function {
            "register" => set(&mut event, "/body", &person(known.people + number))?,
            "login" => set(&mut event, "/body", &person(number % known.people.max(PEOPLE)))?,
            "join-chatroom" => set(&mut event, "/body", &json!({"chatroom_id": room}).to_string().into())?,
            "leave-chatroom" => set(&mut event, "/pathParameters/conversation_id", &room.to_string().into())?,
            "check-attachment" => {
                let id = known.attachments.get(index).context("there are attachments")?;
                set(&mut event, "/detail/object/key", &format!("uploads/{id}").into())?;
            }
            "find-user" => set(&mut event, "/rawQueryString", &"username=user1".into())?,
            _ => {}
        }
        Ok(event.to_string())
    }

    async fn login(&self, number: u64) -> Result<String> {
        text(&self.run("login", number).await?, "/access_token")
    }

    async fn run(&self, function: &str, number: u64) -> Result<Value> {
        self.answer(function, &self.event(function, number)?).await
    }

    async fn run_with(&self, function: &str, pointer: &str, value: &Value) -> Result<Value> {
        let mut event: Value = serde_json::from_str(&self.event(function, 0)?)?;
        set(&mut event, pointer, value)?;
        self.answer(function, &event.to_string()).await
    }

    async fn answer(&self, function: &str, event: &str) -> Result<Value> {
        let mut instance = self.start(function, &[], &[]).await?;
        instance.polls().await?;
        Ok(instance.answers(event).await.with_context(|| function.to_owned())?.0)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.gateway.abort();
    }
}

/// The event of a function.
fn event_file(function: &str) -> PathBuf {
    workspace().join("infra/events").join(function).with_extension("json")
}

/// The session that a token names.
fn session(token: &str) -> Result<String> {
    let claims = token.split('.').nth(1).context("a token has claims")?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    Ok(claims.get("sid").and_then(Value::as_str).context("a token names its session")?.to_owned())
}

/// What somebody registers and logs in with.
fn person(number: u64) -> Value {
    json!({"username": format!("user{number}"), "password": PASSWORD}).to_string().into()
}

fn set(event: &mut Value, pointer: &str, value: &Value) -> Result<()> {
    *event.pointer_mut(pointer).with_context(|| format!("the event has no {pointer}"))? = value.clone();
    Ok(())
}

/// Where a function is: as cargo names what it builds, or as SAM does.
fn executable(directory: &Path, binary: &str, resource: &str) -> PathBuf {
    let sams = directory.join(resource).join("bootstrap");
    if sams.exists() { sams } else { directory.join(binary) }
}

/// The body of an answer.
fn body(answer: &Value) -> Result<Value> {
    Ok(serde_json::from_str(answer.get("body").and_then(Value::as_str).context("an answer has a body")?)?)
}

/// The id in the body of an answer.
fn id(answer: &Value) -> Result<u64> {
    let body = body(answer)?;
    body.get("id").and_then(Value::as_u64).with_context(|| format!("an id is missing in {body}"))
}

/// A text in the body of an answer.
fn text(answer: &Value, pointer: &str) -> Result<String> {
    let body = body(answer)?;
    let text = body.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).with_context(|| format!("{pointer} is missing in {body}"))
}
