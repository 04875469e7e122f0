use std::{collections::BTreeSet, ops::Bound};

use domain::{Error, Listed, MemberPage, MessageId, Receipt, Refusal, RoomId, RoomKind, UserId};
use store::Consistency;

use super::{quotes::visible_in_room, receipts};
use crate::{Caller, Chat};

/// A page of the receivers of a message, by id, with the times by which they had received and read it.
///
/// Of a large room these are the present members whose stay began before the message. A receiver of a small room who
/// has left is listed without times.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `MessageDeleted`, `NotTheSender`.
pub async fn message_info(
    chat: &Chat,
    caller: &Caller,
    room: RoomId,
    id: MessageId,
    page: MemberPage,
) -> Result<Listed<Receipt, UserId>, Error> {
    let (message, room) = visible_in_room(chat, caller.user, room, id).await?;
    if message.sender != caller.user {
        return Err(Refusal::NotTheSender.into());
    }
    let unnamed = message.receivers_count > message.receivers.len();
    let receivers = if unnamed { &room.members } else { &message.receivers };
    let start = page.after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut rest = receivers.range((start, Bound::Unbounded)).copied().filter(|user| *user != caller.user);
    let users: BTreeSet<_> = rest.by_ref().take(page.limit).collect();
    let next = users.last().copied().filter(|_| rest.next().is_some());
    let people = async {
        if room.kind == RoomKind::Direct {
            chat.store.people(room.members.iter().copied(), Consistency::Eventual).await
        } else {
            Ok(Vec::new())
        }
    };
    // Strongly consistent, so that a mark that the sender has heard of is there.
    let stays = chat.store.memberships_of_room(room.id, users.iter().copied(), Consistency::Strong);
    let (stays, people) = tokio::try_join!(stays, people)?;
    let is_shown = receipts::are_shown(&room, &people);
    let receipt = |user| {
        let stay = stays.iter().find(|stay| stay.user_id == user);
        // In a large room the stay decides who a receiver is.
        if unnamed && stay.is_none_or(|stay| stay.first_id() > message.id) {
            return None;
        }
        let known = stay.filter(|_| is_shown).map(|stay| stay.receipt(&message));
        Some(known.unwrap_or(Receipt { user, delivered_at: None, read_at: None }))
    };
    Ok(Listed { items: users.into_iter().filter_map(receipt).collect(), next })
}
