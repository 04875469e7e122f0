//! The actions of a user.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{Answer, Refusal, Server, Socket, assert_id, session_of};

/// The password of every user of a journey.
pub const PASSWORD: &str = "correct horse battery staple";

/// A registered user with a session.
#[derive(Clone)]
pub struct User {
    /// The system that the user uses.
    pub server: Server,
    /// The user's id.
    pub id: u64,
    /// The user's name in the system.
    pub name: String,
    /// The access token of this session.
    pub token: String,
    /// The refresh token of this session.
    pub refresh_token: String,
}

impl User {
    pub(crate) async fn log_in(server: &Server, name: &str, password: &str) -> Self {
        let credentials = json!({"username": name, "password": password});
        let login = server.post("/auth/login/", &credentials).await.is(200);
        Self {
            server: server.clone(),
            id: assert_id(&login["user"]["id"]),
            name: name.to_owned(),
            token: login["access_token"].as_str().expect("a login gives a token").to_owned(),
            refresh_token: login["refresh_token"].as_str().expect("a login gives a refresh token").to_owned(),
        }
    }

    /// The same user with another session.
    pub async fn logs_in_again(&self) -> Self {
        self.logs_in_with(PASSWORD).await
    }

    /// The same user with another session, which this password opens.
    pub async fn logs_in_with(&self, password: &str) -> Self {
        Self::log_in(&self.server, &self.name, password).await
    }

    /// The same user with another token.
    #[must_use]
    pub fn with_token(&self, token: String) -> Self {
        Self { token, ..self.clone() }
    }

    /// Exchanges the refresh token of this session. The user keeps the old one.
    pub async fn refreshes(&self) -> Answer {
        self.server.post("/auth/refresh/", &json!({"refresh_token": self.refresh_token})).await
    }

    /// The same user after a refresh.
    #[must_use]
    pub fn refreshed(&self, answer: &Answer) -> Self {
        let tokens = answer.is(200);
        let token = |name: &str| tokens[name].as_str().expect("a refresh gives tokens").to_owned();
        Self { token: token("access_token"), refresh_token: token("refresh_token"), ..self.clone() }
    }

    /// The id of this session.
    pub fn session(&self) -> String {
        session_of(&self.token).expect("an access token names its session")
    }

    /// Ends this session.
    pub async fn logs_out(&self) {
        let answer = Answer::to(self.request(Method::POST, "/auth/logout/")).await;
        assert_eq!(answer.is(200), json!({"message": "Logout successful"}));
    }

    /// Creates a room without other members, and returns its id.
    pub async fn creates_room(&self) -> u64 {
        self.creates_room_with(&[]).await
    }

    /// Creates a room with other members, and returns its id.
    pub async fn creates_room_with(&self, members: &[&User]) -> u64 {
        let members: Vec<u64> = members.iter().map(|member| member.id).collect();
        let room = self.post("/create-chatroom/", &json!({"members": members})).await.is(201);
        assert_id(&room["id"])
    }

    /// Creates a group with a name and other members, and returns its id.
    pub async fn creates_group(&self, name: &str, members: &[&User]) -> u64 {
        let members: Vec<u64> = members.iter().map(|member| member.id).collect();
        let group = json!({"type": "group", "name": name, "members": members});
        assert_id(&self.post("/create-chatroom/", &group).await.is(201)["id"])
    }

    /// Opens the direct room with another user, or with themselves, and returns its id.
    pub async fn opens_direct(&self, other: &User) -> u64 {
        let answer = self.post("/open-direct/", &json!({"user": other.id})).await;
        assert!([200, 201].contains(&answer.status), "{answer:?}");
        assert_id(&answer.is(answer.status)["id"])
    }

    /// Joins a room for the first time.
    pub async fn joins(&self, room: u64) -> Value {
        self.post("/join-chatroom/", &json!({"chatroom_id": room})).await.is(201)
    }

    /// Leaves a room.
    pub async fn leaves(&self, room: u64) {
        let answer = self.delete(&format!("/leave-chatroom/{room}/")).await;
        assert_eq!(answer.is(200), json!({"message": "Leave chatroom successful"}));
    }

    /// Creates a new invite code of a room, and gives it.
    pub async fn resets_invite(&self, room: u64) -> Value {
        self.post("/reset-invite/", &json!({"conversation_id": room})).await.is(200)["invite"].clone()
    }

    /// Sends a text over REST as soon as the pace allows it, and returns the message.
    pub async fn sends(&self, room: u64, text: &str) -> Value {
        loop {
            let answer = self.tries_to_send(room, text).await;
            if answer.status != 429 {
                return answer.is(201);
            }
            sleep(Duration::from_secs(answer.retry_after())).await;
        }
    }

    /// Tries to send a text over REST.
    pub async fn tries_to_send(&self, room: u64, text: &str) -> Answer {
        self.post("/send-message/", &json!({"conversation_id": room, "text": text})).await
    }

    /// Marks a room as read up to a message.
    pub async fn reads(&self, room: u64, message: &Value) {
        let body = json!({"conversation_id": room, "message_ids": [message["id"]]});
        assert_eq!(self.post("/read-message/", &body).await.is(200), json!({"success": true}));
    }

    /// Returns a room as `list-chatrooms` shows it to this user.
    pub async fn sees_room(&self, room: u64) -> Value {
        let rooms = self.lists("/list-chatrooms/").await;
        let found = rooms.into_iter().find(|listed| listed["id"] == room);
        found.unwrap_or_else(|| panic!("{} is not in room {room}", self.name))
    }

    /// Returns a member of a room, as `list-members` shows them to this user.
    pub async fn sees_member(&self, room: u64, member: &User) -> Value {
        let members = self.lists(&format!("/list-members/{room}/")).await;
        let found = members.into_iter().find(|listed| listed["user"] == member.id);
        found.unwrap_or_else(|| panic!("{} is not in room {room}", member.name))
    }

    /// Returns the newest 50 messages of a room.
    pub async fn sees_messages(&self, room: u64) -> Vec<Value> {
        self.lists(&format!("/list-conversation-messages/{room}/")).await
    }

    /// Returns a list.
    pub async fn lists(&self, path: &str) -> Vec<Value> {
        match self.get(path).await.is(200) {
            Value::Array(list) => list,
            other => panic!("GET {path} gave no list: {other}"),
        }
    }

    /// Returns the pages of a list, following `Link` to its end.
    pub async fn pages_through(&self, path: &str) -> Vec<Vec<Value>> {
        let mut pages = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let answer = self.get(&path).await;
            let page = answer.is(200);
            pages.push(page.as_array().expect("a page is a list").clone());
            next = answer.next();
            assert!(pages.len() <= 1_000, "a list without an end");
        }
        pages
    }

    /// Opens a socket for one room.
    pub async fn opens_socket(&self, room: u64) -> Socket {
        self.opens(&format!("room_name={room}")).await
    }

    /// Opens a socket for all rooms of this user.
    pub async fn opens_socket_for_all_rooms(&self) -> Socket {
        self.opens("").await
    }

    async fn opens(&self, query: &str) -> Socket {
        let socket = self.tries_socket(query).await;
        socket.unwrap_or_else(|refusal| panic!("{}'s socket ({query:?}): {refusal:?}", self.name))
    }

    /// Tries to open a socket, with the token as a subprotocol.
    ///
    /// # Errors
    /// The answer that refused the handshake.
    pub async fn tries_socket(&self, query: &str) -> Result<Socket, Refusal> {
        self.server.handshake(query, &["bearer", &self.token]).await
    }

    /// A request with this user's token, which a journey completes.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.server.request(method, path).bearer_auth(&self.token)
    }

    /// `GET` as this user.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// `POST` as this user.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(body)).await
    }

    /// `DELETE` as this user.
    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }
}
