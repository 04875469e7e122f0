use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Bound,
};

use domain::{Error, Listed, Member, MemberPage, RoomId, RoomKind, Timestamp, UserId};
use store::Consistency;

use super::access;
use crate::{Caller, Chat, messages::receipts, now};

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
    // The settings of both people of a direct room decide, whichever of them are on this page.
    let people = if found.kind == RoomKind::Direct { &found.members } else { &members };
    let (mut memberships, people, sockets) = tokio::try_join!(
        chat.store.memberships_of_room(room, ids(), Consistency::Eventual),
        chat.store.people(people.iter().copied(), Consistency::Eventual),
        chat.store.sockets(&members),
    )?;
    memberships.sort_unstable_by_key(|membership| (membership.joined_at, membership.user_id));
    let shows_receipts = receipts::are_shown(&found, &people);
    let mut names: HashMap<_, _> = people.into_iter().map(|person| (person.user.id, person.user.username)).collect();
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
        let (last_delivered, last_read) = if user == caller.user {
            (membership.delivered(), membership.last_read)
        } else if shows_receipts {
            (membership.told_delivered(), membership.told())
        } else {
            (None, None)
        };
        Some(Member {
            user,
            username: names.remove(&user)?,
            joined_at: Timestamp::from_millis(membership.joined_at),
            last_delivered,
            last_read,
            online: online.contains(&user),
        })
    });
    let next = members.last().copied().filter(|_| rest().nth(page.limit).is_some());
    Ok(Listed { items: items.collect(), next })
}
