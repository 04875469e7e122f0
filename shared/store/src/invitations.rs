//! `invitations`: the rooms that a user was invited to, by user and room, for seven days.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use domain::{Error, MessageId, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Item, Store,
    error::failed,
    from_item, n, to_item,
    transaction::{delete, put},
};

/// An invitation to a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The invited user.
    pub user: UserId,
    /// The room.
    pub room: RoomId,
    /// The member who invited them.
    pub invited_by: UserId,
    /// The first message that they may see, if they were given a part of the history.
    pub visible_from: Option<MessageId>,
    /// The end of the invitation, in whole seconds. Up to two days pass before DynamoDB removes it.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct InvitationItem {
    user_id: UserId,
    room_id: RoomId,
    invited_by: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    visible_from: Option<MessageId>,
    expires_at: u64,
}

impl From<&Invitation> for InvitationItem {
    fn from(invitation: &Invitation) -> Self {
        Self {
            user_id: invitation.user,
            room_id: invitation.room,
            invited_by: invitation.invited_by,
            visible_from: invitation.visible_from,
            expires_at: invitation.expires_at.seconds(),
        }
    }
}

impl From<InvitationItem> for Invitation {
    fn from(item: InvitationItem) -> Self {
        Self {
            user: item.user_id,
            room: item.room_id,
            invited_by: item.invited_by,
            visible_from: item.visible_from,
            expires_at: Timestamp::from_millis(item.expires_at.saturating_mul(1000)),
        }
    }
}

fn invitation(item: Item) -> Result<Invitation, Error> {
    Ok(from_item::<InvitationItem>(item)?.into())
}

fn key(user: UserId, room: RoomId) -> Item {
    [("user_id".to_owned(), n(user.get())), ("room_id".to_owned(), n(room.get()))].into()
}

impl Store {
    /// A user's invitation to a room, unless it has expired at `now`.
    pub async fn invitation(&self, user: UserId, room: RoomId, now: Timestamp) -> Result<Option<Invitation>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.invitations)
            .set_key(Some(key(user, room)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading an invitation"))?;
        let found = found.item.map(invitation).transpose()?;
        Ok(found.filter(|invitation| invitation.expires_at > now))
    }

    /// Invitations of a user to the newest rooms, by room, without those that have expired at `now`. At most `limit`,
    /// and fewer if many have expired: it reads at most twice as many.
    pub async fn invitations(&self, user: UserId, limit: usize, now: Timestamp) -> Result<Vec<Invitation>, Error> {
        const MOST_PAGES: usize = 2;
        let mut found = Vec::new();
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.invitations)
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", n(user.get()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .consistent_read(true)
            .into_paginator()
            .send();
        for _ in 0..MOST_PAGES {
            let Some(page) = pages.next().await else { break };
            for item in page.map_err(failed("listing invitations"))?.items.unwrap_or_default() {
                found.push(invitation(item)?);
            }
            found.retain(|invitation| invitation.expires_at > now);
            if found.len() >= limit {
                break;
            }
        }
        found.truncate(limit);
        found.reverse();
        Ok(found)
    }

    /// Removes an invitation, if there is one.
    pub async fn decline_invitation(&self, user: UserId, room: RoomId) -> Result<(), Error> {
        self.client
            .delete_item()
            .table_name(&self.tables.invitations)
            .set_key(Some(key(user, room)))
            .send()
            .await
            .map_err(failed("declining an invitation"))?;
        Ok(())
    }

    /// The write of an invitation, as an action of a transaction.
    pub(crate) fn put_invitation(&self, invitation: &Invitation) -> Result<TransactWriteItem, Error> {
        let item = to_item(&InvitationItem::from(invitation))?;
        put(Put::builder().table_name(&self.tables.invitations).set_item(Some(item)).build())
    }

    /// The removal of an invitation, if there is one, as an action of a transaction.
    pub(crate) fn delete_invitation(&self, user: UserId, room: RoomId) -> Result<TransactWriteItem, Error> {
        delete(Delete::builder().table_name(&self.tables.invitations).set_key(Some(key(user, room))).build())
    }

    /// The removal of an invitation that has not expired, as an action of a transaction.
    pub(crate) fn accept_invitation(
        &self,
        user: UserId,
        room: RoomId,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        delete(
            Delete::builder()
                .table_name(&self.tables.invitations)
                .set_key(Some(key(user, room)))
                .condition_expression("expires_at > :now")
                .expression_attribute_values(":now", n(now.seconds()))
                .build(),
        )
    }
}
