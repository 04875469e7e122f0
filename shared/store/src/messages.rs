//! `messages`: the messages of a room, by id and so by time. `message_changes.rs` changes them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{put_item::PutItemError, query::builders::QueryFluentBuilder},
    types::Put,
};
use domain::{
    Attachment, ClientId, ContentDigest, Deletion, Emoji, Error, Mentions, Message, MessageId, Reaction, Refusal,
    RoomId, Stored as _, Text, Timestamp, UserId, WithheldEdit, stored,
};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, First, Item, Store, client_ids, error::failed, from_item, n, number, to_item, transaction::put,
};

const STORING: &str = "storing a message";

#[derive(Serialize, Deserialize)]
struct MessageItem {
    room_id: RoomId,
    id: MessageId,
    sender: UserId,
    /// Left out if empty, because DynamoDB has no empty sets.
    #[serde(default, with = "serde_dynamo::number_set", skip_serializing_if = "BTreeSet::is_empty")]
    receivers: BTreeSet<UserId>,
    /// `None` in old items: as many as there are.
    #[serde(default)]
    receivers_count: Option<usize>,
    #[serde(default, deserialize_with = "stored", skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<Attachment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<Attachment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<MessageId>,
    #[serde(default, with = "serde_dynamo::number_set", skip_serializing_if = "BTreeSet::is_empty")]
    mentions: BTreeSet<UserId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    mentions_all: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forwarded: Option<u32>,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<MessageId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    withheld: bool,
    /// The following are absent until the message changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withheld_edits: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited_at: Option<u64>,
    #[serde(default, deserialize_with = "stored", skip_serializing_if = "Option::is_none")]
    withheld_text: Option<Text>,
    #[serde(default, with = "serde_dynamo::number_set", skip_serializing_if = "BTreeSet::is_empty")]
    withheld_mentions: BTreeSet<UserId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    withheld_mentions_all: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withheld_edit_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_by: Option<UserId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files_to_erase: Vec<Attachment>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    reactions: Reactions,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    withheld_reactions: Reactions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<u64>,
}

impl From<&Message> for MessageItem {
    fn from(message: &Message) -> Self {
        let withheld_mentions = message.withheld_edit.as_ref().map(|edit| &edit.mentions);
        Self {
            room_id: message.room,
            id: message.id,
            sender: message.sender,
            receivers: message.receivers.clone(),
            receivers_count: Some(message.receivers_count),
            text: message.text.clone(),
            picture: message.picture.clone(),
            video: message.video.clone(),
            reply_to: message.reply_to,
            mentions: message.mentions.users().clone(),
            mentions_all: message.mentions == Mentions::All,
            forwarded: message.forwarded,
            sequence: message.sequence,
            client_id: message.client_id.clone(),
            previous: message.previous,
            withheld: message.withheld,
            version: Some(message.version).filter(|&version| version > 1),
            withheld_edits: Some(message.withheld_edits).filter(|&edits| edits > 0),
            edited_at: message.edited_at.map(Timestamp::millis),
            withheld_text: message.withheld_edit.as_ref().and_then(|edit| edit.text.clone()),
            withheld_mentions: withheld_mentions.map(|mentions| mentions.users().clone()).unwrap_or_default(),
            withheld_mentions_all: withheld_mentions == Some(&Mentions::All),
            withheld_edit_at: message.withheld_edit.as_ref().map(|edit| edit.at.millis()),
            deleted_at: message.deletion.map(|deletion| deletion.at.millis()),
            deleted_by: message.deletion.map(|deletion| deletion.by),
            files_to_erase: message.files_to_erase.clone(),
            reactions: reactions_item(&message.reactions),
            withheld_reactions: reactions_item(&message.withheld_reactions),
            change: Some(message.change).filter(|&change| change > 0),
        }
    }
}

impl From<MessageItem> for Message {
    fn from(item: MessageItem) -> Self {
        Self {
            id: item.id,
            room: item.room_id,
            sender: item.sender,
            receivers_count: item.receivers_count.unwrap_or(item.receivers.len()),
            receivers: item.receivers,
            text: item.text,
            picture: item.picture,
            video: item.video,
            reply_to: item.reply_to,
            mentions: mentions(item.mentions, item.mentions_all),
            forwarded: item.forwarded,
            sequence: item.sequence,
            client_id: item.client_id,
            previous: item.previous,
            withheld: item.withheld,
            version: item.version.unwrap_or(1),
            withheld_edits: item.withheld_edits.unwrap_or_default(),
            edited_at: item.edited_at.map(Timestamp::from_millis),
            withheld_edit: item.withheld_edit_at.map(|at| WithheldEdit {
                text: item.withheld_text,
                mentions: mentions(item.withheld_mentions, item.withheld_mentions_all),
                at: Timestamp::from_millis(at),
            }),
            deletion: item
                .deleted_at
                .zip(item.deleted_by)
                .map(|(at, by)| Deletion { at: Timestamp::from_millis(at), by }),
            files_to_erase: item.files_to_erase,
            reactions: reactions(item.reactions),
            withheld_reactions: reactions(item.withheld_reactions),
            hidden_from: BTreeMap::new(),
            change: item.change.unwrap_or_default(),
        }
    }
}

/// By user: the number of the change, and the emoji unless it is removed.
type Reactions = BTreeMap<String, (u64, Option<String>)>;

fn reactions(items: Reactions) -> BTreeMap<UserId, Reaction> {
    let reaction = |change, emoji: Option<String>| Reaction { change, emoji: emoji.map(Emoji::stored) };
    let read = |(user, (change, emoji)): (String, _)| Some((user.parse().ok()?, reaction(change, emoji)));
    items.into_iter().filter_map(read).collect()
}

fn reactions_item(reactions: &BTreeMap<UserId, Reaction>) -> Reactions {
    let emoji = |reaction: &Reaction| reaction.emoji.as_ref().map(|emoji| emoji.as_str().to_owned());
    reactions.iter().map(|(user, reaction)| (user.to_string(), (reaction.change, emoji(reaction)))).collect()
}

fn mentions(users: BTreeSet<UserId>, all: bool) -> Mentions {
    if all { Mentions::All } else { Mentions::Users(users) }
}

/// The attribute with the number of the change by which a user has deleted a message for themselves.
pub(crate) fn hidden_from(user: UserId) -> String {
    format!("hidden_from {user}")
}

pub(crate) fn message(item: Item) -> Result<Message, Error> {
    let hidden =
        item.iter().filter_map(|(name, value)| Some((name.strip_prefix("hidden_from ")?.parse().ok()?, value)));
    let hidden_from = hidden.map(|(user, change)| Ok((user, number(change.clone())?))).collect::<Result<_, Error>>()?;
    Ok(Message { hidden_from, ..from_item::<MessageItem>(item)?.into() })
}

pub(crate) fn key(room: RoomId, id: MessageId) -> Item {
    [("room_id".to_owned(), n(room.get())), ("id".to_owned(), n(id.get()))].into()
}

/// Whether a message is stored already. The SDK repeats a write whose answer was lost.
fn is_stored<R>(error: &SdkError<PutItemError, R>) -> bool {
    matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_)))
}

/// A part of a room's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The lowest id.
    first: u64,
    /// The highest id.
    last: u64,
    newest_first: bool,
}

impl Range {
    /// All messages, newest first.
    pub const NEWEST: Self = Self { first: 0, last: u64::MAX, newest_first: true };

    /// All messages, oldest first.
    pub const OLDEST: Self = Self { newest_first: false, ..Self::NEWEST };

    /// Those with lower ids, newest first.
    #[must_use]
    pub const fn below(id: MessageId) -> Self {
        Self { last: id.get() - 1, ..Self::NEWEST }
    }

    /// Those with higher ids, oldest first.
    #[must_use]
    pub const fn above(id: MessageId) -> Self {
        Self { first: id.get() + 1, last: u64::MAX, newest_first: false }
    }

    /// The messages among these up to an id.
    #[must_use]
    pub fn up_to(self, id: MessageId) -> Self {
        Self { last: self.last.min(id.get()), ..self }
    }

    /// The messages among these from an id on, if it is given.
    #[must_use]
    pub fn from(self, id: Option<MessageId>) -> Self {
        Self { first: id.map_or(self.first, |id| self.first.max(id.get())), ..self }
    }

    /// The messages among these that come after one that was read.
    #[must_use]
    pub fn beyond(self, id: MessageId) -> Self {
        if self.newest_first { Self { last: id.get() - 1, ..self } } else { Self { first: id.get() + 1, ..self } }
    }

    /// Whether there can be no messages.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.first > self.last
    }
}

impl Store {
    /// Stores a message, together with its attachments, its client id and the digest of its content. The attachments of
    /// a forwarded message are new. If the client id has a message already, stores nothing and returns that message.
    ///
    /// The room has assigned the id to this message alone. So a message with the id is this one, perhaps changed since
    /// a write whose answer was lost, and stays.
    ///
    /// # Errors
    /// `AttachmentInvalid` if another message has one of the attachments.
    pub async fn put_message(&self, message: &Message, digest: &ContentDigest) -> Result<Option<First>, Error> {
        let item = to_item(&MessageItem::from(message))?;
        let attached: Vec<_> = message.picture.iter().chain(&message.video).collect();
        if message.client_id.is_none() && attached.is_empty() {
            let put = self.client.put_item().table_name(&self.tables.messages).set_item(Some(item));
            return match put.condition_expression("attribute_not_exists(id)").send().await {
                Err(error) if !is_stored(&error) => Err(failed(STORING)(error)),
                _ => Ok(None),
            };
        }
        let mut actions = Vec::new();
        for attachment in attached {
            actions.push(match message.forwarded {
                Some(_) => self.put_copy(attachment, message)?,
                None => self.use_attachment(attachment.id, message.id)?,
            });
        }
        let attachments = actions.len();
        if let Some(client_id) = &message.client_id {
            actions.push(self.put_client_id(client_id, message, digest)?);
        }
        actions.push(put(Put::builder().table_name(&self.tables.messages).set_item(Some(item)).build())?);
        let Err(cancelled) = self.transact(STORING, actions).await? else { return Ok(None) };
        // Checked first, because a retry has the attachments of its first message.
        if let Some(first) = cancelled.item(attachments) {
            return client_ids::first(first).map(Some);
        }
        Err(Refusal::AttachmentInvalid("is in another message, or too old to be sent".to_owned()).into())
    }

    /// Reads a message.
    pub async fn message(&self, room: RoomId, id: MessageId) -> Result<Option<Message>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.messages)
            .set_key(Some(key(room, id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading a message"))?;
        found.item.map(message).transpose()
    }

    /// The messages of a room that exist among these, by id.
    pub async fn messages_by_id(
        &self,
        room: RoomId,
        ids: impl IntoIterator<Item = MessageId>,
        consistency: Consistency,
    ) -> Result<BTreeMap<MessageId, Message>, Error> {
        let keys = ids.into_iter().map(|id| key(room, id)).collect();
        let found = self.batch_get(&self.tables.messages, keys, consistency).await?;
        found.into_iter().map(|item| message(item).map(|message| (message.id, message))).collect()
    }

    /// Reads messages. Returns the existing ones, in no order.
    pub async fn messages(
        &self,
        ids: impl IntoIterator<Item = (RoomId, MessageId)>,
        consistency: Consistency,
    ) -> Result<Vec<Message>, Error> {
        let keys = ids.into_iter().map(|(room, id)| key(room, id)).collect();
        let found = self.batch_get(&self.tables.messages, keys, consistency).await?;
        found.into_iter().map(message).collect()
    }

    /// Up to `limit` messages of a room, in the order of the range.
    pub async fn query_messages(&self, room: RoomId, range: Range, limit: usize) -> Result<Vec<Message>, Error> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let query = self.query(room, range).limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let mut messages = Vec::with_capacity(limit);
        let mut start = None;
        loop {
            let call = query.clone().set_exclusive_start_key(start);
            let page = call.send().await.map_err(failed("listing messages"))?;
            for item in page.items.unwrap_or_default() {
                messages.push(message(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || messages.len() >= limit {
                messages.truncate(limit);
                return Ok(messages);
            }
        }
    }

    /// The next messages of a room, in the order of the range, and whether there may be more: at most `limit`, and no
    /// more than one response of DynamoDB has, 1 MB. The read is eventually consistent, at half the price: the newest
    /// messages may be missing, and the others may be as they were a moment ago.
    pub async fn query_some_messages(
        &self,
        room: RoomId,
        range: Range,
        limit: i32,
    ) -> Result<(Vec<Message>, bool), Error> {
        if range.is_empty() {
            return Ok((Vec::new(), false));
        }
        let query = self.query(room, range).limit(limit).consistent_read(false);
        let found = query.send().await.map_err(failed("searching messages"))?;
        let messages = found.items.unwrap_or_default().into_iter().map(message).collect::<Result<_, _>>()?;
        Ok((messages, found.last_evaluated_key.is_some()))
    }

    fn query(&self, room: RoomId, range: Range) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.tables.messages)
            .key_condition_expression("room_id = :room AND id BETWEEN :first AND :last")
            .expression_attribute_values(":room", n(room.get()))
            .expression_attribute_values(":first", n(range.first))
            .expression_attribute_values(":last", n(range.last))
            .scan_index_forward(!range.newest_first)
            // No list may show a text that has been deleted.
            .consistent_read(true)
    }
}
