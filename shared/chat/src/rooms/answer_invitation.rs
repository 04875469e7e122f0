use domain::{AnswerInvitation, Error, Refusal, RoomId, UserId};
use store::{Consistency, Way};

use super::join_chatroom::{announce, bring_in};
use crate::{Caller, Chat, now};

/// Accepts or declines an invitation. A repeated answer changes nothing.
///
/// # Errors
/// `InviteInvalid`, `RoomFull`, `TooManyRooms`, `RateLimited`.
pub async fn answer_invitation(chat: &Chat, caller: &Caller, input: &AnswerInvitation) -> Result<(), Error> {
    if input.accept {
        return accept(chat, caller, input.room).await;
    }
    // Without an invitation the answer is the same, so that a repeated one succeeds.
    chat.store.decline_invitation(caller.user, input.room).await
}

async fn accept(chat: &Chat, caller: &Caller, room: RoomId) -> Result<(), Error> {
    let (user, now) = (caller.user, now());
    let (counted, found, membership, invitation) = tokio::join!(
        chat.count_room_change(caller, 1),
        chat.store.room(room, Consistency::Strong),
        chat.store.membership(user, room, Consistency::Strong),
        chat.store.invitation(user, room, now),
    );
    counted?;
    let (found, membership, invitation) = (found?, membership?, invitation?);
    let is_member = membership.is_some() && found.as_ref().is_some_and(|room| room.members.contains(&user));
    if is_member {
        return forget(chat, user, room, invitation.is_some()).await;
    }
    let (Some(invitation), Some(found)) = (invitation, found.filter(|room| Way::Invitation.refusal(room).is_none()))
    else {
        return confirm(chat, user, room).await;
    };
    let joined = bring_in(chat, &found, user, &Way::Invitation, Some(&invitation), now).await?;
    if joined.new { announce(chat, found, user).await } else { Ok(()) }
}

/// Succeeds if a user without an invitation is a member: the same answer, given at the same time, has used it up.
async fn confirm(chat: &Chat, user: UserId, room: RoomId) -> Result<(), Error> {
    let room = chat.store.room(room, Consistency::Strong).await?;
    let is_member = room.is_some_and(|room| room.members.contains(&user));
    if is_member { Ok(()) } else { Err(Refusal::InviteInvalid.into()) }
}

/// Removes the invitation of a member, which was written while they joined in another way.
async fn forget(chat: &Chat, user: UserId, room: RoomId, is_invited: bool) -> Result<(), Error> {
    if is_invited { chat.store.decline_invitation(user, room).await } else { Ok(()) }
}
