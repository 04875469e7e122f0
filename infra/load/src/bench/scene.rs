//! The preparations of each function, so that all of its events succeed, and the parts of its event that have a number.

use std::fs;

use anyhow::{Context as _, Result};
use e2e::File;
use serde_json::{Value, json};

use super::world::{Known, MESSAGE_ID, PEOPLE, World, event_file, id, person, set, text};

/// The number of messages, invitations or blocks that a function lists.
const LISTED: u64 = 12;

impl World {
    /// Prepares the events of a function. `bob` is the token of the second user.
    pub(super) async fn prepare(&mut self, function: &str, count: u64, bob: &str) -> Result<()> {
        let names_message = fs::read_to_string(event_file(function))?.contains(MESSAGE_ID);
        match function {
            "preview-invite" => {
                let answer = self.run("reset-invite", 0).await?;
                self.known.invite = text(&answer, "/invite")?;
            }
            "answer-invitation" => self.declines_to_be_added(bob).await?,
            "list-invitations" => self.declines_to_be_added(&self.known.token.clone()).await?,
            _ => {}
        }
        for number in 0..count {
            match function {
                "logout" => {
                    let token = self.login(0).await?;
                    self.known.tokens.push(token);
                }
                // Each ends all sessions of a user.
                "change-password" | "logout-all" => {
                    self.registers(number).await?;
                    let answer = self.run_with("login", "/body", &person(self.known.people + number)).await?;
                    self.known.tokens.push(text(&answer, "/access_token")?);
                }
                "join-chatroom" | "delete-chatroom" => self.creates_room(json!([])).await?,
                "answer-invitation" | "leave-chatroom" | "remove-member" | "set-role" => {
                    self.creates_room(json!([2])).await?;
                }
                "add-members" | "open-direct" | "set-block" => self.registers(number).await?,
                "list-blocks" if number < LISTED => {
                    self.registers(number).await?;
                    self.run("set-block", number).await?;
                }
                "list-invitations" if number < LISTED => {
                    let body = json!({"members": [1]}).to_string();
                    self.run_as(bob, "create-chatroom", &body).await?;
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
        if ["answer-invitation", "join-chatroom", "leave-chatroom"].contains(&function) {
            bob.clone_into(&mut self.known.token);
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
        self.known.rooms.push(id(&answer)?);
        Ok(())
    }

    /// From now on the user with this token gets invitations instead of being added.
    async fn declines_to_be_added(&mut self, token: &str) -> Result<()> {
        self.run_as(token, "set-privacy", &json!({"add": "nobody"}).to_string()).await
    }

    async fn run_as(&mut self, token: &str, function: &str, body: &str) -> Result<()> {
        let ann = std::mem::replace(&mut self.known.token, token.to_owned());
        let answer = self.run_with(function, "/body", &body.into()).await;
        self.known.token = ann;
        answer.map(drop)
    }
}

/// Gives an event the parts that only the event of this number has.
pub(super) fn fit(event: &mut Value, function: &str, number: u64, known: &Known) -> Result<()> {
    let index = usize::try_from(number)?;
    let room = known.rooms.get(index).copied().unwrap_or(1);
    // The people of the world have the first ids.
    let user = known.people.max(PEOPLE) + number + 1;
    let body = match function {
        "register" => person(known.people + number),
        "login" => person(number % known.people.max(PEOPLE)),
        "join-chatroom" => json!({"chatroom_id": room}).to_string().into(),
        "answer-invitation" => json!({"conversation_id": room, "accept": true}).to_string().into(),
        "remove-member" => json!({"conversation_id": room, "user": 2, "ban": true}).to_string().into(),
        "set-role" => json!({"conversation_id": room, "user": 2, "role": "admin"}).to_string().into(),
        "set-room" => json!({"conversation_id": room, "name": format!("Garden {number}")}).to_string().into(),
        "add-members" => json!({"conversation_id": room, "members": [user]}).to_string().into(),
        "open-direct" => json!({"user": user}).to_string().into(),
        "set-block" => json!({"user": user, "blocked": true}).to_string().into(),
        "set-privacy" => json!({"add": if number.is_multiple_of(2) { "everyone" } else { "nobody" }}).to_string().into(),
        "delete-chatroom" | "leave-chatroom" => {
            return set(event, "/pathParameters/conversation_id", &room.to_string().into());
        }
        "check-attachment" => {
            let id = known.attachments.get(index).context("there are attachments")?;
            return set(event, "/detail/object/key", &format!("uploads/{id}").into());
        }
        "find-user" => return set(event, "/rawQueryString", &"username=user1".into()),
        _ => return Ok(()),
    };
    set(event, "/body", &body)
}
