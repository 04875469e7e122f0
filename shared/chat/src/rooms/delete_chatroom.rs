use std::collections::{BTreeMap, BTreeSet};

use bucket::Erasure;
use domain::{Error, Event, Refusal, RoomId, UserId, causes};
use futures_util::{StreamExt, stream};
use store::Socket;

use super::access;
use crate::{Caller, Chat, now, sockets};

/// The number of users whose sockets are closed at the same time.
const CONCURRENCY: usize = 32;

/// Deletes a room by the hand of its owner: it ends for everybody at once. Tells its members, and closes the sockets
/// that hear only this room. The owner can repeat the call.
///
/// The request to erase the room comes first, so that a call that dies after the deletion leaves nothing to be done.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`.
pub async fn delete_chatroom(chat: &Chat, caller: &Caller, room: RoomId) -> Result<(), Error> {
    let by = caller.user;
    let members = match access::managed_room(&chat.store, by, room).await {
        Ok(found) if found.owner == by => {
            chat.bucket.ask_to_erase(Erasure::Room(room), now()).await?;
            let members = chat.store.delete_room(room, by, now()).await?;
            tracing::info!(members = members.len(), "a room is deleted");
            members
        }
        Ok(_) => return Err(Refusal::NotAnAdmin.into()),
        Err(Error::Refused(Refusal::RoomNotFound)) => {
            let members = former_members(chat, by, room).await?;
            chat.bucket.ask_to_erase(Erasure::Room(room), now()).await?;
            members
        }
        Err(error) => return Err(error),
    };
    end(chat, &members, room, by).await
}

/// The members of a room that the user has deleted before.
async fn former_members(chat: &Chat, user: UserId, room: RoomId) -> Result<BTreeSet<UserId>, Error> {
    let theirs = chat.store.tombstone(room).await?.filter(|tombstone| tombstone.deleted_by == user);
    Ok(theirs.ok_or(Refusal::RoomNotFound)?.members)
}

/// Tells the former members of a room that it is gone, and closes the sockets that hear only this room.
async fn end(chat: &Chat, members: &BTreeSet<UserId>, room: RoomId, by: UserId) -> Result<(), Error> {
    let audience = chat.audience(members, room).await;
    let mut bound: BTreeMap<UserId, Vec<Socket>> = BTreeMap::new();
    for socket in audience.iter().filter(|socket| socket.room.is_some()) {
        bound.entry(socket.user).or_default().push(socket.clone());
    }
    chat.tell(audience, &Event::Removed { conversation: room, by, banned: false }).await?;
    let end = |(user, sockets)| async move {
        if let Err(error) = sockets::end_bound(chat, user, sockets).await {
            tracing::warn!(member = %user, cause = causes(&error), "the sockets of a former member are not closed");
        }
    };
    stream::iter(bound).for_each_concurrent(CONCURRENCY, end).await;
    Ok(())
}
