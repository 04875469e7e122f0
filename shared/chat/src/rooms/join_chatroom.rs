use domain::{Entry, Error, Event, InviteCode, MembershipId, MessageId, Room, RoomId, Timestamp, UserId};
use serde::Serialize;
use store::{Consistency, Invitation, Membership, Way};

use crate::{Caller, Chat, now};

/// A user's stay in a room.
#[derive(Debug, Serialize)]
pub struct Joined {
    /// The id of the stay.
    pub id: MembershipId,
    /// The room.
    pub conversation: RoomId,
    /// The user.
    pub user: UserId,
    /// Whether this call has begun it.
    #[serde(skip)]
    pub new: bool,
}

impl Joined {
    const fn from(membership: &Membership, new: bool) -> Self {
        Self { id: membership.id, conversation: membership.room_id, user: membership.user_id, new }
    }
}

/// Brings the caller into a room by its number, if it is open, or by an invite code, and tells the room. Nothing
/// happens if they are in it already.
///
/// # Errors
/// `RateLimited`. `RoomNotFound`, or `InviteInvalid` for a code, if they may not join, for whatever reason. `RoomFull`,
/// `TooManyRooms`.
pub async fn join_chatroom(chat: &Chat, caller: &Caller, entry: Entry) -> Result<Joined, Error> {
    let (room, way) = match entry {
        Entry::Number(room) => (room, Way::Number),
        Entry::Code(code) => {
            let code = InviteCode::parse(&code)?;
            (code.room, Way::Code(code.hash()))
        }
    };
    let (user, now) = (caller.user, now());
    let (counted, found, membership, invitation) = tokio::join!(
        chat.count_room_change(caller, 1),
        chat.store.room(room, Consistency::Strong),
        chat.store.membership(user, room, Consistency::Strong),
        chat.store.invitation(user, room, now),
    );
    counted?;
    let (found, membership, invitation) = (found?, membership?, invitation?);
    let found = found.filter(|room| room.members.contains(&user) || way.refusal(room).is_none());
    match (found, membership) {
        (Some(room), Some(membership)) if room.members.contains(&user) => Ok(Joined::from(&membership, false)),
        (Some(room), _) => {
            let joined = bring_in(chat, &room, user, &way, invitation.as_ref(), now).await?;
            if joined.new {
                announce(chat, room, user).await?;
            }
            Ok(joined)
        }
        (None, membership) => {
            if membership.is_some() {
                chat.store.remove_ghost(user, room).await?;
            }
            Err(way.closed().into())
        }
    }
}

/// Tells a room, as it was before a user joined, and the user.
pub(crate) async fn announce(chat: &Chat, room: Room, user: UserId) -> Result<(), Error> {
    let mut members = room.members;
    members.insert(user);
    let audience = chat.audience(&members, room.id).await;
    chat.tell(audience, &Event::Joined { conversation: room.id, user }).await
}

/// Brings a user into a room, which was read just now, and tells nobody. Their invitation, if
/// there is one, is removed; it may give them a part of the history.
///
/// # Errors
/// Those of [`store::Store::join`].
pub(crate) async fn bring_in(
    chat: &Chat,
    room: &Room,
    user: UserId,
    way: &Way,
    invitation: Option<&Invitation>,
    now: Timestamp,
) -> Result<Joined, Error> {
    let membership = stay(user, room, invitation.and_then(|invitation| invitation.visible_from), now);
    if chat.store.join(room, &membership, way, invitation.is_some()).await? {
        return Ok(Joined::from(&membership, true));
    }
    // The same user has joined twice at once; the other one was first. They may have been removed since.
    let first = chat.store.membership(user, room.id, Consistency::Strong).await?;
    first.map(|first| Joined::from(&first, false)).ok_or_else(|| way.closed().into())
}

/// A stay that begins now, with a part of the history, which starts at `given`.
pub(crate) fn stay(user: UserId, room: &Room, given: Option<MessageId>, now: Timestamp) -> Membership {
    let stay = Membership::begins(user, room, now);
    let visible_from = stay.visible_from.map(|usual| given.map_or(usual, |given| usual.min(given)));
    Membership { visible_from, ..stay }
}
