//! Erasing the parts of deleted rooms. Every step can be repeated: what refers to other items goes after them.

use domain::{AttachmentId, Error, Message, RoomId, UserId};
use futures_util::future::try_join;

use crate::{Item, Store, Tombstone, client_ids, deleting, error::failed, messages, n, s};

impl Store {
    /// Erases messages of a room, with the records of their attachments and client ids, which the messages name.
    pub async fn erase_messages(&self, room: RoomId, erased: &[Message]) -> Result<(), Error> {
        let attachments = erased.iter().flat_map(Message::files);
        let client_ids = erased.iter().filter_map(|message| {
            let client_id = message.client_id.as_ref()?;
            Some(client_ids::key(message.sender, room, client_id))
        });
        try_join(
            self.erase_attachments(attachments.map(|attachment| attachment.id)),
            self.batch_delete(&self.tables.client_ids, client_ids.collect()),
        )
        .await?;
        let messages = erased.iter().map(|message| messages::key(room, message.id)).collect();
        self.batch_delete(&self.tables.messages, messages).await
    }

    /// Erases the records of attachments.
    pub async fn erase_attachments(&self, erased: impl IntoIterator<Item = AttachmentId>) -> Result<(), Error> {
        let keys = erased.into_iter().map(|id| [("id".to_owned(), s(id.to_string()))].into());
        self.batch_delete(&self.tables.attachments, keys.collect()).await
    }

    /// Erases the bans of a room.
    pub async fn erase_bans(&self, room: RoomId) -> Result<(), Error> {
        let items: Vec<Item> = self
            .client
            .query()
            .table_name(&self.tables.bans)
            .key_condition_expression("room_id = :room")
            .expression_attribute_values(":room", n(room.get()))
            .projection_expression("room_id, user_id")
            .consistent_read(true)
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(failed("listing bans"))?;
        self.batch_delete(&self.tables.bans, items).await
    }

    /// Erases the membership of a user in a deleted room, and counts one room less of the user.
    pub async fn erase_membership(&self, user: UserId, room: RoomId) -> Result<(), Error> {
        self.remove_stay(user, room).await.map(drop)
    }

    /// Leaves nothing of a deleted room except that the owner deleted it, so that the owner can repeat the call. The
    /// records of its changes, which have no content, expire within thirty days.
    pub async fn erase_room(&self, room: RoomId, tombstone: &Tombstone) -> Result<(), Error> {
        self.client
            .put_item()
            .table_name(&self.tables.rooms)
            .set_item(Some(deleting::minimal(room, tombstone)))
            .send()
            .await
            .map_err(failed("erasing a room"))?;
        Ok(())
    }
}
