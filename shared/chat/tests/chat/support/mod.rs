//! A chat of a test's own, and its users.

mod client;
mod files;
mod gateway;
mod person;
pub mod slow;

use std::{io::Cursor, net::IpAddr, time::Duration};

use aws::{Credentials, Settings};
use axum::Router;
use bucket::Bucket;
use chat::{
    Chat, Paces,
    accounts::{self, Device},
    attachments,
};
use domain::{
    AttachmentId, Circle, ClientId, Content, Description, DeviceName, Draft, Error, Fields, FileName, Input,
    MarksFrame, MediaType, Message, MessageId, Network, NewAttachment, NewRoom, Pace, PasswordChange, Position,
    PrivacyChoices, ReadMark, RefreshToken, Registration, RoomId, RoomKind, ShownMessage, Slice, Text, TypingFrame,
};
use image::{ImageFormat, RgbImage};
use realtime::Sockets;
use serde_json::json;
use store::Store;
use tokio::net::TcpListener;

pub use client::Client;
pub use files::Files;
pub use gateway::Gateway;
pub use person::Person;

/// The password of the users that [`World::registers`].
pub const PASSWORD: &str = "correct horse";

/// Paces that no test reaches by accident, however its callers differ in time.
const PACES: Paces = {
    let often = Pace { every: Duration::ZERO, ahead: Duration::from_hours(1) };
    Paces { calls: often, room_changes: often, strangers: often, searches: often, uploads: often, upload_bytes: often }
};

/// Asserts that a use case refuses, with a refusal of this pattern.
macro_rules! assert_refused {
    ($outcome:expr, $refusal:pat $(if $condition:expr)?) => {{
        let outcome = $outcome;
        assert!(matches!(&outcome, Err(domain::Error::Refused($refusal)) $(if $condition)?), "{outcome:?}");
    }};
}
pub(crate) use assert_refused;

/// A chat with the tables, sockets and objects of one test.
pub struct World {
    pub chat: Chat,
    pub gateway: Gateway,
    pub files: Files,
}

/// A user who has logged in.
#[derive(Debug)]
pub struct LoggedIn {
    pub person: Person,
    pub device: Device,
    pub refresh_token: RefreshToken,
}

pub async fn world() -> World {
    world_of(embedded::store()).await
}

pub async fn world_of(store: Store) -> World {
    let (gateway, files) = (Gateway::default(), Files::default());
    let sockets = Sockets::new(settings(gateway.start().await));
    let bucket = Bucket::new(settings(files.start().await), None, files::BUCKET.to_owned());
    // Without direct rooms between them, people could add nobody.
    let settings = chat::Settings { who_can_add: Circle::Everyone, ..chat::Settings::default() };
    let (sockets, bucket) = (sockets.unwrap(), bucket.unwrap());
    World { chat: Chat { store, sockets, bucket, paces: PACES, settings }, gateway, files }
}

fn settings(endpoint: String) -> Settings {
    Settings {
        tls: aws::trust([&*endpoint]).unwrap(),
        endpoint: Some(endpoint),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "test"),
    }
}

/// Serves a fake service until the test ends, and returns its URL.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    url
}

impl World {
    /// A user without a password, with the session `s1`.
    pub async fn user(&self, name: &str) -> Person {
        let user = embedded::register(&self.chat.store, name).await.unwrap();
        Person::new(&self.chat, user, "").opens_session("s1").await
    }

    /// Users without passwords. Their ids are in this order.
    pub async fn users<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let mut users = Vec::new();
        for name in names {
            users.push(self.user(name).await);
        }
        users.try_into().unwrap()
    }

    /// Registers a user with [`PASSWORD`]. All come from one address, from which twenty may register at once.
    pub async fn registers(&self, name: &str) -> Result<domain::User, Error> {
        let registration: Registration = input(&format!(r#"{{"username":"{name}","password":"{PASSWORD}"}}"#));
        accounts::register(&self.chat, network(7), Pace::registrations(60), registration).await
    }

    /// Logs in from one and the same address.
    pub async fn logs_in(&self, name: &str, password: &str) -> Result<Person, Error> {
        self.logs_in_from(1, name, password).await
    }

    /// Logs in from one of 256 addresses.
    pub async fn logs_in_from(&self, from: u8, name: &str, password: &str) -> Result<Person, Error> {
        Ok(self.logs_in_as(from, name, password, None).await?.person)
    }

    /// Logs in from the address of [`World::logs_in`], on a device.
    pub async fn logs_in_with_device(
        &self,
        name: &str,
        password: &str,
        device: Option<Device>,
    ) -> Result<LoggedIn, Error> {
        self.logs_in_as(1, name, password, device).await
    }

    async fn logs_in_as(
        &self,
        from: u8,
        name: &str,
        password: &str,
        device: Option<Device>,
    ) -> Result<LoggedIn, Error> {
        let credentials = domain::Credentials { username: name.to_owned(), password: password.to_owned() };
        let name = DeviceName::try_from(format!("{name}'s phone")).ok();
        let login = accounts::login(&self.chat, network(from), device, name, credentials).await?;
        let person = Person::new(&self.chat, login.user, &login.session.id);
        Ok(LoggedIn { person, device: login.device, refresh_token: login.refresh_token })
    }

    /// Changes a password from the address of [`World::logs_in`].
    pub async fn changes_password(&self, person: &Person, current: &str, new: &str) -> Result<(), Error> {
        let change: PasswordChange = input(&format!(r#"{{"current_password":"{current}","new_password":"{new}"}}"#));
        accounts::change_password(&self.chat, &person.caller, &person.user, network(1), change).await
    }

    /// Checks an attachment, as after an event of S3.
    pub async fn checks(&self, id: AttachmentId) -> Result<(), Error> {
        attachments::check_attachment(&self.chat, &self.chat.bucket.objects(), id).await
    }
}

fn network(last: u8) -> Network {
    Network::of(IpAddr::from([203, 0, 113, last]))
}

pub fn input<T: Input>(body: &str) -> T {
    Fields::parse(body.as_bytes()).unwrap().into().unwrap()
}

pub fn new_room(members: &[&Person]) -> NewRoom {
    NewRoom {
        name: None,
        description: Description::default(),
        kind: RoomKind::Chat,
        members: members.iter().map(|member| member.id()).collect(),
        max_members: 10,
        access: None,
        history: None,
        picture: None,
    }
}

/// The choice of the people who can add a user.
pub fn added_by(add: Circle) -> PrivacyChoices {
    PrivacyChoices { add: Some(add), ..PrivacyChoices::default() }
}

pub fn draft(room: RoomId, text: &str) -> Draft {
    let text = Text::try_from(text.to_owned()).ok();
    Draft { room, content: Content { text, ..Content::default() }, forwarded: None }
}

pub fn draft_of_client(room: RoomId, text: &str, client_id: &str) -> Draft {
    let mut draft = draft(room, text);
    draft.content.client_id = ClientId::try_from(client_id.to_owned()).ok();
    draft
}

pub fn mark(room: RoomId, messages: &[&Message]) -> ReadMark {
    ReadMark { room, messages: messages.iter().map(|message| message.id).collect() }
}

pub fn new_attachment(room: impl Into<Option<RoomId>>, content_type: MediaType, size: usize) -> NewAttachment {
    let name = FileName::try_from("garden".to_owned()).unwrap();
    NewAttachment { room: room.into(), content_type, size: size as u64, name }
}

pub fn after(id: MessageId) -> Position {
    Position::After(id)
}

/// A picture of four pixels.
pub fn picture() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::new(2, 2).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The first box of a video (ISO 14496-12, section 4.3), by which it is known.
pub fn video() -> Vec<u8> {
    b"\0\0\0\x10ftypmp42\0\0\0\0".to_vec()
}

/// The position before all messages.
pub fn start() -> Position {
    after(MessageId::try_from(1).unwrap())
}

pub fn texts(slice: &Slice<ShownMessage>) -> Vec<&str> {
    slice.messages.iter().filter_map(|shown| Some(shown.message.text.as_ref()?.as_str())).collect()
}

pub fn typing_frame(typing: bool) -> TypingFrame {
    input(&json!({"typing": typing}).to_string())
}

pub fn marks_frame(kind: &str, marks: &[(RoomId, MessageId)]) -> MarksFrame {
    let marks: Vec<_> = marks.iter().map(|(room, id)| json!({"conversation": room, "message": id})).collect();
    input(&json!({"type": kind, "marks": marks}).to_string())
}
