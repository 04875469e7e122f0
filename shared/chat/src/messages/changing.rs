//! The common steps of all changes of a message: find it, take a number, store, push.

use domain::{
    ChangeKind, Error, Event, Message, MessageId, Refusal, Room, RoomId, SEND_WITHIN, ShownMessage, UserId, causes,
};
use store::{ChangeTurn, Changed, Consistency, Membership, Right, Socket};

use super::send_message::{charge, refused};
use crate::{Chat, now, rooms::access};

/// A message that a member wants to change.
pub(super) struct Target {
    pub(super) message: Message,
    /// The stay of the member.
    pub(super) stay: Membership,
    /// Whether the change is made already, and recorded.
    pub(super) is_done: bool,
}

/// Finds a message for a member who can see it. `number` returns the number of a change that is made already, or
/// `None` if there is something to change. If that needs the room, it returns a number until it gets the room.
///
/// The reads are strongly consistent: the answer shows the message to a member who may have come back to less of the
/// history, and a repetition right after a change finds it. The room is read for a refusal, and for an answer without
/// a write. A change without a record was made by a call that died: it is to be made again, unless it is so old that
/// its record has expired.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, and those of `number`.
pub(super) async fn find(
    chat: &Chat,
    user: UserId,
    room: RoomId,
    id: MessageId,
    number: impl Fn(&Message, Option<&Room>) -> Result<Option<u64>, Refusal>,
) -> Result<Target, Error> {
    let stay = chat.store.membership(user, room, Consistency::Strong);
    let (stay, message) = tokio::join!(stay, chat.store.message(room, id));
    let (stay, message) = (stay?, message?);
    if let Some((stay, message)) = stay.zip(message.clone())
        && sees(&stay, &message)
        && matches!(number(&message, None), Ok(None))
    {
        return Ok(Target { message, stay, is_done: false });
    }
    let access::Stay { room, membership: stay } = access::stay(&chat.store, user, room).await?;
    let message = message.filter(|message| sees(&stay, message));
    let message = message.ok_or_else(|| Refusal::MessageNotFound(vec![id]))?;
    let is_done = match number(&message, Some(&room))? {
        None => false,
        Some(0) => true,
        Some(number) => chat.store.has_change(&room, number, now()).await?,
    };
    Ok(Target { message, stay, is_done })
}

fn sees(stay: &Membership, message: &Message) -> bool {
    stay.sees(message.id) && message.is_shown_to(stay.user_id)
}

/// A change that took a number.
pub(super) struct Made {
    pub(super) changed: Changed,
    pub(super) number: u64,
    pub(super) audience: Vec<Socket>,
    /// The members for whom the room is charged.
    pub(super) members: usize,
}

/// Takes a number in the room, then stores the change by `store` while it records it and reads the sockets of the
/// audience.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `RateLimited`, `RoomBusy`, and those of `store`.
pub(super) async fn make(
    chat: &Chat,
    user: UserId,
    message: &Message,
    kind: ChangeKind,
    right: Right,
    store: impl AsyncFnOnce(&ChangeTurn) -> Result<Changed, Error>,
) -> Result<Made, Error> {
    let steps = async {
        let taking = chat.store.take_change(message.room, user, kind, right, chat.settings.pushes, now());
        let turn = taking.await.inspect_err(refused)?;
        let (recorded, changed, mut audience, swept) = tokio::join!(
            chat.store.put_change(&turn, message.id),
            store(&turn),
            audience(chat, message, &turn),
            chat.store.sweep(message.room, &turn.stale),
        );
        if let Err(error) = swept {
            tracing::warn!(cause = causes(&error), "a room is not tidied up");
        }
        recorded?;
        let changed = changed?;
        let (Changed::Now(after) | Changed::Not(after)) = &changed;
        // Members may have hidden the message since it was read.
        audience.retain(|socket| kind.is_quiet() || !after.is_hidden_from(Some(socket.user)));
        Ok(Made { changed, number: turn.number, audience, members: turn.room.members.len() })
    };
    // As long as a message may take, so that a hole is final at the same age.
    let late =
        |late: tokio::time::error::Elapsed| Error::Unavailable { doing: "changing a message", source: late.into() };
    tokio::time::timeout(SEND_WITHIN, steps).await.map_err(late)?
}

/// Pushes the event of a message after a change. If a block has withheld edits, the devices of its sender get `own`,
/// because these edits count in the version that the sender sees.
pub(super) async fn tell(
    chat: &Chat,
    (audience, members): (Vec<Socket>, usize),
    message: Message,
    own: &ShownMessage,
    event: impl for<'a> Fn(&'a ShownMessage) -> Event<'a>,
) -> Result<(), Error> {
    let (sender, differs) = (message.sender, message.withheld_edits > 0);
    let charging = charge(chat, message.room, members, audience.len());
    let (senders, others) = audience.into_iter().partition(|socket| differs && socket.user == sender);
    let shown = chat.show(message, None)?;
    let (own, shown) = (event(own), event(&shown));
    let (told, told_others, ()) = tokio::join!(chat.tell(senders, &own), chat.tell(others, &shown), charging);
    told.and(told_others)
}

/// The sockets of the members who can see a message. Behind a block, and of a quiet change, those of its user.
async fn audience(chat: &Chat, message: &Message, turn: &ChangeTurn) -> Vec<Socket> {
    let ChangeTurn { room, kind, user, .. } = turn;
    if kind.is_quiet() || room.is_closed() {
        return chat.audience(&[*user].into(), room.id).await;
    }
    let (stays, mut audience) = tokio::join!(
        chat.store.memberships_of_room(room.id, room.members.iter().copied(), Consistency::Eventual),
        chat.audience(&room.members, room.id)
    );
    match stays {
        Ok(stays) => audience.retain(|socket| {
            let stay = stays.iter().find(|stay| stay.user_id == socket.user);
            stay.is_some_and(|stay| sees(stay, message))
        }),
        Err(error) => {
            tracing::warn!(cause = causes(&error), "an event reaches no socket: the memberships cannot be read");
            audience.clear();
        }
    }
    audience
}
