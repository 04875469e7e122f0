use std::{collections::BTreeSet, future::ready};

use domain::{
    ClientId, Content, ContentDigest, Draft, Error, Event, Message, MessageId, Quote, Refusal, RoomId, SEND_WITHIN,
    ShownMessage, UserId, causes,
};
use futures_util::future::join_all;
use store::{First, Socket, Turn};

use super::{forward_message::keep_copies, quotes::answered};
use crate::{
    Caller, Chat, accounts,
    attachments::Attached,
    metrics::{Hole, Limit, limited, record, turn_refused},
    now,
    rooms::access,
    sockets,
};

/// A stored message.
#[derive(Debug)]
pub struct Sent {
    /// The message, as its sender sees it.
    pub message: ShownMessage,
    /// Whether this call has stored it. Otherwise an earlier call with the same client id has.
    pub new: bool,
    /// The number of the last change of the room.
    pub changes: u64,
}

impl Sent {
    fn quoting(self, quote: Option<Quote>) -> Self {
        Self { message: self.message.quoting(quote), ..self }
    }
}

/// Admits the caller and sends their message, unless its client id has made one already. The draft may be an error of
/// reading it, because an ended session is refused before an invalid draft.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the draft, `RoomNotFound`, `NotAMember`, `MessageNotFound`,
/// `MessageDeleted`, `ClientIdReused`, `AttachmentInvalid`, `AttachmentUnchecked`.
pub async fn send_message(chat: &Chat, caller: &Caller, draft: Result<Draft, Error>) -> Result<Sent, Error> {
    Box::pin(send_once(chat, caller.user, None, accounts::admit(chat, caller), draft)).await
}

/// Sends a message that came over a socket if the socket's session has not ended, unless its client id has made one
/// already.
///
/// A text without a client id that is not a reply takes its turn while the sender is admitted: a turn in vain is a hole,
/// and nothing is stored or pushed.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the draft, `RoomNotFound`, `NotAMember`, `MessageNotFound`,
/// `MessageDeleted`, `ClientIdReused`, `AttachmentInvalid`, `AttachmentUnchecked`.
pub async fn send_over_socket(chat: &Chat, own: &Socket, draft: Result<Draft, Error>) -> Result<Sent, Error> {
    let admitted = sockets::admit_frame(chat, own, 1);
    match draft {
        Ok(draft)
            if matches!(draft.content, Content { picture: None, video: None, reply_to: None, client_id: None, .. }) =>
        {
            Box::pin(send(chat, own.user, Some(own), admitted, draft, None)).await
        }
        draft => Box::pin(send_once(chat, own.user, Some(own), admitted, draft)).await,
    }
}

/// Sends a message unless it was [`sent_before`]. The sender is admitted while the client id and the message that this
/// one answers are read, because none of these changes anything in the room.
async fn send_once(
    chat: &Chat,
    sender: UserId,
    own: Option<&Socket>,
    admitted: impl Future<Output = Result<(), Error>>,
    draft: Result<Draft, Error>,
) -> Result<Sent, Error> {
    let look = async {
        let draft = draft?;
        let (before, quote) = tokio::join!(sent_before(chat, sender, &draft), answered(chat, sender, &draft));
        before.map(|before| (before, quote, draft))
    };
    let (admitted, looked) = tokio::join!(admitted, look);
    admitted?;
    match looked? {
        // The message that it answers may have gone since.
        (Some(sent), Err(Error::Refused(_)), _) => Ok(sent.quoting(None)),
        (Some(sent), quote, _) => Ok(sent.quoting(quote?)),
        (None, quote, draft) => {
            let quote = quote?;
            let answers = quote.as_ref().map(Quote::sender);
            Ok(send(chat, sender, own, ready(Ok(())), draft, answers).await?.quoting(quote))
        }
    }
}

/// Returns the message that the draft's client id has made already, to a sender who is a member still. This is asked
/// before a turn is taken, because neither a retry nor a reused client id may leave a hole in the sequence.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `ClientIdReused`.
async fn sent_before(chat: &Chat, sender: UserId, draft: &Draft) -> Result<Option<Sent>, Error> {
    let Some(client_id) = &draft.content.client_id else { return Ok(None) };
    stored_before(chat, sender, draft.room, client_id, &draft.content.digest()?).await
}

/// Returns the message of a client id, if there is one, to a sender who is a member still.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `ClientIdReused`.
pub(super) async fn stored_before(
    chat: &Chat,
    sender: UserId,
    room: RoomId,
    client_id: &ClientId,
    digest: &ContentDigest,
) -> Result<Option<Sent>, Error> {
    let Some(before) = chat.store.first_of_client_id(sender, room, client_id).await? else { return Ok(None) };
    let first = first(chat, sender, room, &before, digest);
    let (room, first) = tokio::join!(access::room(&chat.store, sender, room), first);
    let changes = room?.changes;
    Ok(Some(Sent { message: first?, new: false, changes }))
}

/// Sends a message that was not [`sent_before`]. It may answer one of another user.
async fn send(
    chat: &Chat,
    sender: UserId,
    own: Option<&Socket>,
    admitted: impl Future<Output = Result<(), Error>>,
    draft: Draft,
    answers: Option<UserId>,
) -> Result<Sent, Error> {
    // Before the turn, because a refusal after it would be a hole.
    let attached = match Attached::take(chat, sender, &draft).await {
        Ok(attached) => attached,
        // The message that has the attachment may be the same one, sent twice at the same moment.
        Err(refused @ Error::Refused(Refusal::AttachmentInvalid(_))) => {
            return sent_before(chat, sender, &draft).await?.ok_or(refused);
        }
        Err(error) => return Err(error),
    };
    let digest = draft.content.digest()?;
    deliver(chat, sender, own, admitted, Prepared { draft, digest: &digest, attached, answers }).await
}

/// A message before its turn.
pub(super) struct Prepared<'a> {
    pub(super) draft: Draft,
    pub(super) digest: &'a ContentDigest,
    pub(super) attached: Attached,
    /// The sender of the message that it answers.
    pub(super) answers: Option<UserId>,
}

/// Takes a turn in the room, stores the message while it reads the sockets of the audience, then pushes to them, and to
/// the sender's own socket.
pub(super) async fn deliver(
    chat: &Chat,
    sender: UserId,
    own: Option<&Socket>,
    admitted: impl Future<Output = Result<(), Error>>,
    prepared: Prepared<'_>,
) -> Result<Sent, Error> {
    let digest = prepared.digest;
    let (message, before, mut audience, Numbers { members, changes }) =
        tokio::time::timeout(SEND_WITHIN, persist(chat, sender, admitted, prepared))
            .await
            .map_err(|late| Error::Unavailable { doing: "storing a message", source: late.into() })??;
    if let Some(before) = before {
        let message = first(chat, sender, message.room, &before, digest).await?;
        return Ok(Sent { message, new: false, changes });
    }
    // The sockets are read with eventual consistency, which may miss the sender's new socket.
    audience.extend(own.filter(|own| own.hears(message.room) && audience.iter().all(|s| s.id != own.id)).cloned());
    let message = chat.show(message, None)?;
    let charging = charge(chat, message.message.room, members, audience.len());
    let event = Event::Message { message: &message, changes };
    let (told, ()) = tokio::join!(chat.tell(audience, &event), charging);
    told?;
    Ok(Sent { message, new: true, changes })
}

/// The numbers of the room of a turn.
struct Numbers {
    /// The members for whom the turn has charged.
    members: usize,
    /// The number of the last change.
    changes: u64,
}

/// Counts the sockets of an event. Charges the room for them if they are many, because its turn has charged a push for
/// each member. Without an answer they are not charged.
pub(super) async fn charge(chat: &Chat, room: RoomId, members: usize, sockets: usize) {
    record(|metrics| metrics.fan_out.push(sockets));
    if sockets <= 2 * members {
        return;
    }
    if let Err(error) = chat.store.charge_pushes(room, chat.settings.pushes, sockets - members).await {
        tracing::warn!(cause = causes(&error), "pushes are not charged");
    }
}

/// Takes a turn and, if the sender is admitted, stores the message. Returns the message, the first message with
/// its client id if there is one, the sockets of the audience, and the room's numbers.
async fn persist(
    chat: &Chat,
    sender: UserId,
    admitted: impl Future<Output = Result<(), Error>>,
    Prepared { draft, digest, attached, answers }: Prepared<'_>,
) -> Result<(Message, Option<First>, Vec<Socket>, Numbers), Error> {
    let wanted = MessageId::new(now(), fastrand::u16(..));
    let mentions = &draft.content.mentions;
    let taking = chat.store.take_turn(draft.room, sender, wanted, mentions, chat.settings.pushes);
    let (admitted, taken) = tokio::join!(admitted, taking);
    if let Err(refused) = admitted {
        if let Ok(turn) = taken {
            note_lost(chat, draft.room, turn.sequence).await;
        }
        return Err(refused);
    }
    let turn = taken.inspect_err(refused)?;
    // The turn of a refused sender does not count.
    let hole = Hole::open();
    // Behind a block, nobody but the sender sees the message.
    let audience = if turn.room.is_closed() { [sender].into() } else { turn.room.members.clone() };
    let message = message(draft, attached, sender, &turn);
    if message.forwarded.is_some()
        && let Err(error) = keep_copies(chat, &message).await
    {
        note_lost(chat, message.room, message.sequence).await;
        return Err(error);
    }
    let (stored, audience, (), ()) = tokio::join!(
        chat.store.put_message(&message, digest),
        chat.audience(&audience, message.room),
        tidy_up(chat, sender, &turn),
        note_mentions(chat, &message, message.mentions.users().iter().copied().chain(answers)),
    );
    if let Ok(Some(_)) | Err(Error::Refused(_)) = &stored {
        note_lost(chat, message.room, message.sequence).await;
    }
    let before = stored?;
    hole.fill();
    let numbers = Numbers { members: turn.room.members.len(), changes: turn.room.changes };
    Ok((message, before, audience, numbers))
}

/// Remembers that a turn is lost. A failure leaves it among the unread messages.
async fn note_lost(chat: &Chat, room: RoomId, sequence: u64) {
    if let Err(error) = chat.store.note_lost(room, sequence).await {
        tracing::warn!(cause = causes(&error), "a lost turn counts as unread");
    }
}

/// Counts the refusal of a turn.
pub(super) fn refused(error: &Error) {
    turn_refused(error);
    let limit = if let Error::Refused(Refusal::RoomBusy(_)) = error { Limit::Pushes } else { Limit::Messages };
    limited(limit)(error);
}

/// Updates what depends on a turn. A failure leaves a number of unread messages that is too high, or attributes that
/// the next turn finds.
async fn tidy_up(chat: &Chat, sender: UserId, turn: &Turn) {
    let hide = async { if turn.room.is_closed() { chat.store.hide_from_peer(turn, sender).await } else { Ok(()) } };
    let (hidden, swept) = tokio::join!(hide, chat.store.sweep(turn.room.id, &turn.stale));
    for error in [hidden, swept].into_iter().filter_map(Result::err) {
        tracing::warn!(cause = causes(&error), "a room is not tidied up");
    }
}

/// Remembers a message in the memberships of the users whom it mentions or answers. Behind a block, nobody is. A failure
/// leaves a chat without the sign of a mention.
pub(super) async fn note_mentions(chat: &Chat, message: &Message, users: impl Iterator<Item = UserId>) {
    if message.withheld {
        return;
    }
    let users: BTreeSet<_> = users.filter(|user| *user != message.sender).collect();
    let notes = users.into_iter().map(|user| chat.store.note_mention(user, message.room, message.sequence));
    for error in join_all(notes).await.into_iter().filter_map(Result::err) {
        tracing::warn!(cause = causes(&error), "a mention is not noted");
    }
}

/// The message of a turn. Behind a block it names the receiver as ever, so that its sender sees no difference.
fn message(draft: Draft, attached: Attached, sender: UserId, turn: &Turn) -> Message {
    let mut receivers = turn.room.members.clone();
    receivers.remove(&sender);
    let receivers_count = receivers.len();
    if !turn.room.is_small() {
        receivers.clear();
    }
    Message {
        receivers,
        receivers_count,
        text: draft.content.text,
        picture: attached.picture,
        video: attached.video,
        reply_to: draft.content.reply_to,
        mentions: draft.content.mentions.in_room(&turn.room, sender),
        forwarded: draft.forwarded,
        client_id: draft.content.client_id,
        previous: turn.previous,
        withheld: turn.room.is_closed(),
        ..Message::empty(turn.id, draft.room, sender, turn.sequence)
    }
}

/// Returns the first message with a client id, if it has this content.
///
/// # Errors
/// `ClientIdReused`.
async fn first(
    chat: &Chat,
    sender: UserId,
    room: RoomId,
    before: &First,
    digest: &ContentDigest,
) -> Result<ShownMessage, Error> {
    let message = chat.store.message(room, before.of(digest)?).await?;
    let message = message.ok_or_else(|| Error::internal("reading a message again", "it is not there"))?;
    chat.show(message, Some(sender))
}
