use domain::{
    ChangeKind, EDIT_WITHIN, EditMessage, Error, Event, Mentions, Message, Refusal, Room, ShownMessage, UserId, causes,
};
use store::{Changed, Right};

use super::{
    Quotes,
    changing::{self, Made, Target},
    send_message::note_mentions,
};
use crate::{Caller, Chat, accounts::admit, now};

/// Admits the caller and changes the text and the mentions of their message. The input may be an error of reading it,
/// because an ended session is refused before an invalid body. The same content changes nothing.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the input, `RoomNotFound`, `NotAMember`, `NotAnAdmin`,
/// `MessageNotFound`, `NotTheSender`, `MessageDeleted`, `TooLate`, `Invalid`.
pub async fn edit_message(
    chat: &Chat,
    caller: &Caller,
    input: Result<EditMessage, Error>,
) -> Result<ShownMessage, Error> {
    let user = caller.user;
    let look = async {
        let input = input?;
        let rule = |message: &Message, room: Option<&Room>| rule(message, room, user, &input);
        let target = changing::find(chat, user, input.room, input.message, rule).await?;
        Ok::<_, Error>((target, input))
    };
    let (admitted, found) = tokio::join!(admit(chat, caller), look);
    admitted?;
    let (Target { message, stay, is_done }, EditMessage { text, mentions, .. }) = found?;
    let quotes = Quotes::of(chat, &message, &stay);
    if is_done {
        return quotes.await?.show(chat, message, user);
    }
    // Mentions that the message has already are neither checked nor left out.
    let before = message.clone().seen_by(Some(user)).mentions;
    let is_new = mentions.as_ref().is_some_and(|mentions| *mentions != before);
    let right = Right::Send { to_all: is_new && mentions == Some(Mentions::All) };
    let edit = changing::make(chat, user, &message, ChangeKind::Edited, right, async |turn| {
        let mentions = mentions.map(|mentions| if is_new { mentions.in_room(&turn.room, user) } else { mentions });
        let content = (text.as_ref(), mentions.as_ref());
        chat.store.edit_message(&message, content, turn.number, turn.at, turn.room.is_closed()).await
    });
    let (edit, quotes) = tokio::join!(edit, quotes);
    let (Made { changed, number, audience, members }, quotes) = (edit?, quotes?);
    let message = match changed {
        Changed::Now(message) => message,
        Changed::Not(message) if message.deletion.is_some() => return Err(Refusal::MessageDeleted.into()),
        // A later edit came first, so this one is replaced already.
        Changed::Not(message) => return quotes.show(chat, message, user),
    };
    note_new_mentions(chat, &message, &before).await;
    let (conversation, own) = (message.room, quotes.show(chat, message.clone(), user)?);
    changing::tell(chat, (audience, members), message, &own, |message| Event::Edited {
        conversation,
        change: number,
        message,
    })
    .await?;
    Ok(own)
}

/// Remembers the mentions that an edit has added. Behind a block, nobody is mentioned.
async fn note_new_mentions(chat: &Chat, message: &Message, before: &Mentions) {
    if message.withheld_edit.is_some() {
        return;
    }
    note_mentions(chat, message, message.mentions.users().difference(before.users()).copied()).await;
    if message.mentions == Mentions::All
        && *before != Mentions::All
        && let Err(error) = chat.store.note_mention_of_all(message.room, message.sequence).await
    {
        tracing::warn!(cause = causes(&error), "a mention is not noted");
    }
}

/// The number of the last edit if the message has this content already.
///
/// # Errors
/// `MessageNotFound`, `NotTheSender`, `MessageDeleted`, `TooLate`, `Invalid`.
fn rule(message: &Message, room: Option<&Room>, user: UserId, input: &EditMessage) -> Result<Option<u64>, Refusal> {
    if message.is_hidden_from(Some(user)) {
        return Err(Refusal::MessageNotFound(vec![message.id]));
    }
    // The text of a forwarded message is that of another sender.
    if message.sender != user || message.forwarded.is_some() {
        return Err(Refusal::NotTheSender);
    }
    if message.deletion.is_some() {
        return Err(Refusal::MessageDeleted);
    }
    if input.text.is_none() && message.files().next().is_none() {
        return Err(Refusal::field("text", "is required where nothing is attached"));
    }
    let seen = message.clone().seen_by(Some(user));
    let has_mentions = match (&input.mentions, room) {
        (None, _) => true,
        // The room decides, because users who are not in it are left out.
        (Some(mentions), None) => mentions.users().is_superset(seen.mentions.users()),
        (Some(mentions), Some(room)) => {
            *mentions == seen.mentions || mentions.clone().in_room(room, user) == seen.mentions
        }
    };
    let is_late = now().since(message.id.created_at()) > EDIT_WITHIN;
    if seen.text == input.text && has_mentions {
        // A call of so long ago is not made again.
        return Ok(Some(if is_late { 0 } else { message.change }));
    }
    if is_late { Err(Refusal::TooLate) } else { Ok(None) }
}
