use std::collections::{HashMap, HashSet};

use domain::{Error, Member, RoomId, Timestamp};
use store::Consistency;

use super::access;
use crate::{Caller, Chat, now};

/// Lists the members of a room in the order in which they came, and whether each has a socket that hears the room.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn list_members(chat: &Chat, caller: &Caller, room: RoomId) -> Result<Vec<Member>, Error> {
    let members = access::room(&chat.store, caller.user, room).await?.members;
    let ids = || members.iter().copied();
    let (mut memberships, users, sockets) = tokio::try_join!(
        chat.store.memberships_of_room(room, ids()),
        chat.store.users(ids(), Consistency::Eventual),
        chat.store.sockets(&members),
    )?;
    memberships.sort_unstable_by_key(|membership| (membership.joined_at, membership.user_id));
    let mut names: HashMap<_, _> = users.into_iter().map(|user| (user.id, user.username)).collect();
    let now = now();
    let online: HashSet<_> = sockets
        .into_iter()
        .filter(|socket| socket.hears(room) && !socket.is_expired(now))
        .map(|socket| socket.user)
        .collect();
    let members = memberships.into_iter().filter_map(|membership| {
        Some(Member {
            user: membership.user_id,
            username: names.remove(&membership.user_id)?,
            joined_at: Timestamp::from_millis(membership.joined_at),
            last_read: membership.last_read,
            online: online.contains(&membership.user_id),
        })
    });
    Ok(members.collect())
}
