//! Sending messages over REST and over sockets: look for the client id, take a turn, store, push.

use domain::{Draft, Error, Event, Message, MessageId, Refusal, RoomId, SEND_WITHIN, ShownMessage, UserId};
use store::{Socket, Turn};

use crate::{Caller, Chat, accounts::authenticate, attachments::Attached, now};

/// A stored message.
#[derive(Debug)]
pub struct Sent {
    /// The message.
    pub message: ShownMessage,
    /// Whether this call has stored it. Otherwise an earlier call with the same client id has.
    pub new: bool,
}

/// Authenticates the caller and sends their message, unless its client id has made one already.
///
/// The session and the client id are read at the same time, because neither read changes anything. The draft may be an
/// error of reading it, because an ended session is refused before an invalid draft.
///
/// # Errors
/// `Unauthenticated`, the error of the draft, `RoomNotFound`, `NotAMember`, `AttachmentInvalid`, `AttachmentUnchecked`.
pub async fn send_message(chat: &Chat, caller: &Caller, draft: Result<Draft, Error>) -> Result<Sent, Error> {
    let look = async {
        let draft = draft?;
        let before = sent_before(chat, caller.user, &draft).await;
        before.map(|before| (before, draft))
    };
    let (session, looked) = tokio::join!(authenticate(chat, caller), look);
    session?;
    match looked? {
        (Some(sent), _) => Ok(sent),
        (None, draft) => send(chat, caller.user, None, draft).await,
    }
}

/// Sends a message that came over a socket, unless its client id has made one already. The handshake has authenticated
/// the sender.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `AttachmentInvalid`, `AttachmentUnchecked`.
pub async fn send_over_socket(chat: &Chat, own: &Socket, draft: Draft) -> Result<Sent, Error> {
    match sent_before(chat, own.user, &draft).await? {
        Some(sent) => Ok(sent),
        None => send(chat, own.user, Some(own), draft).await,
    }
}

/// Returns the message that the draft's client id has made already. This is asked before a turn is taken, because a
/// retry must leave no hole in the sequence.
async fn sent_before(chat: &Chat, sender: UserId, draft: &Draft) -> Result<Option<Sent>, Error> {
    let Some(client_id) = &draft.content.client_id else { return Ok(None) };
    match chat.store.message_of_client_id(sender, draft.room, client_id).await? {
        Some(id) => first(chat, draft.room, id).await.map(Some),
        None => Ok(None),
    }
}

/// Sends a message that was not [`sent_before`]: takes a turn in the room, stores the message while it reads the
/// sockets of the audience, then pushes to them, and to the sender's own socket.
async fn send(chat: &Chat, sender: UserId, own: Option<&Socket>, draft: Draft) -> Result<Sent, Error> {
    // Before the turn, because the check of an upload may take longer than `SEND_WITHIN`.
    let attached = match Attached::take(chat, sender, &draft).await {
        Ok(attached) => attached,
        // The message that has the attachment may be the same one, sent twice at the same moment.
        Err(refused @ Error::Refused(Refusal::AttachmentInvalid(_))) => {
            return sent_before(chat, sender, &draft).await?.ok_or(refused);
        }
        Err(error) => return Err(error),
    };
    let (message, first_id, mut audience) = tokio::time::timeout(SEND_WITHIN, persist(chat, sender, draft, attached))
        .await
        .map_err(|late| Error::Unavailable { doing: "storing a message", source: late.into() })??;
    if let Some(id) = first_id {
        return first(chat, message.room, id).await;
    }
    // The sockets are read with eventual consistency, which may miss the sender's new socket.
    audience.extend(own.filter(|own| own.hears(message.room) && audience.iter().all(|s| s.id != own.id)).cloned());
    let message = chat.show(message)?;
    chat.tell(audience, &Event::Message(&message)).await?;
    Ok(Sent { message, new: true })
}

/// Takes a turn and stores the message. Returns the message, the id of the first message with its client id if there is
/// one, and the sockets of the audience.
async fn persist(
    chat: &Chat,
    sender: UserId,
    draft: Draft,
    attached: Attached,
) -> Result<(Message, Option<MessageId>, Vec<Socket>), Error> {
    let wanted = MessageId::new(now(), fastrand::u16(..));
    let turn = chat.store.take_turn(draft.room, sender, wanted).await?;
    let members = turn.members.clone();
    let message = message(draft, attached, sender, turn);
    let (stored, audience) = tokio::join!(chat.store.put_message(&message), chat.audience(&members, message.room));
    Ok((message, stored?, audience))
}

fn message(draft: Draft, attached: Attached, sender: UserId, turn: Turn) -> Message {
    let mut receivers = turn.members;
    receivers.remove(&sender);
    Message {
        receivers,
        text: draft.content.text,
        picture: attached.picture,
        video: attached.video,
        client_id: draft.content.client_id,
        previous: turn.previous,
        ..Message::empty(turn.id, draft.room, sender, turn.sequence)
    }
}

/// Returns the first message with a client id, by its id.
async fn first(chat: &Chat, room: RoomId, id: MessageId) -> Result<Sent, Error> {
    let message = chat.store.message(room, id).await?;
    let message = message.ok_or_else(|| Error::internal("reading a message again", "it is not there"))?;
    Ok(Sent { message: chat.show(message)?, new: false })
}
