//! Creating a room: the room, its first memberships and its invitations, all or nothing.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{Error, Refusal, Room};

use crate::{Invitation, Membership, Store, transaction::MAX_ACTIONS};

/// The place of the first membership among the actions.
const FIRST_MEMBERSHIP: usize = 1;

impl Store {
    /// Creates a room with its first members and invitations, in one transaction. Its picture becomes the room's.
    ///
    /// # Errors
    /// `TooManyRooms`, `AttachmentInvalid`. `Internal` for more than fits a transaction: see [`fits_transaction`].
    pub async fn create_room(
        &self,
        room: &Room,
        memberships: &[Membership],
        invitations: &[Invitation],
    ) -> Result<(), Error> {
        let mut actions = vec![self.put_room(room)?];
        actions.extend(self.new_memberships(memberships)?);
        for invitation in invitations {
            actions.push(self.put_invitation(invitation)?);
        }
        let picture = room.picture.as_ref();
        actions.extend(picture.map(|picture| self.use_picture(picture.id, room.id, room.created_at)).transpose()?);
        let Err(cancelled) = self.transact("creating a room", actions).await? else { return Ok(()) };
        // The id is new, so a membership that is there is of an earlier attempt, whose answer was lost.
        if cancelled.failed(FIRST_MEMBERSHIP) {
            return Ok(());
        }
        // The action after that of each membership counts.
        let counts = (2..).step_by(2).zip(memberships);
        let full = counts.filter(|&(action, _)| cancelled.failed(action)).map(|(_, membership)| membership.user_id);
        let full: Vec<_> = full.collect();
        Err(if full.is_empty() && picture.is_some() {
            Refusal::AttachmentInvalid("is used already, or too old".to_owned()).into()
        } else {
            Refusal::TooManyRooms(full).into()
        })
    }

    /// The writes of memberships and their counts, two actions each.
    pub(crate) fn new_memberships(&self, memberships: &[Membership]) -> Result<Vec<TransactWriteItem>, Error> {
        let mut actions = Vec::with_capacity(2 * memberships.len());
        for membership in memberships {
            actions.push(self.put_membership(membership)?);
            actions.push(self.count_room_up(membership.user_id)?);
        }
        Ok(actions)
    }
}

/// Whether one transaction creates a room with so many members and invitations, and with a picture or without.
#[must_use]
pub const fn fits_transaction(members: usize, invitations: usize, picture: bool) -> bool {
    1 + 2 * members + invitations + picture as usize <= MAX_ACTIONS
}
