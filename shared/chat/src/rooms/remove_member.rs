use domain::{Error, Event, Refusal, RemoveMember, Room, UserId, causes};
use realtime::Frame;
use store::{Ban, Consistency, Socket};

use super::{access, access::MOST_ATTEMPTS};
use crate::{Caller, Chat, now, sockets};

/// Removes a member by the hand of an admin, bans a user, or lifts a ban. Tells the user and the room, and closes the
/// sockets of the user that hear only this room.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `OwnerStays`. `UserNotFound` if the user is not a member; for a ban, if
/// they do not exist.
pub async fn remove_member(chat: &Chat, caller: &Caller, input: &RemoveMember) -> Result<(), Error> {
    let (user, by) = (input.user, caller.user);
    let room = access::managed_room(&chat.store, by, input.room).await?;
    if input.ban == Some(false) {
        chat.store.lift_ban(&room, user, by).await?;
        tracing::info!(member = %user, "a ban is lifted");
        return Ok(());
    }
    let ban = (input.ban == Some(true)).then(|| Ban::new(room.id, user, by, now()));
    let mut is_member = room.members.contains(&user);
    for _ in 0..MOST_ATTEMPTS {
        if is_member {
            if chat.store.remove(user, &room, by, ban.as_ref(), now()).await? {
                tracing::info!(member = %user, banned = ban.is_some(), "a member is removed");
                return tell(chat, &room, user, by, ban.is_some()).await;
            }
        } else if is_banned(chat, &room, user, ban.as_ref()).await? {
            tracing::info!(member = %user, "a user is banned");
            end_sockets(chat, user, sockets::bound(chat, user, room.id).await).await;
            return Ok(());
        }
        is_member = !is_member;
    }
    Err(Error::Unavailable { doing: "removing a member", source: "the user comes and goes".into() })
}

/// Bans a user who is not a member. `false` if they are a member now.
async fn is_banned(chat: &Chat, room: &Room, user: UserId, ban: Option<&Ban>) -> Result<bool, Error> {
    let unknown = Error::from(Refusal::UserNotFound(vec![user]));
    let Some(ban) = ban else {
        // The call that removed them may have died before it closed their sockets.
        end_sockets(chat, user, sockets::bound(chat, user, room.id).await).await;
        return Err(unknown);
    };
    if chat.store.users([user], Consistency::Strong).await?.is_empty() {
        return Err(unknown);
    }
    chat.store.ban(room, ban).await
}

/// Tells a user that they were removed, and the others that the user has left. Then closes the sockets of the user
/// that hear only this room.
async fn tell(chat: &Chat, room: &Room, user: UserId, by: UserId, banned: bool) -> Result<(), Error> {
    let conversation = room.id;
    let removed = Frame::new(&Event::Removed { conversation, by, banned })?;
    let left = Frame::new(&Event::Left { conversation, user, by: Some(by) })?;
    let (audience, bound) =
        tokio::join!(chat.audience(&room.members, conversation), sockets::bound(chat, user, conversation));
    let frame = |of: UserId| if of == user { removed.clone() } else { left.clone() };
    let pushes = audience.into_iter().map(|socket| (frame(socket.user), socket)).map(|(frame, socket)| (socket, frame));
    chat.push(pushes.collect()).await;
    end_sockets(chat, user, bound).await;
    Ok(())
}

/// Closes the sockets of a former member that hear only this room. They get no more events of the room in any case,
/// because events reach its members.
async fn end_sockets(chat: &Chat, user: UserId, bound: Result<Vec<Socket>, Error>) {
    let ended = async { sockets::end_bound(chat, user, bound?).await };
    if let Err(error) = ended.await {
        tracing::warn!(member = %user, cause = causes(&error), "the sockets of a former member are not closed");
    }
}
