//! The pictures of rooms, in `attachments`.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use domain::{AttachmentId, Error, RoomId, Timestamp};

use crate::{Store, n, s, transaction::update};

impl Store {
    /// Makes an attachment the picture of a room, as an action of a transaction, so that it does not expire and no
    /// message has it. Doing it again changes nothing.
    pub(crate) fn use_picture(
        &self,
        id: AttachmentId,
        room: RoomId,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        update(
            Update::builder()
                .table_name(&self.tables.attachments)
                .key("id", s(id.to_string()))
                .update_expression("SET picture_of = :room REMOVE expires_at, claimed_until, claimed_by")
                .condition_expression(
                    "picture_of = :room \
                     OR (#state = :ready AND attribute_not_exists(message_id) AND expires_at > :now)",
                )
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(":ready", s("ready"))
                .expression_attribute_values(":room", n(room.get()))
                .expression_attribute_values(":now", n(now.seconds()))
                .build(),
        )
    }
}
