use domain::{ChangeKind, Error, Event, MAX_REACTIONS, Message, ReactToMessage, Refusal, Room, ShownMessage, UserId};
use store::{Changed, Right};

use super::{
    Quotes,
    changing::{self, Made, Target},
    send_message::charge,
};
use crate::{Caller, Chat, accounts::admit};

/// Admits the caller and sets or removes their reaction to a message. The input may be an error of reading it, because
/// an ended session is refused before an invalid body. The same reaction changes nothing.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the input, `RoomNotFound`, `NotAMember`, `MessageNotFound`,
/// `MessageDeleted`, `TooManyReactions`.
pub async fn react_to_message(
    chat: &Chat,
    caller: &Caller,
    input: Result<ReactToMessage, Error>,
) -> Result<ShownMessage, Error> {
    let user = caller.user;
    let look = async {
        let input = input?;
        let rule = |message: &Message, _: Option<&Room>| rule(message, user, &input);
        let target = changing::find(chat, user, input.room, input.message, rule).await?;
        Ok::<_, Error>((target, input.emoji))
    };
    let (admitted, found) = tokio::join!(admit(chat, caller), look);
    admitted?;
    let (Target { message, stay, is_done }, emoji) = found?;
    let quotes = Quotes::of(chat, &message, &stay);
    if is_done {
        return quotes.await?.show(chat, message, user);
    }
    let emoji = emoji.as_ref();
    let reaction = changing::make(chat, user, &message, ChangeKind::Reacted, Right::Member, async |turn| {
        chat.store.react_to_message(&message, user, emoji, turn.number, turn.room.is_closed()).await
    });
    let (reaction, quotes) = tokio::join!(reaction, quotes);
    let (Made { changed, number, audience, members }, quotes) = (reaction?, quotes?);
    let message = match changed {
        Changed::Now(message) => message,
        Changed::Not(message) if message.deletion.is_some() => return Err(Refusal::MessageDeleted.into()),
        // A later reaction of the same user came first, so this one is replaced already.
        Changed::Not(message) => return quotes.show(chat, message, user),
    };
    let (conversation, message_id) = (message.room, message.id);
    let charging = charge(chat, conversation, members, audience.len());
    let event = Event::Reaction { conversation, change: number, message_id, user, emoji };
    let (told, ()) = tokio::join!(chat.tell(audience, &event), charging);
    told?;
    quotes.show(chat, message, user)
}

/// The number of the last reaction of the user if it is this one already; 0 if there is none to be removed.
///
/// # Errors
/// `MessageNotFound`, `MessageDeleted`, `TooManyReactions`.
fn rule(message: &Message, user: UserId, input: &ReactToMessage) -> Result<Option<u64>, Refusal> {
    if message.is_hidden_from(Some(user)) {
        return Err(Refusal::MessageNotFound(vec![message.id]));
    }
    if message.deletion.is_some() {
        return Err(Refusal::MessageDeleted);
    }
    match message.reaction(user) {
        Some(last) => Ok((last.emoji == input.emoji).then_some(last.change)),
        None if input.emoji.is_none() => Ok(Some(0)),
        None if message.reactions.len() >= MAX_REACTIONS => Err(Refusal::TooManyReactions),
        None => Ok(None),
    }
}
