//! Rows of the authorization matrix. The file of each endpoint that needs a token submits its own.

use std::panic::Location;

use e2e::{Server, User};
use serde_json::{Value, json};

/// A call that needs a token, or a route of the sockets, with a request that succeeds for the owner of the room.
pub(crate) struct Row {
    /// The route as in `openapi.yaml` or `template.yaml`.
    pub(crate) route: &'static str,
    pub(crate) ask: fn(&World) -> Ask,
    pub(crate) callers: Callers,
    /// The file that submits the row.
    pub(crate) file: &'static str,
}

/// The users who succeed. All others are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Callers {
    Everybody,
    Members,
    /// The sender of the message.
    Sender,
    /// The owner among them.
    Admins,
    Owner,
}

impl Callers {
    /// The words of the threat model.
    pub(crate) const fn named(self) -> &'static str {
        match self {
            Self::Everybody => "every user",
            Self::Members => "members of the room",
            Self::Sender => "the sender of the message",
            Self::Admins => "admins of the room",
            Self::Owner => "the owner of the room",
        }
    }
}

pub(crate) enum Ask {
    /// A call with this body, or without one if it is null.
    Rest(Value),
    /// A call with these parameters in the query.
    Query(Vec<(&'static str, String)>),
    /// A handshake with this query.
    Handshake(String),
    /// A frame over a socket for all rooms.
    Frame(Value),
}

inventory::collect!(Row);

impl Row {
    /// A row for every user with a session.
    #[track_caller]
    pub(crate) const fn for_everybody(route: &'static str, ask: fn(&World) -> Ask) -> Self {
        Self { route, ask, callers: Callers::Everybody, file: Location::caller().file() }
    }

    /// A row for members of the room only.
    #[track_caller]
    pub(crate) const fn for_members(route: &'static str, ask: fn(&World) -> Ask) -> Self {
        Self { route, ask, callers: Callers::Members, file: Location::caller().file() }
    }

    /// A row for the sender of the message only.
    #[track_caller]
    pub(crate) const fn for_sender(route: &'static str, ask: fn(&World) -> Ask) -> Self {
        Self { route, ask, callers: Callers::Sender, file: Location::caller().file() }
    }

    /// A row for admins of the room only.
    #[track_caller]
    pub(crate) const fn for_admins(route: &'static str, ask: fn(&World) -> Ask) -> Self {
        Self { route, ask, callers: Callers::Admins, file: Location::caller().file() }
    }

    /// A row for the owner of the room only.
    #[track_caller]
    pub(crate) const fn for_owner(route: &'static str, ask: fn(&World) -> Ask) -> Self {
        Self { route, ask, callers: Callers::Owner, file: Location::caller().file() }
    }

    /// All rows, in the order of their routes.
    pub(crate) fn all() -> Vec<&'static Self> {
        let mut rows: Vec<_> = inventory::iter::<Self>().collect();
        rows.sort_by_key(|row| (row.route, row.callers));
        rows
    }

    /// Whether the route is one of the sockets.
    pub(crate) fn is_of_sockets(&self) -> bool {
        // A route of REST has a method and a path.
        !self.route.contains(' ')
    }
}

/// A room with two members, of whom `member` is the owner and the sender of the message, a former member, and an outsider.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) member: User,
    pub(crate) other_member: User,
    pub(crate) outsider: User,
    pub(crate) former_member: User,
    pub(crate) room: u64,
    pub(crate) message: Value,
    /// A message of the other member.
    pub(crate) answer: Value,
    pub(crate) invite: Value,
}

impl World {
    pub(crate) async fn new(server: &Server, row: usize) -> Self {
        let names = ["ann", "bob", "cem", "dan"].map(|name| format!("{name}{row}"));
        let [member, other_member, outsider, former_member] = server.users(names.each_ref().map(String::as_str)).await;
        let room = member.creates_room_with(&[&other_member, &former_member]).await;
        let message = member.sends(room, "hello").await;
        former_member.leaves(room).await;
        let answer = other_member.sends(room, "hello back").await;
        let invite = member.post("/reset-invite/", &json!({"conversation_id": room})).await.json()["invite"].clone();
        Self { server: server.clone(), member, other_member, outsider, former_member, room, message, answer, invite }
    }
}
