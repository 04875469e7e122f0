//! Moving marks: how far a member has received and read rooms.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use domain::{
    Error, Event, Mark, MarksFrame, Message, MessageId, Reached, Refusal, Room, RoomId, RoomKind, SetChat, Timestamp,
    UserId, causes,
};
use futures_util::{StreamExt, stream};
use realtime::Frame;
use store::{Consistency, Moved, Person, Socket};

use super::receipts;
use crate::{
    Caller, Chat, now,
    rooms::{
        self,
        access::{self, Stay},
    },
    sockets::admit_frame,
};

/// The marks of a frame that count as one call of the user.
const MARKS_PER_CALL: usize = 4;
/// The rooms whose marks are written at once.
const CONCURRENCY: usize = 16;

/// A room whose mark is to move.
pub(super) struct Target {
    pub(super) stay: Stay,
    pub(super) to: Reached,
    /// The senders of the marked messages that were read: the room that was read may lag.
    pub(super) senders: BTreeSet<UserId>,
}

impl Target {
    /// The users who learn of a mark that covers the messages after a sequence.
    fn concerned(&self, after: u64) -> BTreeSet<UserId> {
        let Stay { room, membership } = &self.stay;
        let own = iter::once(membership.user_id);
        if !room.is_small() || room.is_closed() {
            return own.collect();
        }
        let since = room.sent.iter().filter(|(_, sequence)| **sequence > after).map(|(sender, _)| *sender);
        let senders = since.chain(self.senders.iter().copied()).filter(|sender| room.members.contains(sender));
        senders.chain(own).collect()
    }

    /// The people of a direct room, if the other one learns of the mark.
    fn people(&self, after: u64) -> BTreeSet<UserId> {
        let room = &self.stay.room;
        let is_asked = room.kind == RoomKind::Direct && self.concerned(after).len() > 1;
        if is_asked { room.members.clone() } else { BTreeSet::new() }
    }
}

/// Moves a mark of the user of a socket in each room of a frame. An event goes to the other devices of the user and, in
/// small rooms, to the senders of the messages that the mark newly covers.
///
/// A room that is refused does not keep the others from it. The frame may be an error of reading it, because an ended
/// session is refused before an invalid frame.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the frame; the first of `RoomNotFound`, `NotAMember` and
/// `MessageNotFound` after all other rooms are marked.
pub async fn mark(chat: &Chat, own: &Socket, frame: Result<MarksFrame, Error>) -> Result<(), Error> {
    let weight = frame.as_ref().map_or(1, |frame| frame.marks.len().div_ceil(MARKS_PER_CALL) as u64);
    let look = async {
        let MarksFrame { mark, marks } = frame?;
        let (rooms, stays) = tokio::try_join!(
            chat.store.rooms(marks.keys().copied(), Consistency::Eventual),
            chat.store.memberships_in(own.user, marks.keys().copied()),
        )?;
        let mut stays: BTreeMap<_, _> = stays.into_iter().map(|stay| (stay.room_id, stay)).collect();
        let rooms = rooms.into_iter().filter(|room| room.members.contains(&own.user));
        let stay = |room: Room| Some((room.id, Stay { membership: stays.remove(&room.id)?, room }));
        let stays: BTreeMap<_, _> = rooms.filter_map(stay).collect();
        Ok::<_, Error>((mark, marks, stays))
    };
    let (admitted, looked) = tokio::join!(admit_frame(chat, own, weight), look);
    admitted?;
    let (mark, marks, stays) = looked?;
    let (targets, refused) = targets(chat, own.user, mark, marks, stays).await?;
    let moved = move_marks(chat, &Caller::from(own), mark, &targets, Some(own)).await;
    refused.map_or(moved, Err)
}

/// Moves a mark of a stay. If the user reads what they have read already, the mark of the chat as unread ends
/// nevertheless.
async fn move_mark(
    chat: &Chat,
    caller: &Caller,
    mark: Mark,
    Target { stay: Stay { room, membership }, to, .. }: &Target,
    now: Timestamp,
) -> Result<Option<Moved>, Error> {
    let moved = chat.store.move_mark(membership, mark, to, room.is_closed(), now).await?;
    if moved.is_none() && mark == Mark::Read && membership.marked_unread {
        let change = SetChat { marked_unread: Some(false), ..SetChat::of(room.id) };
        rooms::set_chat(chat, caller, &change).await?;
    }
    Ok(moved)
}

/// The rooms that the user can mark, and the first refusal of another one.
///
/// A mark at the newest message of a room, as usual, needs no read of the message: the room has its sequence.
async fn targets(
    chat: &Chat,
    user: UserId,
    mark: Mark,
    marks: BTreeMap<RoomId, MessageId>,
    mut stays: BTreeMap<RoomId, Stay>,
) -> Result<(Vec<Target>, Option<Error>), Error> {
    // The cheap reads may lag, so a refusal needs others.
    let found = marks.into_iter().map(|(room, message)| {
        let found = stays.remove(&room);
        async move {
            let stay = match found {
                Some(stay) => stay,
                None => access::stay(&chat.store, user, room).await?,
            };
            Ok::<_, Error>((stay, message))
        }
    });
    let found: Vec<_> = stream::iter(found).buffered(CONCURRENCY).collect().await;
    let is_asked = |(stay, message): &(Stay, MessageId)| newest(stay, mark, *message).is_none();
    let asked = found.iter().flatten().filter(|found| is_asked(found)).map(|(stay, id)| (stay.room.id, *id));
    let asked: BTreeSet<_> = asked.collect();
    // Strongly consistent: the message may have just been stored, or edited.
    let messages = chat.store.messages(asked, Consistency::Strong).await?;
    let messages: BTreeMap<_, _> = messages.iter().map(|message| ((message.room, message.id), message)).collect();
    let found = found.into_iter().map(|found| {
        let messages = &messages;
        async move {
            let (stay, id) = found?;
            let message = messages.get(&(stay.room.id, id)).copied();
            Ok((up_to_date(chat, stay, message).await?, id))
        }
    });
    let found: Vec<_> = stream::iter(found).buffered(CONCURRENCY).collect().await;
    let target = |(stay, id): (Stay, MessageId)| -> Result<Target, Error> {
        if let Some(to) = newest(&stay, mark, id) {
            return Ok(Target { stay, to, senders: BTreeSet::new() });
        }
        let message: Option<&Message> = messages.get(&(stay.room.id, id)).copied();
        let message = message.filter(|message| stay.sees(message));
        let message = message.ok_or_else(|| Refusal::MessageNotFound(vec![id]))?;
        Ok(Target { to: Reached::by(user, message), senders: [message.sender].into(), stay })
    };
    let (mut targets, mut refused) = (Vec::new(), None);
    for found in found {
        match found.and_then(&target) {
            Ok(target) => targets.push(target),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Ok((targets, refused))
}

/// The stay in a room that is not older than a message: it names those who have sent before.
pub(super) async fn up_to_date(chat: &Chat, stay: Stay, message: Option<&Message>) -> Result<Stay, Error> {
    if message.is_none_or(|message| message.sequence <= stay.room.sequence) {
        return Ok(stay);
    }
    let room = access::room_for_sure(&chat.store, stay.membership.user_id, stay.room.id).await?;
    Ok(Stay { room, ..stay })
}

/// The newest message of a room, if it is this one, the member sees it, and their mark is before it.
fn newest(Stay { room, membership }: &Stay, mark: Mark, message: MessageId) -> Option<Reached> {
    let is_newest = room.last_message_id == Some(message) && membership.covered(mark) < room.sequence;
    let is_seen =
        membership.sees(message) && !room.is_closed() && room.skipped.get(&membership.user_id) != Some(&room.sequence);
    (is_newest && is_seen).then_some(Reached { message, sequence: room.sequence, edited_at: None })
}

/// Moves a mark in rooms, and pushes the marks as they were set. `own` is the socket that has asked for it. A chat
/// that is read is not marked as unread.
pub(super) async fn move_marks(
    chat: &Chat,
    caller: &Caller,
    mark: Mark,
    targets: &[Target],
    own: Option<&Socket>,
) -> Result<(), Error> {
    let now = now();
    let before = |target: &Target| target.stay.membership.covered(mark);
    let concerned = targets.iter().flat_map(|target| target.concerned(before(target))).collect();
    let people: BTreeSet<_> = targets.iter().flat_map(|target| target.people(before(target))).collect();
    let mut writes = Vec::with_capacity(targets.len());
    for target in targets {
        writes.push(move_mark(chat, caller, mark, target, now));
    }
    let (moved, sockets, people) = tokio::join!(
        stream::iter(writes).buffered(CONCURRENCY).collect::<Vec<_>>(),
        chat.audience_of_rooms(&concerned),
        settings(chat, people),
    );
    let (mut pushes, mut chats, mut failed) = (Vec::new(), Vec::new(), None);
    for (target, moved) in targets.iter().zip(moved) {
        match moved {
            Ok(Some(moved)) => {
                chats.extend(chat_events(target, &moved, &sockets)?);
                pushes.extend(events(target, mark, &moved, &people, &sockets, own)?);
            }
            Ok(None) => {}
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    chat.push(pushes).await;
    chat.push(chats).await;
    failed.map_or(Ok(()), Err)
}

/// The settings of people. If they cannot be read, those of none.
async fn settings(chat: &Chat, people: BTreeSet<UserId>) -> Vec<Person> {
    if people.is_empty() {
        return Vec::new();
    }
    chat.store.people(people, Consistency::Eventual).await.unwrap_or_else(|error| {
        tracing::warn!(cause = causes(&error), "a mark reaches its user alone: the settings cannot be read");
        Vec::new()
    })
}

/// The event of a chat that is not marked as unread any more, for each socket of its user.
fn chat_events(target: &Target, moved: &Moved, sockets: &[Socket]) -> Result<Vec<(Socket, Frame)>, Error> {
    let Some(stay) = &moved.ended_unread else { return Ok(Vec::new()) };
    let room = &target.stay.room;
    let frame = Frame::new(&Event::Chat { conversation: room.id, settings: &stay.settings(room) })?;
    let own = sockets.iter().filter(|socket| socket.user == stay.user_id && socket.hears(room.id));
    Ok(own.map(|socket| (socket.clone(), frame.clone())).collect())
}

/// The event of a mark that has moved, for each socket that gets it.
fn events(
    target: &Target,
    mark: Mark,
    moved: &Moved,
    people: &[Person],
    sockets: &[Socket],
    own: Option<&Socket>,
) -> Result<Vec<(Socket, Frame)>, Error> {
    let Stay { room, membership } = &target.stay;
    let (conversation, user) = (room.id, membership.user_id);
    let mut concerned = target.concerned(moved.after);
    if !receipts::are_shown(room, people) {
        concerned = [user].into();
    }
    let frame = Frame::new(&match mark {
        Mark::Delivered => Event::Delivered { conversation, user, last_delivered: moved.to },
        Mark::Read => Event::Read { conversation, user, last_read: moved.to },
    })?;
    let hears = |socket: &&Socket| {
        concerned.contains(&socket.user) && socket.hears(room.id) && own.is_none_or(|own| own.id != socket.id)
    };
    Ok(sockets.iter().filter(hears).map(|socket| (socket.clone(), frame.clone())).collect())
}
