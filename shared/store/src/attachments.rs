//! `attachments`: announced attachments, kept for a day, and for ever once a message or a room has them.
//!
//! One check at a time claims an attachment. Conditions ensure that one outcome is written, and that at most one
//! message or room has an attachment.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use domain::{Attachment, AttachmentId, Error, Message, MessageId, Progress, RoomId, Timestamp, Upload, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Item, Store,
    error::{failed, refusal},
    from_item, n, s, to_item,
    transaction::{put, update},
};

#[derive(Serialize, Deserialize)]
struct AttachmentItem {
    #[serde(flatten)]
    attachment: Attachment,
    /// The room of its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    room_id: Option<RoomId>,
    owner: UserId,
    state: State,
    /// The reason of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    /// The number of checks that have begun.
    #[serde(default)]
    claims: u32,
    /// The number of the check that has claimed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claimed_by: Option<u64>,
    /// The message that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message_id: Option<MessageId>,
    /// The room whose picture it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    picture_of: Option<RoomId>,
    /// In seconds since 1970. Removed once a message or a room has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Announced,
    Ready,
    Refused,
}

impl From<AttachmentItem> for Upload {
    fn from(item: AttachmentItem) -> Self {
        let progress = match (item.message_id, item.picture_of, item.state) {
            (Some(_), _, _) => Progress::Sent,
            (None, Some(room), _) => Progress::PictureOf(room),
            (None, None, State::Announced) => Progress::Announced,
            (None, None, State::Ready) => Progress::Ready,
            (None, None, State::Refused) => Progress::Refused(item.refusal.unwrap_or_default()),
        };
        let expires_at = item.expires_at.map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1000)));
        Self { attachment: item.attachment, room: item.room_id, owner: item.owner, progress, expires_at }
    }
}

/// A check that has begun.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The number of the attempt: 1, 2, 3, …
    pub attempt: u32,
    /// The attachment to check.
    pub attachment: Attachment,
}

fn upload(item: Item) -> Result<Upload, Error> {
    Ok(from_item::<AttachmentItem>(item)?.into())
}

impl Store {
    /// Stores an announced attachment.
    pub async fn announce(&self, upload: &Upload) -> Result<(), Error> {
        let item = to_item(&AttachmentItem {
            attachment: upload.attachment.clone(),
            room_id: upload.room,
            owner: upload.owner,
            state: State::Announced,
            refusal: None,
            claims: 0,
            claimed_by: None,
            message_id: None,
            picture_of: None,
            expires_at: upload.expires_at.map(Timestamp::seconds),
        })?;
        let call = self.client.put_item().table_name(&self.tables.attachments).set_item(Some(item)).send();
        call.await.map_err(failed("announcing an attachment"))?;
        Ok(())
    }

    /// Reads an attachment.
    pub async fn upload(&self, id: AttachmentId) -> Result<Option<Upload>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.attachments)
            .key("id", s(id.to_string()))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading an attachment"))?;
        found.item.map(upload).transpose()
    }

    /// Claims an attachment for a check that lasts no longer than `lease`. Returns `None` if the attachment is unknown,
    /// has been checked, or is claimed by another check. If the answer to a claim is lost, its repetition is refused by
    /// the claim itself, which the random number identifies.
    pub async fn claim_check(&self, id: AttachmentId, now: Timestamp, lease: Duration) -> Result<Option<Claim>, Error> {
        let number = fastrand::u64(..);
        let claim = self
            .checked(id)
            .update_expression("SET claimed_until = :until, claimed_by = :number ADD claims :one")
            .condition_expression(format!(
                "{UNCHECKED} AND (attribute_not_exists(claimed_until) OR claimed_until < :now)"
            ))
            .expression_attribute_values(":until", n((now + lease).millis()))
            .expression_attribute_values(":now", n(now.millis()))
            .expression_attribute_values(":number", n(number))
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let item = match claim.send().await {
            Ok(claimed) => claimed.attributes,
            Err(error) => refusal("claiming an attachment", error)?,
        };
        let item = item.map(from_item::<AttachmentItem>).transpose()?;
        let ours = item.filter(|item| item.claimed_by == Some(number));
        Ok(ours.map(|item| Claim { attempt: item.claims, attachment: item.attachment }))
    }

    /// Lets an attachment be sent, with the type, the size and the name that its check has found. Changes nothing if
    /// its check has an outcome already.
    pub async fn mark_ready(&self, attachment: &Attachment) -> Result<(), Error> {
        let ready = self
            .checked(attachment.id)
            .update_expression("SET #state = :ready, content_type = :type, #size = :size, #name = :name")
            .expression_attribute_names("#size", "size")
            .expression_attribute_names("#name", "name")
            .condition_expression(UNCHECKED)
            .expression_attribute_values(":ready", s("ready"))
            .expression_attribute_values(":type", s(attachment.content_type.as_str()))
            .expression_attribute_values(":size", n(attachment.size))
            .expression_attribute_values(":name", s(attachment.name.as_str()));
        once(ready).await
    }

    /// Refuses an attachment for a reason. Changes nothing if its check has an outcome already.
    pub async fn mark_refused(&self, id: AttachmentId, why: &str) -> Result<(), Error> {
        let refused = self
            .checked(id)
            .update_expression("SET #state = :refused, refusal = :why")
            .condition_expression(UNCHECKED)
            .expression_attribute_values(":refused", s("refused"))
            .expression_attribute_values(":why", s(why));
        once(refused).await
    }

    fn checked(&self, id: AttachmentId) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.attachments)
            .key("id", s(id.to_string()))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":announced", s("announced"))
    }

    /// The write of an attachment that was copied for a forwarded message, as an action of a transaction.
    pub(crate) fn put_copy(&self, attachment: &Attachment, message: &Message) -> Result<TransactWriteItem, Error> {
        let item = to_item(&AttachmentItem {
            attachment: attachment.clone(),
            room_id: Some(message.room),
            owner: message.sender,
            state: State::Ready,
            refusal: None,
            claims: 0,
            claimed_by: None,
            message_id: Some(message.id),
            picture_of: None,
            expires_at: None,
        })?;
        let copy = Put::builder().table_name(&self.tables.attachments).set_item(Some(item));
        put(copy.condition_expression("attribute_not_exists(id)").build())
    }

    /// Assigns an attachment to a message, as an action of a transaction. A repetition changes nothing.
    pub(crate) fn use_attachment(&self, id: AttachmentId, message: MessageId) -> Result<TransactWriteItem, Error> {
        update(
            Update::builder()
                .table_name(&self.tables.attachments)
                .key("id", s(id.to_string()))
                .update_expression("SET message_id = :message REMOVE expires_at, claimed_until, claimed_by")
                .condition_expression(
                    "message_id = :message \
                     OR (#state = :ready AND attribute_not_exists(message_id) AND expires_at > :now)",
                )
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(":ready", s("ready"))
                .expression_attribute_values(":message", n(message.get()))
                .expression_attribute_values(":now", n(message.created_at().seconds()))
                .build(),
        )
    }
}

const UNCHECKED: &str = "#state = :announced";

async fn once(update: UpdateItemFluentBuilder) -> Result<(), Error> {
    match update.send().await {
        Ok(_) => Ok(()),
        Err(error) => refusal("writing the outcome of a check", error).map(drop),
    }
}
