//! A scene with two users in a room, and the events of a function that succeed in it.

use std::{
    fs, mem,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use e2e::File;
use harness::workspace;
use serde_json::{Value, json};

use super::world::World;

/// The present in `infra/events`, in milliseconds since 1970.
const THEN: &str = "1701432000000";
/// The place of the id of a message that the caller has sent.
const MESSAGE_ID: &str = "$MESSAGE_ID";
/// The place of the refresh token of a session.
const REFRESH_TOKEN: &str = "$REFRESH_TOKEN";
/// The place of an invite code of the room.
const INVITE_CODE: &str = "$INVITE_CODE";
/// The client id in `infra/events`.
const CLIENT_ID: &str = "7f3a";
/// The number of users in a scene.
const PEOPLE: u64 = 2;
const PASSWORD: &str = "a long password";
/// The time after which no message of a deleted room is on its way.
const MESSAGES_SETTLE: Duration = Duration::from_secs(15);
/// The largest number of messages, invitations or blocked users that a function lists.
const LISTED: u64 = 12;

/// Two users in a room, with an open socket each, and a prepared event for each number.
#[derive(Debug)]
pub struct Scene {
    /// The tables and the functions.
    pub world: World,
    /// The access token of the caller, and the session that it names.
    token: String,
    session: String,
    /// The invite code of the room, if events need it.
    invite: String,
    /// The number of registered users.
    people: u64,
    /// For each event, if it needs one of its own.
    tokens: Vec<String>,
    refresh_tokens: Vec<String>,
    sessions: Vec<String>,
    rooms: Vec<u64>,
    messages: Vec<u64>,
    attachments: Vec<String>,
}

impl Scene {
    /// Prepares a scene in which a function succeeds this number of times.
    ///
    /// # Errors
    /// If a function fails.
    pub async fn new(directory: &Path, function: &str, count: u64) -> Result<Self> {
        let mut scene = Self {
            world: World::new(directory).await?,
            token: String::new(),
            session: String::new(),
            invite: String::new(),
            people: 0,
            tokens: Vec::new(),
            refresh_tokens: Vec::new(),
            sessions: Vec::new(),
            rooms: Vec::new(),
            messages: Vec::new(),
            attachments: Vec::new(),
        };
        for number in 0..PEOPLE {
            scene.run("register", number).await?;
        }
        scene.people = PEOPLE;
        let bob = scene.calls(1).await?;
        scene.connects(2).await?;
        scene.calls(0).await?;
        let room = json!({"type": "group", "name": "Garden", "members": [2]});
        scene.run_with("create-chatroom", "/body", &room.to_string().into()).await?;
        scene.connects(1).await?;
        scene.prepare(function, count, &bob).await?;
        Ok(scene)
    }

    async fn prepare(&mut self, function: &str, count: u64, bob: &str) -> Result<()> {
        let names_message = fs::read_to_string(event_file(function))?.contains(MESSAGE_ID);
        match function {
            "preview-invite" => self.invite = text(&self.run("reset-invite", 0).await?, "/invite")?,
            // A user whom nobody can add gets invitations.
            "answer-invitation" => self.cannot_be_added(bob).await?,
            "list-invitations" => self.cannot_be_added(&self.token.clone()).await?,
            _ => {}
        }
        for number in 0..count {
            match function {
                "logout" => {
                    let token = self.login(0).await?;
                    self.tokens.push(token);
                }
                // Another session of the caller.
                "end-session" => self.sessions.push(session(&self.login(0).await?)?),
                // One session is refreshed ten times at once.
                "refresh" => {
                    let answer = self.run("login", 0).await?;
                    self.refresh_tokens.push(text(&answer, "/refresh_token")?);
                }
                "list-sessions" if number < LISTED => drop(self.login(0).await?),
                // Each event ends all sessions of its user.
                "change-password" | "logout-all" => {
                    self.registers(number).await?;
                    let answer = self.run_with("login", "/body", &person(self.people + number)).await?;
                    self.tokens.push(text(&answer, "/access_token")?);
                }
                "join-chatroom" | "delete-chatroom" => self.creates_room(json!([])).await?,
                "erase-room" => {
                    self.creates_room(json!([2])).await?;
                    self.run("delete-chatroom", number).await?;
                }
                "answer-invitation" | "leave-chatroom" | "remove-member" | "set-role" => {
                    self.creates_room(json!([2])).await?;
                }
                "add-members" | "open-direct" | "set-block" => self.registers(number).await?,
                "list-blocks" if number < LISTED => {
                    self.registers(number).await?;
                    self.run("set-block", number).await?;
                }
                "list-invitations" if number < LISTED => {
                    self.run_as(bob, "create-chatroom", &json!({"members": [1]})).await?;
                }
                "check-attachment" => {
                    let body = File::photo().announcement(1).to_string();
                    let answer = self.run_with("create-attachment", "/body", &body.into()).await?;
                    self.attachments.push(text(&answer, "/id")?);
                }
                // Each message is sent by the caller of its event. Two people take turns, because the pace limits each
                // sender.
                _ if names_message => {
                    let ann = self.token.clone();
                    let caller = if number % PEOPLE == 1 { bob.to_owned() } else { ann.clone() };
                    self.token.clone_from(&caller);
                    let answer = self.run("send-message", number).await;
                    self.token = ann;
                    self.tokens.push(caller);
                    self.messages.push(id(&answer?)?);
                }
                _ if function.starts_with("list-") && number < LISTED => {
                    self.run("send-message", number).await?;
                }
                _ => {}
            }
        }
        if function == "erase-room" {
            // Otherwise each event waits for messages on their way.
            tokio::time::sleep(MESSAGES_SETTLE).await;
        }
        if ["answer-invitation", "join-chatroom", "leave-chatroom"].contains(&function) {
            bob.clone_into(&mut self.token);
        }
        Ok(())
    }

    /// Registers the user of an event.
    async fn registers(&self, number: u64) -> Result<()> {
        self.run("register", number).await.map(drop)
    }

    async fn creates_room(&mut self, members: Value) -> Result<()> {
        let body = json!({"members": members}).to_string();
        let answer = self.run_with("create-chatroom", "/body", &body.into()).await?;
        self.rooms.push(id(&answer)?);
        Ok(())
    }

    async fn cannot_be_added(&mut self, token: &str) -> Result<()> {
        self.run_as(token, "set-privacy", &json!({"add": "nobody"})).await
    }

    async fn run_as(&mut self, token: &str, function: &str, body: &Value) -> Result<()> {
        let caller = mem::replace(&mut self.token, token.to_owned());
        let answer = self.run_with(function, "/body", &body.to_string().into()).await;
        self.token = caller;
        answer.map(drop)
    }

    /// Logs in, as the caller of the events that follow.
    async fn calls(&mut self, number: u64) -> Result<String> {
        let token = self.login(number).await?;
        self.session = session(&token)?;
        self.token.clone_from(&token);
        Ok(token)
    }

    /// Opens a socket for all rooms of a user.
    async fn connects(&self, user: u64) -> Result<()> {
        self.run_with("connect", "/requestContext/authorizer/user_id", &user.to_string().into()).await.map(drop)
    }

    /// Returns the event of a function from `infra/events`, with the present time, and changed so that each number
    /// succeeds.
    ///
    /// # Errors
    /// If the function has no file there.
    pub fn event(&self, function: &str, number: u64) -> Result<String> {
        let file = event_file(function);
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let index = usize::try_from(number)?;
        let now = UNIX_EPOCH.elapsed()?.as_millis().to_string();
        let token = self.tokens.get(index).unwrap_or(&self.token);
        let session = self.sessions.get(index).unwrap_or(&self.session);
        let refresh_token = self.refresh_tokens.get(index).map_or("", String::as_str);
        let message = self.messages.get(index).copied().unwrap_or_default().to_string();
        let text = text
            .replace(THEN, &now)
            .replace("$ACCESS_TOKEN", token)
            .replace("$SESSION_ID", session)
            .replace(REFRESH_TOKEN, refresh_token)
            .replace(MESSAGE_ID, &message)
            .replace(INVITE_CODE, &self.invite)
            .replace(CLIENT_ID, &format!("{number:04}"));
        let mut event: Value = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        self.fit(&mut event, function, number)?;
        Ok(event.to_string())
    }

    /// Changes an event so that it succeeds after those of lower numbers.
    fn fit(&self, event: &mut Value, function: &str, number: u64) -> Result<()> {
        let index = usize::try_from(number)?;
        let room = self.rooms.get(index).copied().unwrap_or(1);
        // The user that `registers` has registered for this event.
        let user = PEOPLE + number + 1;
        let body = match function {
            "register" => return set(event, "/body", &person(self.people + number)),
            "login" => return set(event, "/body", &person(number % PEOPLE)),
            "join-chatroom" => json!({"chatroom_id": room}),
            "answer-invitation" => json!({"conversation_id": room, "accept": true}),
            "remove-member" => json!({"conversation_id": room, "user": 2, "ban": true}),
            "set-role" => json!({"conversation_id": room, "user": 2, "role": "admin"}),
            "set-room" => json!({"conversation_id": room, "name": format!("Garden {number}")}),
            "add-members" => json!({"conversation_id": room, "members": [user]}),
            "open-direct" => json!({"user": user}),
            "set-block" => json!({"user": user, "blocked": true}),
            "set-privacy" => json!({"add": if number.is_multiple_of(2) { "everyone" } else { "nobody" }}),
            "delete-chatroom" | "leave-chatroom" => {
                return set(event, "/pathParameters/conversation_id", &room.to_string().into());
            }
            "check-attachment" => {
                let id = self.attachments.get(index).context("there are attachments")?;
                return set(event, "/detail/object/key", &format!("uploads/{id}").into());
            }
            "erase-room" => return set(event, "/detail/object/key", &format!("erasures/{room}").into()),
            "find-user" => return set(event, "/rawQueryString", &"username=user1".into()),
            _ => return Ok(()),
        };
        set(event, "/body", &body.to_string().into())
    }

    async fn login(&self, number: u64) -> Result<String> {
        text(&self.run("login", number).await?, "/access_token")
    }

    async fn run(&self, function: &str, number: u64) -> Result<Value> {
        self.world.answer(function, &self.event(function, number)?).await
    }

    async fn run_with(&self, function: &str, pointer: &str, value: &Value) -> Result<Value> {
        let mut event: Value = serde_json::from_str(&self.event(function, 0)?)?;
        set(&mut event, pointer, value)?;
        self.world.answer(function, &event.to_string()).await
    }
}

/// The file that has the event of a function.
fn event_file(function: &str) -> PathBuf {
    workspace().join("infra/events").join(function).with_extension("json")
}

/// The session that a token names.
fn session(token: &str) -> Result<String> {
    let claims = token.split('.').nth(1).context("a token has claims")?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    Ok(claims.get("sid").and_then(Value::as_str).context("a token names its session")?.to_owned())
}

/// The body with which a user registers and logs in.
fn person(number: u64) -> Value {
    json!({"username": format!("user{number}"), "password": PASSWORD}).to_string().into()
}

fn set(event: &mut Value, pointer: &str, value: &Value) -> Result<()> {
    *event.pointer_mut(pointer).with_context(|| format!("the event has no {pointer}"))? = value.clone();
    Ok(())
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
