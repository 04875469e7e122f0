//! The users of a load: they register, log in, create rooms and make calls.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::{Method, header::RETRY_AFTER};
use serde_json::{Value, json};

use crate::{progress::Progress, target::Target};

const PATIENCE: Duration = Duration::from_secs(30);
const PASSWORD: &str = "correct horse battery staple";
/// The number of concurrent registrations: hashing a password keeps a processor busy.
const REGISTERING: usize = 4;

/// A client of one system.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: Arc<str>,
}

/// The answer to a call.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// The body.
    pub text: String,
}

/// A logged-in user.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user's id.
    pub id: u64,
    /// The access token.
    pub token: String,
}

impl Client {
    /// A client of a system.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(target: &Target) -> Result<Self> {
        let http = reqwest::Client::builder().timeout(PATIENCE).tcp_nodelay(true).build()?;
        Ok(Self { http, url: target.http.as_str().into() })
    }

    /// Makes a call that must succeed.
    ///
    /// # Errors
    /// If it does not, with the text of the answer.
    pub async fn call(&self, method: Method, path: &str, token: &str, body: Option<&Value>) -> Result<Value> {
        let Answer { status, text, .. } = self.ask(method, path, token, body).await?;
        if !(200..300).contains(&status) {
            bail!("{path} gave {status}: {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("{path} gave {text}"))
    }

    /// Makes a call, and returns any answer.
    ///
    /// # Errors
    /// If no answer comes, because the connection ended or the call took too long.
    pub async fn ask(&self, method: Method, path: &str, token: &str, body: Option<&Value>) -> Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.context("calling")?;
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
        let status = response.status().as_u16();
        let text = response.text().await.context("reading an answer")?;
        Ok(Answer { status, retry_after, text })
    }

    /// Registers and logs in this number of users. Their names are unique to this run, because a deployed system keeps
    /// those of others.
    ///
    /// # Errors
    /// If one cannot register.
    pub async fn people(&self, count: usize) -> Result<Vec<Person>> {
        let run = std::process::id();
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
        let progress = Progress::new("people", count);
        stream::iter(0..count)
            .map(|number| {
                let progress = &progress;
                async move {
                    let person = self.person(&format!("load-{since}-{run}-{number}")).await;
                    progress.step();
                    person
                }
            })
            .buffered(REGISTERING)
            .try_collect()
            .await
    }

    async fn person(&self, name: &str) -> Result<Person> {
        let credentials = json!({"username": name, "password": PASSWORD});
        self.call(Method::POST, "/auth/register/", "", Some(&credentials)).await?;
        let login = self.call(Method::POST, "/auth/login/", "", Some(&credentials)).await?;
        Ok(Person {
            id: number(&login, "/user/id")?,
            token: login.get("access_token").and_then(Value::as_str).context("a login gives a token")?.to_owned(),
        })
    }

    /// Creates a room of these users, as the first of them.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn room(&self, members: &[Person]) -> Result<u64> {
        let creator = members.first().context("a room has members")?;
        let ids: Vec<u64> = members.iter().map(|member| member.id).collect();
        let body = json!({"type": "group", "members": ids});
        number(&self.call(Method::POST, "/create-chatroom/", &creator.token, Some(&body)).await?, "/id")
    }
}

/// Returns a number in an answer.
///
/// # Errors
/// If the answer has no number there.
pub fn number(answer: &Value, pointer: &str) -> Result<u64> {
    answer.pointer(pointer).and_then(Value::as_u64).with_context(|| format!("{pointer} is missing in {answer}"))
}
