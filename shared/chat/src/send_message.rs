use domain::{ClientId, Draft, Error, Event, Message, MessageId, RoomId, SEND_WITHIN, UserId};
use store::{Socket, Turn};

use crate::{Chat, now};

/// A message that is stored, and whether it was sent just now or is the first one of its client id.
#[derive(Debug)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// Whether it was sent just now.
    pub new: bool,
}

/// Sends a message, unless its client id has made one already.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn send_message(chat: &Chat, sender: UserId, own: Option<&Socket>, draft: Draft) -> Result<Sent, Error> {
    match sent_before(chat, sender, &draft).await? {
        Some(sent) => Ok(sent),
        None => send_new_message(chat, sender, own, draft).await,
    }
}

/// The message that the draft's client id has made already. Asked before a turn is taken: a retry must leave no hole in
/// the sequence.
pub async fn sent_before(chat: &Chat, sender: UserId, draft: &Draft) -> Result<Option<Sent>, Error> {
    let Some(client_id) = &draft.content.client_id else { return Ok(None) };
    match chat.store.message_of_client_id(sender, draft.room, client_id).await? {
        Some(id) => first(chat, draft.room, id).await.map(Some),
        None => Ok(None),
    }
}

/// Sends a message that was not [`sent_before`]: takes a turn in the room, stores the message while it looks up who is to
/// be told, then tells them; also the socket that it came over, if it did.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn send_new_message(chat: &Chat, sender: UserId, own: Option<&Socket>, draft: Draft) -> Result<Sent, Error> {
    let (message, first_id, mut audience) =
        tokio::time::timeout(SEND_WITHIN, persist(chat, sender, &draft))
            .await
            .map_err(|late| Error::Unavailable { doing: "storing a message", source: late.into() })??;
    if let Some(id) = first_id {
        return first(chat, draft.room, id).await;
    }
    // The sockets were read as they were a moment ago; this one may be newer.
    audience.extend(own.filter(|own| own.hears(draft.room) && audience.iter().all(|s| s.id != own.id)).cloned());
    chat.tell(audience, &Event::Message(&message)).await?;
    Ok(Sent { message, new: true })
}

/// The message, stored; or else the id of the first one with its client id. And the sockets that are to hear of it.
async fn persist(
    chat: &Chat,
    sender: UserId,
    draft: &Draft,
) -> Result<(Message, Option<MessageId>, Vec<Socket>), Error> {
    let wanted = MessageId::new(now(), fastrand::u16(..));
    let turn = chat.store.take_turn(draft.room, sender, wanted).await?;
    let members = turn.members.clone();
    let message = message(draft, sender, turn);
    let (stored, audience) =
        tokio::join!(store(chat, &message, draft.content.client_id.as_ref()), chat.audience(&members, draft.room));
    Ok((message, stored?, audience))
}

fn message(draft: &Draft, sender: UserId, turn: Turn) -> Message {
    let mut receivers = turn.members;
    receivers.remove(&sender);
    Message {
        id: turn.id,
        room: draft.room,
        sender,
        receivers,
        text: draft.content.text.clone(),
        sequence: turn.sequence,
        client_id: draft.content.client_id.clone(),
        previous: turn.previous,
    }
}

/// The message that was stored before under the same client id, if there is one; this one is not stored then.
async fn store(chat: &Chat, message: &Message, client_id: Option<&ClientId>) -> Result<Option<MessageId>, Error> {
    match client_id {
        Some(client_id) => chat.store.put_message_once(message, client_id).await,
        None => chat.store.put_message(message).await.map(|()| None),
    }
}

async fn first(chat: &Chat, room: RoomId, id: MessageId) -> Result<Sent, Error> {
    let message = chat.store.message(room, id).await?;
    let message = message.ok_or_else(|| Error::internal("reading a message again", "it is not there"))?;
    Ok(Sent { message, new: false })
}
