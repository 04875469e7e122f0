use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Bound,
};

use domain::{Error, Listed, Member, MemberPage, RoomId, RoomKind, Timestamp, UserId};
use store::Consistency;

use super::access;
use crate::{Caller, Chat, accounts::visible, messages::receipts, now};

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
    let people: BTreeSet<_> = people.iter().copied().chain([caller.user]).collect();
    let (mut memberships, people, sockets, blocks) = tokio::try_join!(
        chat.store.memberships_of_room(room, ids(), Consistency::Eventual),
        chat.store.people(people, Consistency::Eventual),
        chat.store.sockets(&members),
        chat.store.blocks_between(caller.user, &members, Consistency::Eventual),
    )?;
    let visible = visible(chat, caller.user, &people, &blocks).await?.online;
    let shows_receipts = receipts::are_shown(&found, &people);
    memberships.sort_unstable_by_key(|membership| (membership.joined_at, membership.user_id));
    let mut names: HashMap<_, _> = people.into_iter().map(|person| (person.user.id, person.user.username)).collect();
    let now = now();
    let online: HashSet<_> = sockets
        .into_iter()
        .filter(|socket| socket.hears(room) && !socket.is_expired(now))
        .map(|socket| socket.user)
        .collect();
    let items = memberships.into_iter().filter_map(|membership| {
        let user = membership.user_id;
        let is_shown = shows_receipts || user == caller.user;
        let [last_delivered, last_read] = if is_shown { membership.marks_for(caller.user) } else { [None, None] };
        Some(Member {
            user,
            username: names.remove(&user)?,
            joined_at: Timestamp::from_millis(membership.joined_at),
            last_delivered,
            last_read,
            online: visible.contains(&user).then(|| online.contains(&user)),
        })
    });
    let next = members.last().copied().filter(|_| rest().nth(page.limit).is_some());
    Ok(Listed { items: items.collect(), next })
}
