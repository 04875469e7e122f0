//! Quotes: the messages that replies answer, as one reader sees them at the time of the call.

use std::{
    collections::{BTreeSet, HashMap},
    iter,
};

use domain::{Draft, Error, Message, MessageId, Quote, Refusal, Room, RoomId, ShownMessage, UserId};
use store::{Consistency, Membership};

use crate::{Chat, rooms::access};

/// The quotes of a list.
pub(crate) struct Quotes(HashMap<(RoomId, MessageId), Quote>);

impl Quotes {
    /// Reads the quotes of messages. Those that are in the list are not read again, and a list without replies reads
    /// nothing. The read is strongly consistent, because a quote must not show a text that has been deleted.
    pub(crate) async fn read<'a>(
        chat: &Chat,
        messages: impl Iterator<Item = &'a Message> + Clone,
        stay: impl Fn(RoomId) -> Option<&'a Membership>,
    ) -> Result<Self, Error> {
        let wanted = messages.clone().filter_map(|message| Some((message.room, message.reply_to?)));
        let sees = |(room, id): &(RoomId, MessageId)| stay(*room).is_some_and(|stay| stay.sees(*id));
        let wanted: BTreeSet<_> = wanted.filter(sees).collect();
        let listed = messages.filter(|message| wanted.contains(&(message.room, message.id)));
        let mut quotes = HashMap::new();
        let mut add = |message: &Message| {
            let Some(reader) = stay(message.room).map(|stay| stay.user_id) else { return };
            // The content of a message that the reader has deleted for themselves is left out, so it has no quote.
            if message.is_shown_to(reader)
                && let Some(quote) = Quote::of(&message.clone().seen_by(Some(reader)))
            {
                quotes.insert((message.room, message.id), quote);
            }
        };
        let mut missing = wanted.clone();
        for message in listed {
            missing.remove(&(message.room, message.id));
            add(message);
        }
        chat.store.messages(missing, Consistency::Strong).await?.iter().for_each(add);
        Ok(Self(quotes))
    }

    /// Reads the quote of one message.
    pub(crate) async fn of(chat: &Chat, message: &Message, stay: &Membership) -> Result<Self, Error> {
        Self::read(chat, iter::once(message), |_| Some(stay)).await
    }

    /// A message of the list for its reader.
    pub(crate) fn show(&self, chat: &Chat, message: Message, reader: UserId) -> Result<ShownMessage, Error> {
        let quote = message.reply_to.and_then(|id| self.0.get(&(message.room, id)).cloned());
        Ok(chat.show(message, Some(reader))?.quoting(quote))
    }
}

/// Returns the quote of a draft that is a reply.
///
/// # Errors
/// Those of [`visible`].
pub(crate) async fn answered(chat: &Chat, sender: UserId, draft: &Draft) -> Result<Option<Quote>, Error> {
    let Some(id) = draft.content.reply_to else { return Ok(None) };
    Ok(Quote::of(&visible(chat, sender, draft.room, id).await?))
}

/// Returns a message as the user sees it, if its content is there.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `MessageDeleted`.
pub(crate) async fn visible(chat: &Chat, user: UserId, room: RoomId, id: MessageId) -> Result<Message, Error> {
    let stay = chat.store.membership(user, room, Consistency::Strong);
    let (stay, message) = tokio::join!(stay, chat.store.message(room, id));
    let stay = stay?;
    if stay.is_none() {
        access::room_for_sure(&chat.store, user, room).await?;
    }
    let is_visible = |message: &Message| {
        stay.is_some_and(|stay| stay.sees(id)) && message.is_shown_to(user) && !message.is_hidden_from(Some(user))
    };
    let message = message?.filter(is_visible).ok_or_else(|| Refusal::MessageNotFound(vec![id]))?;
    if message.deletion.is_some() {
        return Err(Refusal::MessageDeleted.into());
    }
    Ok(message.seen_by(Some(user)))
}

/// A message that a member can see in a room which exists, and the room: after the deletion of a room, its memberships
/// and messages are there for a while.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `MessageDeleted`.
pub(super) async fn visible_in_room(
    chat: &Chat,
    user: UserId,
    room: RoomId,
    id: MessageId,
) -> Result<(Message, Room), Error> {
    let (message, room) = tokio::join!(visible(chat, user, room, id), access::room(&chat.store, user, room));
    let room = room?;
    Ok((message?, room))
}
