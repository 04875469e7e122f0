use std::collections::BTreeSet;

use domain::{Budget, ChangeList, Error, Known, RoomId};
use store::Consistency;

use super::Quotes;
use crate::{
    Caller, Chat, now,
    rooms::access::{self, Stay},
};

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
    let begin = async |stay: Stay, reset| {
        let change = chat.store.settled_change(&stay.room, asked_at).await?;
        Ok(ChangeList { changed: Vec::new(), change, more: false, reset })
    };
    let Some(after) = after else { return begin(access::stay(&chat.store, user, room).await?, false).await };
    let (stay, found) = tokio::join!(access::stay(&chat.store, user, room), chat.store.changes(room, after, asked_at));
    let mut stay = stay?;
    if after > stay.room.changes {
        // The read may lag.
        stay.room = access::room_for_sure(&chat.store, user, room).await?;
    }
    let found = found?.filter(|_| after <= stay.room.changes);
    let Some((changes, mut more)) = found else { return begin(stay, true).await };
    let shown = changes.iter().filter(|change| change.concerns(user) && stay.membership.sees(change.message));
    let ids: BTreeSet<_> = shown.map(|change| change.message).collect();
    let messages = chat.store.messages_by_id(room, ids, Consistency::Strong).await?;
    let (mut known, mut budget) = (Known::new(after, asked_at), Budget::default());
    let listable = messages.values().filter(|message| stay.sees(message));
    let quotes = Quotes::read(chat, listable, |_| Some(&stay.membership)).await?;
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
        known.end(stay.room.changes, stay.room.last_change);
    }
    Ok(ChangeList { changed: listed, change: known.number, more: more && !known.waits, reset: known.expired })
}
