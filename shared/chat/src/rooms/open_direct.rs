use domain::{Circle, Error, OpenDirect, Refusal, Room, RoomId, ShownRoom, UserId, causes};
use futures_util::future::join_all;
use store::{Consistency, Membership, Opening, Paced, Person};

use crate::{
    Caller, Chat,
    accounts::{admit, person},
    now,
};

/// How often a room is made again because of a block at the same moment.
const MOST_ATTEMPTS: u32 = 4;

/// A direct room.
#[derive(Debug)]
pub struct OpenedDirect {
    /// The room.
    pub room: ShownRoom,
    /// Whether this call has created it.
    pub new: bool,
}

/// Admits the caller and opens their direct room with a user, or their notes. A caller who has hidden the room, or has
/// never opened it, lists it again. The input may be an error of reading it, because an ended session is refused before
/// an invalid body.
///
/// A block changes no answer: behind it, the room is created closed.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the input, `UserNotFound`, `NotAccepted`, `TooManyRooms`.
pub async fn open_direct(
    chat: &Chat,
    caller: &Caller,
    input: Result<OpenDirect, Error>,
) -> Result<OpenedDirect, Error> {
    let look = async {
        let peer = input?.user;
        tokio::try_join!(person(chat, peer), chat.store.direct(caller.user, peer, Consistency::Eventual))
    };
    let (admitted, looked) = tokio::join!(admit(chat, caller), look);
    admitted?;
    match looked? {
        (peer, Some(room)) => existing(chat, caller.user, room, peer).await,
        (peer, None) => create(chat, caller, peer).await,
    }
}

/// Shows the direct room that the caller has, and lists it if it was hidden. The room is not stored before its entry in
/// `directs`, but the cheap read may lag.
async fn existing(chat: &Chat, user: UserId, room: RoomId, peer: Person) -> Result<OpenedDirect, Error> {
    let found = match chat.store.room(room, Consistency::Eventual).await? {
        None => chat.store.room(room, Consistency::Strong).await?,
        found => found,
    };
    let found = found.ok_or_else(|| Error::internal("opening a direct room", "it is not there"))?;
    if found.hidden_from.contains_key(&user) {
        chat.store.list_room(user, room).await?;
    }
    shown(chat, found, user, peer, false)
}

async fn create(chat: &Chat, caller: &Caller, peer: Person) -> Result<OpenedDirect, Error> {
    let (user, other) = (caller.user, peer.user.id);
    let direct = chat.store.direct(user, other, Consistency::Strong);
    if other != user && peer.privacy.settings(chat.settings.who_can_add).add == Circle::Nobody {
        return match direct.await? {
            Some(room) => existing(chat, user, room, peer).await,
            None => Err(Refusal::NotAccepted.into()),
        };
    }
    let others = [other].into();
    let (direct, counted, blocks) =
        tokio::join!(direct, count(chat, caller, other), chat.store.blocks_between(user, &others, Consistency::Strong));
    if let Some(room) = direct? {
        if counted.is_ok() {
            take_back(chat, caller, other).await;
        }
        return existing(chat, user, room, peer).await;
    }
    counted?;
    let mut blocks = blocks?;
    let id = chat.store.next_room_id().await?;
    for _ in 0..MOST_ATTEMPTS {
        let now = now();
        let room = Room::direct(id, user, other, &blocks.blockers(user, other), now);
        let stays: Vec<_> = room.members.iter().map(|&member| Membership::begins(member, &room, now)).collect();
        match chat.store.create_direct(&room, &stays).await? {
            Opening::Created => {
                tracing::info!(room = %room.id, %other, "a direct room is opened");
                return shown(chat, room, user, peer, true);
            }
            Opening::Existing(first) => {
                take_back(chat, caller, other).await;
                return existing(chat, user, first, peer).await;
            }
            Opening::Outdated => blocks = chat.store.blocks_between(user, &others, Consistency::Strong).await?,
        }
    }
    Err(Error::Unavailable { doing: "opening a direct room", source: "the blocks keep changing".into() })
}

/// Counts a new room. Without a room the other one has not written to the caller, and so they are strangers.
async fn count(chat: &Chat, caller: &Caller, other: UserId) -> Result<(), Error> {
    if other == caller.user {
        return chat.count_room_change(caller, 1).await;
    }
    let (room, stranger) = tokio::join!(chat.count_room_change(caller, 1), chat.count_stranger(caller));
    room.and(stranger)
}

/// Takes back the counts of a room that another call has created, at the same moment or just before. After a failure
/// the caller waits longer for their next room.
async fn take_back(chat: &Chat, caller: &Caller, other: UserId) {
    let paces = [(Paced::Rooms, chat.paces.room_changes), (Paced::Strangers, chat.paces.strangers)];
    let counted = paces.into_iter().filter(|(paced, _)| *paced == Paced::Rooms || other != caller.user);
    let taken = join_all(counted.map(|(paced, pace)| chat.store.take_paced_back(caller.user, paced, pace))).await;
    for error in taken.into_iter().filter_map(Result::err) {
        tracing::warn!(cause = causes(&error), "a count is not taken back");
    }
}

fn shown(chat: &Chat, room: Room, user: UserId, peer: Person, new: bool) -> Result<OpenedDirect, Error> {
    Ok(OpenedDirect { room: chat.show_room(room.seen_by(user), user, Some(peer.user))?, new })
}
