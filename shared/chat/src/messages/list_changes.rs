use std::collections::BTreeSet;

use domain::{Budget, Change, ChangeList, Error, Known, Room, RoomId, Timestamp};
use store::Consistency;

use super::Quotes;
use crate::{
    Caller, Chat, now,
    rooms::access::{self, Stay},
};

/// The records of a room after a number, and whether there may be more. `None` if the first has expired.
type Records = Option<(Vec<Change>, bool)>;

/// Lists the messages of a room that have changed since a number, as they are now: those that the caller may see.
///
/// The number of the answer stays before a change that may still be on its way, so that no reader passes it. The
/// messages of later changes are listed already.
///
/// Without a number, if the first change after it has expired, and if the room has no such number, as after a restore,
/// returns the number from which a reader goes on who lists the room afterwards.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn list_changes(chat: &Chat, caller: &Caller, room: RoomId, after: Option<u64>) -> Result<ChangeList, Error> {
    let user = caller.user;
    let asked_at = now();
    let Some(after) = after else {
        let Stay { room, .. } = access::stay(&chat.store, user, room).await?;
        return Ok(ChangeList { reset: false, ..anew(chat, &room, asked_at).await? });
    };
    let (stay, records) =
        tokio::join!(access::stay(&chat.store, user, room), chat.store.changes(room, after, asked_at));
    let mut stay = stay?;
    if after > stay.room.changes {
        // The read may lag.
        stay.room = access::room_for_sure(&chat.store, user, room).await?;
    }
    since(chat, &stay, after, records?, asked_at, Budget::default()).await
}

/// An empty list with the number from which a reader goes on who lists the room afterwards. No change up to it can be on
/// its way, so the list shows all of them.
pub(super) async fn anew(chat: &Chat, room: &Room, asked_at: Timestamp) -> Result<ChangeList, Error> {
    let change = chat.store.settled_change(room, asked_at).await?;
    Ok(ChangeList { changed: Vec::new(), change, more: false, reset: true })
}

/// The messages with a change after a number, as they are now, within a budget. `records` were read at `asked_at` or
/// later. If the room does not have the number, it was read for sure.
pub(super) async fn since(
    chat: &Chat,
    stay: &Stay,
    after: u64,
    records: Records,
    asked_at: Timestamp,
    mut budget: Budget,
) -> Result<ChangeList, Error> {
    let Stay { room, membership } = stay;
    let user = membership.user_id;
    let Some((changes, mut more)) = records.filter(|_| after <= room.changes) else {
        return anew(chat, room, asked_at).await;
    };
    let shown = changes.iter().filter(|change| change.concerns(user) && membership.sees(change.message));
    let ids: BTreeSet<_> = shown.map(|change| change.message).collect();
    let messages = chat.store.messages_by_id(room.id, ids, Consistency::Strong).await?;
    let mut known = Known::new(after, asked_at);
    let listable = messages.values().filter(|message| stay.sees(message));
    let quotes = Quotes::read(chat, listable, |_| Some(membership)).await?;
    let mut listed = Vec::new();
    let mut is_full = false;
    for (place, change) in changes.iter().enumerate() {
        let message = messages.get(&change.message).filter(|_| change.concerns(user));
        let is_last =
            changes.iter().skip(place + 1).all(|later| later.message != change.message || !later.concerns(user));
        if let Some(message) = message.filter(|message| is_last && stay.sees(message)) {
            let shown = quotes.show(chat, message.clone(), user)?;
            if !budget.takes(&shown)? {
                is_full = true;
                break;
            }
            listed.push(shown);
        }
        known.take(change, message);
    }
    more |= is_full;
    if !more {
        known.end(room.changes, room.last_change);
    }
    Ok(ChangeList { changed: listed, change: known.number, more: more && !known.waits, reset: known.expired })
}
