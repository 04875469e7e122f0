//! A chat of a test's own.
//!
//! `Gateway` is a fake of API Gateway's `@connections`: it takes every push but for the sockets that it is told are
//! gone or stalled, and checks neither signatures nor sizes.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex},
};

use aws::{Credentials, Settings};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use bucket::Bucket;
use chat::{Caller, Chat};
use domain::{
    Content, Draft, Error, Message, MessageId, Network, NewRoom, Pace, Page, Position, Registration, Room, RoomId,
    RoomKind, ShownMessage, Slice, Text, Timestamp, User, UserId, Username,
};
use realtime::Sockets;
use serde_json::Value;
use store::{Consistency, Session, Socket, Store};

/// Of every user that has not registered with a password.
const HASH: &str = "a hash";

/// The pushes of a test.
#[derive(Clone, Debug, Default)]
pub struct Gateway {
    pushed: Arc<Mutex<HashMap<String, Vec<Value>>>>,
    /// The sockets that were closed.
    pub closed: Arc<Mutex<HashSet<String>>>,
    pub gone: Arc<Mutex<HashSet<String>>>,
    pub stalled: Arc<Mutex<HashSet<String>>>,
}

impl Gateway {
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router =
            Router::new().route("/@connections/{id}", post(take).get(look).delete(close)).with_state(self.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        url
    }

    /// What a socket was told, by type of event.
    pub fn told(&self, socket: &str) -> Vec<String> {
        let pushed = self.pushed.lock().unwrap();
        let events = pushed.get(socket).map(Vec::as_slice).unwrap_or_default();
        events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

async fn take(State(gateway): State<Gateway>, Path(id): Path<String>, body: Bytes) -> Response {
    if gateway.gone.lock().unwrap().contains(&id) {
        return (StatusCode::GONE, [("x-amzn-errortype", "GoneException")]).into_response();
    }
    if gateway.stalled.lock().unwrap().contains(&id) {
        return (StatusCode::TOO_MANY_REQUESTS, [("x-amzn-errortype", "LimitExceededException")]).into_response();
    }
    let event = serde_json::from_slice(&body).unwrap();
    gateway.pushed.lock().unwrap().entry(id).or_default().push(event);
    StatusCode::OK.into_response()
}

async fn look(State(gateway): State<Gateway>, Path(id): Path<String>) -> Response {
    if gateway.gone.lock().unwrap().contains(&id) {
        return (StatusCode::GONE, [("x-amzn-errortype", "GoneException")]).into_response();
    }
    "{}".into_response()
}

async fn close(State(gateway): State<Gateway>, Path(id): Path<String>) -> StatusCode {
    gateway.closed.lock().unwrap().insert(id);
    StatusCode::NO_CONTENT
}

pub struct World {
    pub chat: Chat,
    pub gateway: Gateway,
}

fn settings(endpoint: String) -> Settings {
    Settings {
        tls: aws::trust([&*endpoint]).unwrap(),
        endpoint: Some(endpoint),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "test"),
    }
}

pub async fn world() -> World {
    world_of(embedded::store()).await
}

pub async fn world_of(store: Store) -> World {
    let gateway = Gateway::default();
    let sockets = Sockets::new(settings(gateway.start().await));
    // Nothing is there, and nothing that these tests send is attached.
    let bucket = Bucket::new(settings("http://127.0.0.1:9".to_owned()), "bucket".to_owned());
    let chat = Chat { store, sockets: sockets.unwrap(), bucket: bucket.unwrap() };
    World { chat, gateway }
}

pub fn caller(user: UserId) -> Caller {
    Caller { user, session: "s1".to_owned() }
}

/// A socket that opens now.
pub fn socket(user: UserId, id: &str, session: &str) -> Socket {
    Socket { user, id: id.to_owned(), room: None, session: session.to_owned(), connected_at: chat::now() }
}

pub fn after(id: MessageId) -> Position {
    Position::After(id)
}

impl World {
    pub async fn user(&self, name: &str) -> UserId {
        let name = Username::parse(name.to_owned()).unwrap();
        let vacancy = self.chat.store.vacancy(&name).await.unwrap();
        self.chat.store.create_user(&name, vacancy, HASH, chat::now()).await.unwrap().id
    }

    /// Registers somebody, with a password, from one and the same address; twenty may at once.
    pub async fn registers(&self, registration: Registration) -> Result<User, Error> {
        let address = Network::of(IpAddr::from([203, 0, 113, 7]));
        chat::register(&self.chat, address, Pace::registrations(60), registration).await
    }

    pub async fn room(&self, members: &[UserId]) -> RoomId {
        let new = NewRoom {
            name: None,
            description: domain::Description::default(),
            kind: RoomKind::Chat,
            members: members.iter().copied().collect(),
            max_members: 10,
        };
        let room: Room = chat::create_chatroom(&self.chat, &caller(members[0]), new).await.unwrap();
        room.id
    }

    pub async fn sends(&self, sender: UserId, room: RoomId, text: &str) -> Message {
        let text = Text::try_from(text.to_owned()).ok();
        let draft = Draft { room, content: Content { text, ..Content::default() } };
        chat::send_message(&self.chat, sender, None, draft).await.unwrap().message.message
    }

    /// A sender that died after taking its turn, this long ago.
    pub async fn dies_while_sending(&self, sender: UserId, room: RoomId, millis_ago: u64) -> MessageId {
        let then = Timestamp::from_millis(chat::now().millis() - millis_ago);
        self.chat.store.take_turn(room, sender, MessageId::new(then, 0)).await.unwrap().id
    }

    pub async fn reads_room(&self, reader: UserId, room: RoomId, position: Position) -> Slice<ShownMessage> {
        let page = Page { limit: 50, position };
        chat::list_conversation_messages(&self.chat, &caller(reader), room, page).await.unwrap()
    }

    pub async fn reads_all(&self, reader: UserId, limit: usize, position: Position) -> Slice<ShownMessage> {
        chat::list_messages(&self.chat, &caller(reader), Page { limit, position }).await.unwrap()
    }

    pub async fn session(&self, user: UserId, id: &str) {
        let named = self.chat.store.users([user], Consistency::Strong).await.unwrap().remove(0);
        let session = Session { id: id.to_owned(), user_id: user, expires_at: u64::MAX };
        assert!(self.chat.store.open_session(&session, &named.username.folded(), HASH).await.unwrap());
    }

    /// A socket that was opened this many milliseconds ago.
    pub async fn socket(&self, user: UserId, id: &str, age: u64) {
        let connected_at = Timestamp::from_millis(chat::now().millis() - age);
        let socket = Socket { connected_at, ..socket(user, id, "s1") };
        self.chat.store.add_socket(&socket).await.unwrap();
    }

    pub async fn sockets_of(&self, user: UserId) -> Vec<String> {
        self.chat.store.sockets_of(user).await.unwrap().into_iter().map(|socket| socket.id).collect()
    }
}

pub fn texts(slice: &Slice<ShownMessage>) -> Vec<&str> {
    slice.messages.iter().filter_map(|shown| Some(shown.message.text.as_ref()?.as_str())).collect()
}
