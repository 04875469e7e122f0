//! `connections`: the open sockets of users: an item per user, with an attribute per socket, named by its connection
//! id.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::{Error, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, Item, Store,
    error::{failed, refusal},
    from_item, n, to_item,
};

/// The longest life of a socket (Amazon API Gateway Developer Guide, "Quotas for WebSocket APIs").
const MAX_AGE: Duration = Duration::from_hours(2);

/// How many sockets one update changes: an expression has at most 4 KB.
const AT_ONCE: usize = 100;

const USER_ID: &str = "user_id";

/// An open socket.
#[derive(Clone, Debug)]
pub struct Socket {
    /// Its user.
    pub user: UserId,
    /// The connection id.
    pub id: String,
    /// The only room whose events it gets, if its client has named one.
    pub room: Option<RoomId>,
    /// The session that opened it.
    pub session: String,
    /// The time at which it was opened.
    pub connected_at: Timestamp,
    /// The end of its session, in seconds since 1970. Zero if the session has ended earlier.
    pub expires_at: u64,
}

impl Socket {
    /// Whether it gets the events of a room of its user.
    #[must_use]
    pub fn hears(&self, room: RoomId) -> bool {
        self.room.is_none_or(|bound| bound == room)
    }

    /// Whether API Gateway has closed it because of its age, or its session has ended.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now.since(self.connected_at) >= MAX_AGE || self.expires_at <= now.seconds()
    }

    /// Whether [`Store::end_sockets`] has ended it.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.expires_at == 0
    }
}

#[derive(Serialize, Deserialize)]
struct SocketAttribute {
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<RoomId>,
    session: String,
    connected_at: u64,
    /// Absent in a socket that was opened before sockets had it. Then the age ends it.
    #[serde(default = "never")]
    expires_at: u64,
}

const fn never() -> u64 {
    u64::MAX
}

fn attribute(socket: &Socket) -> Result<AttributeValue, Error> {
    let Socket { room, connected_at, expires_at, .. } = *socket;
    let session = socket.session.clone();
    to_item(&SocketAttribute { room, session, connected_at: connected_at.millis(), expires_at }).map(AttributeValue::M)
}

fn sockets(mut item: Item) -> Result<Vec<Socket>, Error> {
    #[derive(Deserialize)]
    struct Key {
        user_id: UserId,
    }
    let user = item.remove(USER_ID).map(|user| from_item::<Key>([(USER_ID.to_owned(), user)].into())).transpose()?;
    let user = user.ok_or_else(|| Error::internal("reading sockets", "an item has no key"))?.user_id;
    let socket = |(id, attribute)| {
        // Attributes of other types are not sockets.
        let AttributeValue::M(map) = attribute else { return None };
        let socket = from_item::<SocketAttribute>(map).map(|attribute| Socket {
            user,
            id,
            room: attribute.room,
            session: attribute.session,
            connected_at: Timestamp::from_millis(attribute.connected_at),
            expires_at: attribute.expires_at,
        });
        Some(socket)
    };
    item.into_iter().filter_map(socket).collect()
}

impl Store {
    /// Stores a socket. Returns the earlier sockets of the user.
    pub async fn add_socket(&self, socket: &Socket) -> Result<Vec<Socket>, Error> {
        let updated = self
            .client
            .update_item()
            .table_name(&self.tables.connections)
            .key(USER_ID, n(socket.user.get()))
            .update_expression("SET #socket = :socket, expires_at = :expires_at")
            .expression_attribute_names("#socket", &socket.id)
            .expression_attribute_values(":socket", attribute(socket)?)
            .expression_attribute_values(":expires_at", n((socket.connected_at + MAX_AGE).seconds()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(failed("storing a socket"))?;
        sockets(updated.attributes.unwrap_or_else(|| [(USER_ID.to_owned(), n(socket.user.get()))].into()))
    }

    /// Ends sockets of one user: they are over for every reader, by every clock. They stay until they are closed or
    /// forgotten, so that an ending that was interrupted finds them again. One that was forgotten meanwhile comes back,
    /// until the next push to the user or the next socket of the user forgets it.
    pub async fn end_sockets(&self, user: UserId, sockets: &[Socket]) -> Result<(), Error> {
        for sockets in sockets.chunks(AT_ONCE) {
            self.end_some_sockets(user, sockets).await?;
        }
        Ok(())
    }

    async fn end_some_sockets(&self, user: UserId, sockets: &[Socket]) -> Result<(), Error> {
        let (mut sets, mut names, mut values) = (Vec::new(), HashMap::new(), HashMap::new());
        for (i, socket) in sockets.iter().enumerate() {
            sets.push(format!("#socket{i} = :socket{i}"));
            names.insert(format!("#socket{i}"), socket.id.clone());
            values.insert(format!(":socket{i}"), attribute(&Socket { expires_at: 0, ..socket.clone() })?);
        }
        let ended = self
            .client
            .update_item()
            .table_name(&self.tables.connections)
            .key(USER_ID, n(user.get()))
            .update_expression(format!("SET {}", sets.join(", ")))
            // An update would make an item where there is none.
            .condition_expression("attribute_exists(user_id)")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        match ended {
            Ok(_) => Ok(()),
            Err(error) => refusal("ending sockets", error).map(drop),
        }
    }

    /// Removes sockets of one user.
    pub async fn remove_sockets(&self, user: UserId, ids: &[String]) -> Result<(), Error> {
        for ids in ids.chunks(AT_ONCE) {
            self.remove_some_sockets(user, ids).await?;
        }
        Ok(())
    }

    async fn remove_some_sockets(&self, user: UserId, ids: &[String]) -> Result<(), Error> {
        let names: HashMap<_, _> = (0..).zip(ids).map(|(i, id)| (format!("#socket{i}"), id.clone())).collect();
        let removed = self
            .client
            .update_item()
            .table_name(&self.tables.connections)
            .key(USER_ID, n(user.get()))
            .update_expression(format!("REMOVE {}", names.keys().cloned().collect::<Vec<_>>().join(", ")))
            // Otherwise the update would create a missing item.
            .condition_expression("attribute_exists(user_id)")
            .set_expression_attribute_names(Some(names))
            .send()
            .await;
        match removed {
            Ok(_) => Ok(()),
            Err(error) => refusal("removing sockets", error).map(drop),
        }
    }

    /// The sockets of these users. Some may have closed without notice.
    pub async fn sockets(&self, users: &BTreeSet<UserId>) -> Result<Vec<Socket>, Error> {
        let keys = users.iter().map(|user| [(USER_ID.to_owned(), n(user.get()))].into()).collect();
        let items = self.batch_get(&self.tables.connections, keys, Consistency::Eventual).await?;
        Ok(items.into_iter().map(sockets).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// The sockets of one user, strongly consistent.
    pub async fn sockets_of(&self, user: UserId) -> Result<Vec<Socket>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.connections)
            .key(USER_ID, n(user.get()))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading sockets"))?;
        found.item.map_or(Ok(Vec::new()), sockets)
    }
}
