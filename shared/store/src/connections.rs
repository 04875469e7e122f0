//! `connections`: the open sockets of users: an item per user, with an attribute per socket, named by its connection
//! id, and the time at which the user was last seen.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::{Error, ONLINE_AFTER, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, Item, Store,
    error::{failed, refusal},
    from_item, n, number, to_item,
};

/// The longest life of a socket (Amazon API Gateway Developer Guide, "Quotas for WebSocket APIs").
const MAX_AGE: Duration = Duration::from_hours(2);

/// The time after a user's newest socket for which it is known when they were last seen.
const KEPT_FOR: Duration = Duration::from_hours(365 * 24);

/// How many sockets one update changes: an expression has at most 4 KB.
const AT_ONCE: usize = 100;

const USER_ID: &str = "user_id";
const LAST_SEEN: &str = "last_seen";

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

    /// The last moment until `now` at which it was open. `None` if it has ended, which was noted then.
    fn last_open(&self, now: Timestamp) -> Option<Timestamp> {
        let end = Timestamp::from_millis(self.expires_at.saturating_mul(1000));
        (!self.has_ended()).then(|| now.min(self.connected_at + MAX_AGE).min(end))
    }
}

/// The sockets of a user, and when they had one last.
#[derive(Clone, Debug)]
pub struct Connections {
    /// The user.
    pub user: UserId,
    /// The sockets. Some may have closed without notice.
    pub sockets: Vec<Socket>,
    last_seen: Option<Timestamp>,
}

impl Connections {
    /// The time at which the user had an open socket last. While they have one, that of before.
    #[must_use]
    pub fn last_seen(&self, now: Timestamp) -> Option<Timestamp> {
        if self.has_open(now) {
            return self.last_seen;
        }
        // Nobody may have noticed that they have expired.
        self.sockets.iter().filter_map(|socket| socket.last_open(now)).chain(self.last_seen).max()
    }

    /// Whether the user has an open socket, or had one a moment ago.
    #[must_use]
    pub fn is_online(&self, now: Timestamp) -> bool {
        self.has_open(now) || self.last_seen(now).is_some_and(|seen| now.since(seen) <= ONLINE_AFTER)
    }

    fn has_open(&self, now: Timestamp) -> bool {
        self.sockets.iter().any(|socket| !socket.is_expired(now))
    }

    /// The time to note if sockets among these are gone: `None` if others are open, or none was.
    fn seen_until(mut self, gone: &[String], now: Timestamp) -> Option<Timestamp> {
        let last = self.sockets.iter().filter_map(|socket| socket.last_open(now)).max();
        self.sockets.retain(|socket| !gone.contains(&socket.id));
        last.filter(|_| !self.has_open(now))
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

fn connections(mut item: Item) -> Result<Connections, Error> {
    #[derive(Deserialize)]
    struct Key {
        user_id: UserId,
    }
    let last_seen = item.remove(LAST_SEEN).map(number).transpose()?.map(Timestamp::from_millis);
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
    let sockets = item.into_iter().filter_map(socket).collect::<Result<_, _>>()?;
    Ok(Connections { user, sockets, last_seen })
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
            .expression_attribute_values(":expires_at", n((socket.connected_at + KEPT_FOR).seconds()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(failed("storing a socket"))?;
        Ok(updated.attributes.map(connections).transpose()?.map_or_else(Vec::new, |before| before.sockets))
    }

    /// Ends sockets of one user: they are over for every reader, by every clock. They stay until they are closed or
    /// forgotten, so that an ending that was interrupted finds them again. One that was forgotten meanwhile comes back,
    /// until the next push to the user or the next socket of the user forgets it. If none is open afterwards, the user
    /// is last seen `now`.
    pub async fn end_sockets(&self, user: UserId, sockets: &[Socket], now: Timestamp) -> Result<(), Error> {
        for sockets in sockets.chunks(AT_ONCE) {
            self.end_some_sockets(user, sockets, now).await?;
        }
        Ok(())
    }

    async fn end_some_sockets(&self, user: UserId, sockets: &[Socket], now: Timestamp) -> Result<(), Error> {
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
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        let ids: Vec<_> = sockets.iter().map(|socket| socket.id.clone()).collect();
        match ended {
            Ok(ended) => self.note_last_seen(ended.attributes, &ids, now).await,
            Err(error) => refusal("ending sockets", error).map(drop),
        }
    }

    /// Removes sockets of one user. If none is open afterwards, the user is last seen at the end of the last one.
    pub async fn remove_sockets(&self, user: UserId, ids: &[String], now: Timestamp) -> Result<(), Error> {
        for ids in ids.chunks(AT_ONCE) {
            self.remove_some_sockets(user, ids, now).await?;
        }
        Ok(())
    }

    async fn remove_some_sockets(&self, user: UserId, ids: &[String], now: Timestamp) -> Result<(), Error> {
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
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        match removed {
            Ok(removed) => self.note_last_seen(removed.attributes, ids, now).await,
            Err(error) => refusal("removing sockets", error).map(drop),
        }
    }

    /// Notes when the user of an item was last seen, if these were the last open sockets in it. The time only moves
    /// forward.
    async fn note_last_seen(&self, before: Option<Item>, gone: &[String], now: Timestamp) -> Result<(), Error> {
        let Some(before) = before.map(connections).transpose()? else { return Ok(()) };
        let user = before.user;
        let Some(seen) = before.seen_until(gone, now) else { return Ok(()) };
        let noted = self
            .client
            .update_item()
            .table_name(&self.tables.connections)
            .key(USER_ID, n(user.get()))
            .update_expression("SET last_seen = :seen")
            .condition_expression(
                "attribute_exists(user_id) AND (attribute_not_exists(last_seen) OR last_seen < :seen)",
            )
            .expression_attribute_values(":seen", n(seen.millis()))
            .send()
            .await;
        match noted {
            Ok(_) => Ok(()),
            Err(error) => refusal("noting when a user was last seen", error).map(drop),
        }
    }

    /// The sockets of these users. Some may have closed without notice.
    pub async fn sockets(&self, users: &BTreeSet<UserId>) -> Result<Vec<Socket>, Error> {
        Ok(self.connections(users).await?.into_iter().flat_map(|found| found.sockets).collect())
    }

    /// The connections of those among these users who have or had one, in no order.
    pub async fn connections(&self, users: &BTreeSet<UserId>) -> Result<Vec<Connections>, Error> {
        let keys = users.iter().map(|user| [(USER_ID.to_owned(), n(user.get()))].into()).collect();
        let items = self.batch_get(&self.tables.connections, keys, Consistency::Eventual).await?;
        items.into_iter().map(connections).collect()
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
        Ok(found.item.map(connections).transpose()?.map_or_else(Vec::new, |found| found.sockets))
    }
}
