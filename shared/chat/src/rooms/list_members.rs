use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Bound,
};

use domain::{Error, Listed, Member, MemberPage, RoomId, Timestamp, UserId};
use store::Consistency;

use super::access;
use crate::{Caller, Chat, now};

/// A page of the members of a room, in the order in which they joined. The pages are in the order of ids.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn list_members(
    chat: &Chat,
    caller: &Caller,
    room: RoomId,
    page: MemberPage,
) -> Result<Listed<Member, UserId>, Error> {
    let found = access::room(&chat.store, caller.user, room).await?;
    let start = page.after.map_or(Bound::Unbounded, Bound::Excluded);
    let rest = || found.members.range((start, Bound::Unbounded)).copied();
    let members: BTreeSet<_> = rest().take(page.limit).collect();
    let ids = || members.iter().copied();
    let (mut memberships, users, sockets) = tokio::try_join!(
        chat.store.memberships_of_room(room, ids()),
        chat.store.users(ids(), Consistency::Eventual),
        chat.store.sockets(&members),
    )?;
    memberships.sort_unstable_by_key(|membership| (membership.joined_at, membership.user_id));
    let mut names: HashMap<_, _> = users.into_iter().map(|user| (user.id, user.username)).collect();
    let now = now();
    // Behind a block nobody sees whether the other one is there, nor what they read.
    let is_hidden = |user| found.is_closed() && user != caller.user;
    let online: HashSet<_> = sockets
        .into_iter()
        .filter(|socket| !is_hidden(socket.user) && socket.hears(room) && !socket.is_expired(now))
        .map(|socket| socket.user)
        .collect();
    let items = memberships.into_iter().filter_map(|membership| {
        let user = membership.user_id;
        Some(Member {
            user,
            username: names.remove(&user)?,
            joined_at: Timestamp::from_millis(membership.joined_at),
            last_read: membership.last_read_for(caller.user),
            online: online.contains(&user),
        })
    });
    let next = members.last().copied().filter(|_| rest().nth(page.limit).is_some());
    Ok(Listed { items: items.collect(), next })
}
