use std::collections::BTreeSet;

use domain::{ChatSettings, Error, Event, Refusal, Room, RoomId, RoomKind, SetChat, UserId};
use store::{ChatChange, Clearing, Consistency, Membership, Outcome};

use super::{
    access::{self, MOST_ATTEMPTS, Stay},
    summaries::last_messages,
};
use crate::{Caller, Chat, now};

/// Changes the given settings of a chat for the caller, and tells their devices. These hear of a call that changes
/// nothing, too, because it may be the repetition of one that died before it told them.
///
/// An archived chat is not pinned, and a pinned one is not archived.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `TooManyPins`.
pub async fn set_chat(chat: &Chat, caller: &Caller, input: &SetChat) -> Result<ChatSettings, Error> {
    let user = caller.user;
    let own = [user].into();
    for _ in 0..MOST_ATTEMPTS {
        // The cheap read may lag behind messages that the caller has seen, or sent.
        let Stay { room, membership: stay } = if input.cleared || input.draft.is_some() {
            access::stay_for_sure(&chat.store, user, input.room).await?
        } else {
            access::stay(&chat.store, user, input.room).await?
        };
        if input.cleared {
            stay_listed(chat, &room, &stay).await?;
        }
        let change = change(input, &room, &stay);
        let (outcome, audience) = tokio::join!(chat.store.set_chat(&stay, &change), chat.audience(&own, room.id));
        let changed = match outcome? {
            Outcome::Done(changed) => changed,
            Outcome::Outdated => continue,
            Outcome::TooManyPins(pinned) => {
                if unpin_ghosts(chat, user, pinned).await? {
                    continue;
                }
                return Err(Refusal::TooManyPins.into());
            }
        };
        let settings = changed.settings(&room);
        chat.tell(audience, &Event::Chat { conversation: room.id, settings: &settings }).await?;
        return Ok(settings);
    }
    Err(Error::Unavailable { doing: "changing the settings of a chat", source: "they keep changing".into() })
}

fn change(input: &SetChat, room: &Room, stay: &Membership) -> ChatChange {
    let SetChat { muted_until, archived, pinned, marked_unread, draft, cleared, .. } = input;
    let sent = room.seen(stay.user_id, stay.seen()).sequence;
    ChatChange {
        muted_until: *muted_until,
        archived: archived.or(pinned.filter(|&pinned| pinned).map(|_| false)),
        pinned: pinned.or(archived.filter(|&archived| archived).map(|_| false)),
        marked_unread: *marked_unread,
        draft: draft.clone().map(|draft| draft.map(|draft| (draft, sent))),
        clearing: cleared.then(|| Clearing {
            sequence: room.sequence,
            visible_from: room.next_message_id(),
            at: now(),
        }),
    }
}

/// Keeps a direct room in the list of a member who clears it. If they have hidden it, it is listed because of a message
/// that they do not see any more afterwards. A room that they do not list stays out of the list.
async fn stay_listed(chat: &Chat, room: &Room, stay: &Membership) -> Result<(), Error> {
    let user = stay.user_id;
    if room.kind != RoomKind::Direct || !room.hidden_from.contains_key(&user) {
        return Ok(());
    }
    let stays = [(room.id, stay.clone())].into();
    let last = last_messages(chat, user, std::slice::from_ref(room), &stays).await?;
    if room.is_listed(user, last.get(&room.id)) { chat.store.list_room(user, room.id).await } else { Ok(()) }
}

/// Removes the memberships of pinned rooms that are deleted. `false` if there are none.
async fn unpin_ghosts(chat: &Chat, user: UserId, pinned: BTreeSet<RoomId>) -> Result<bool, Error> {
    let rooms = chat.store.rooms(pinned.iter().copied(), Consistency::Strong).await?;
    let is_there = |id: &RoomId| rooms.iter().any(|room| room.id == *id && room.members.contains(&user));
    let ghosts: Vec<_> = pinned.into_iter().filter(|id| !is_there(id)).collect();
    for room in &ghosts {
        chat.store.remove_ghost(user, *room).await?;
    }
    Ok(!ghosts.is_empty())
}
