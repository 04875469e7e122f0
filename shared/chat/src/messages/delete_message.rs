use bucket::Erasure;
use domain::{
    ChangeKind, DELETE_WITHIN, DeleteMessage, DeletedFor, Error, Event, MAX_HIDDEN_FROM, Message, Refusal, Role, Room,
    ShownMessage, UserId,
};
use store::{Changed, Right};

use super::changing::{self, Made, Target};
use crate::{Caller, Chat, accounts::admit, now};

/// Admits the caller and deletes a message, for everyone or for the caller. The input may be an error of reading it,
/// because an ended session is refused before an invalid body. A message that is deleted already stays as it is.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the input, `RoomNotFound`, `NotAMember`, `MessageNotFound`,
/// `NotTheSender`, `TooLate`, `TooManyDeletions`.
pub async fn delete_message(
    chat: &Chat,
    caller: &Caller,
    input: Result<DeleteMessage, Error>,
) -> Result<ShownMessage, Error> {
    let user = caller.user;
    let look = async {
        let DeleteMessage { room, message, audience } = input?;
        let number = |message: &Message, room: Option<&Room>| number(message, room, user, audience);
        let target = changing::find(chat, user, room, message, number).await?;
        Ok::<_, Error>((target, audience))
    };
    let (admitted, found) = tokio::join!(admit(chat, caller), look);
    admitted?;
    let (Target { message, is_done, .. }, audience) = found?;
    if is_done {
        // A call that died may not have noted it.
        if matches!(audience, DeletedFor::Me) {
            chat.store.note_hidden(user, message.room, message.sequence).await?;
        }
        return chat.show(message, Some(user));
    }
    match audience {
        DeletedFor::Everyone => for_everyone(chat, user, message).await,
        DeletedFor::Me => for_oneself(chat, user, message).await,
    }
}

/// The number of the change by which the message is deleted already.
///
/// # Errors
/// `NotTheSender`, `TooManyDeletions`.
fn number(message: &Message, room: Option<&Room>, user: UserId, audience: DeletedFor) -> Result<Option<u64>, Refusal> {
    match audience {
        DeletedFor::Me => match message.hidden_from.get(&user) {
            None if message.hidden_from.len() >= MAX_HIDDEN_FROM => Err(Refusal::TooManyDeletions),
            change => Ok(change.copied()),
        },
        DeletedFor::Everyone if message.deletion.is_none() => Ok(None),
        DeletedFor::Everyone if message.sender != user && room.is_some_and(|room| room.role(user) < Role::Admin) => {
            Err(Refusal::NotTheSender)
        }
        DeletedFor::Everyone => Ok(Some(message.change)),
    }
}

/// The request to erase the files comes before the deletion, so that a call that dies after it leaves nothing to be
/// done. It comes after the number, so that a refused call asks for nothing.
async fn for_everyone(chat: &Chat, user: UserId, message: Message) -> Result<ShownMessage, Error> {
    let is_late = now().since(message.id.created_at()) > DELETE_WITHIN;
    let refusal = if message.sender != user {
        Some(Refusal::NotTheSender)
    } else if is_late {
        Some(Refusal::TooLate)
    } else {
        None
    };
    let right = if refusal.is_some() { Right::Admin } else { Right::Member };
    let deletion = changing::make(chat, user, &message, ChangeKind::Deleted, right, async |turn| {
        if message.files().next().is_some() {
            chat.bucket.ask_to_erase(Erasure::Files(message.room, message.id), now()).await?;
        }
        chat.store.delete_message(&message, user, turn.number, turn.at).await
    });
    let Made { changed, number, audience, members } = match (deletion.await, refusal) {
        (Err(Error::Refused(Refusal::NotAnAdmin)), Some(refusal)) => return Err(refusal.into()),
        (made, _) => made?,
    };
    let (Changed::Now(message) | Changed::Not(message)) = changed;
    let (conversation, own) = (message.room, chat.show(message.clone(), Some(user))?);
    changing::tell(chat, (audience, members), message, &own, |message| Event::Deleted {
        conversation,
        change: number,
        message,
    })
    .await?;
    Ok(own)
}

/// Only the devices of the user hear of it. Other members see that the room has a change, and find nothing changed.
async fn for_oneself(chat: &Chat, user: UserId, message: Message) -> Result<ShownMessage, Error> {
    let hiding = changing::make(chat, user, &message, ChangeKind::Hidden, Right::Member, async |turn| {
        let hiding = chat.store.hide_message(message.room, message.id, user, turn.number);
        let (hidden, noted) = tokio::join!(hiding, chat.store.note_hidden(user, message.room, message.sequence));
        noted?;
        hidden
    });
    let Made { changed, number, audience, .. } = hiding.await?;
    let (Changed::Now(message) | Changed::Not(message)) = changed;
    let conversation = message.room;
    let own = chat.show(message, Some(user))?;
    chat.tell(audience, &Event::Deleted { conversation, change: number, message: &own }).await?;
    Ok(own)
}
