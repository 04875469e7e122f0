//! Rows of the authorization matrix. The file of each endpoint that needs a token submits its own.

use std::panic::Location;

use e2e::{Server, User};
use serde_json::Value;

/// A call that needs a token, or a route of the sockets, with a request that succeeds for a member.
pub(crate) struct Row {
    /// The route as in `openapi.yaml` or `template.yaml`.
    pub(crate) route: &'static str,
    pub(crate) ask: fn(&World) -> Ask,
    /// Whether users outside the room are refused.
    pub(crate) for_members: bool,
    /// The file that submits the row.
    pub(crate) file: &'static str,
}

pub(crate) enum Ask {
    /// A call with this body, or without one if it is null.
    Rest(Value),
    /// A call with this parameter in the query.
    Query(&'static str, String),
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
        Self { route, ask, for_members: false, file: Location::caller().file() }
    }

    /// A row for members of the room only.
    #[track_caller]
    pub(crate) const fn for_members(route: &'static str, ask: fn(&World) -> Ask) -> Self {
        Self { route, ask, for_members: true, file: Location::caller().file() }
    }

    /// All rows, in the order of their routes.
    pub(crate) fn all() -> Vec<&'static Self> {
        let mut rows: Vec<_> = inventory::iter::<Self>().collect();
        rows.sort_by_key(|row| (row.route, row.for_members));
        rows
    }

    /// Whether the route is one of the sockets.
    pub(crate) fn is_of_sockets(&self) -> bool {
        // A route of REST has a method and a path.
        !self.route.contains(' ')
    }
}

/// A room with two members, a former member, and an outsider.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) member: User,
    pub(crate) other_member: User,
    pub(crate) outsider: User,
    pub(crate) former_member: User,
    pub(crate) room: u64,
    pub(crate) message: Value,
}

impl World {
    pub(crate) async fn new(server: &Server, row: usize) -> Self {
        let names = ["ann", "bob", "cem", "dan"].map(|name| format!("{name}{row}"));
        let [member, other_member, outsider, former_member] = server.users(names.each_ref().map(String::as_str)).await;
        let room = member.creates_room_with(&[&other_member, &former_member]).await;
        let message = member.sends(room, "hello").await;
        former_member.leaves(room).await;
        Self { server: server.clone(), member, other_member, outsider, former_member, room, message }
    }
}
