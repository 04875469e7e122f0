//! `client_ids`: the message that a sender's `client_id` stands for in a room. Written together with the message, kept
//! for seven days.

use std::time::Duration;

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use domain::{ClientId, ContentDigest, Error, Message, MessageId, Refusal, RoomId, UserId};
use serde::{Deserialize, Serialize};

use crate::{Item, Store, error::failed, from_item, s, to_item, transaction::put};

/// How long a retry is recognised. DynamoDB removes the item up to two days later.
const KEPT_FOR: Duration = Duration::from_hours(7 * 24);

#[derive(Serialize, Deserialize)]
struct ClientIdItem {
    sender_room: String,
    client_id: ClientId,
    message_id: MessageId,
    /// Absent in an item from before items had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<ContentDigest>,
    expires_at: u64,
}

/// The first message with a client id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// The message.
    pub id: MessageId,
    /// The digest of its content, if it is stored.
    digest: Option<ContentDigest>,
}

impl First {
    /// Returns the message, if its content is the same. A content without a stored digest counts as the same.
    ///
    /// # Errors
    /// `ClientIdReused`.
    pub fn of(&self, digest: &ContentDigest) -> Result<MessageId, Refusal> {
        let is_same = self.digest.as_ref().is_none_or(|first| first == digest);
        is_same.then_some(self.id).ok_or(Refusal::ClientIdReused)
    }
}

fn sender_room(sender: UserId, room: RoomId) -> String {
    format!("{sender}#{room}")
}

/// The key of a client id.
pub(crate) fn key(sender: UserId, room: RoomId, client_id: &ClientId) -> Item {
    [("sender_room".to_owned(), s(sender_room(sender, room))), ("client_id".to_owned(), s(client_id.as_str()))].into()
}

/// The first message with an item's client id.
pub(crate) fn first(item: Item) -> Result<First, Error> {
    let item: ClientIdItem = from_item(item)?;
    Ok(First { id: item.message_id, digest: item.digest })
}

impl Store {
    /// The write of a client id with its message, as an action of a transaction. If the client id has a message
    /// already, the action fails with the existing item.
    pub(crate) fn put_client_id(
        &self,
        client_id: &ClientId,
        message: &Message,
        digest: &ContentDigest,
    ) -> Result<TransactWriteItem, Error> {
        let item = to_item(&ClientIdItem {
            sender_room: sender_room(message.sender, message.room),
            client_id: client_id.clone(),
            message_id: message.id,
            digest: Some(digest.clone()),
            expires_at: (message.id.created_at() + KEPT_FOR).seconds(),
        })?;
        put(Put::builder()
            .table_name(&self.tables.client_ids)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(client_id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build())
    }

    /// The first message with this client id.
    pub async fn first_of_client_id(
        &self,
        sender: UserId,
        room: RoomId,
        client_id: &ClientId,
    ) -> Result<Option<First>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.client_ids)
            .set_key(Some(key(sender, room, client_id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("looking up a client id"))?;
        found.item.map(first).transpose()
    }
}
