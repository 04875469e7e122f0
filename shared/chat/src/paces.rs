//! The paces of a user: how often they may do what costs others, or the system, more than it costs them.

use domain::{Error, Pace};
use store::Paced;

use crate::{Caller, Chat};

/// The paces of each user, from the parameters of the template.
#[derive(Clone, Copy, Debug)]
pub struct Paces {
    /// Calls over REST. `accounts::admit` counts them.
    pub calls: Pace,
    /// Creating and joining rooms, inviting, answering, opening direct rooms.
    pub room_changes: Pace,
    /// Opening direct rooms with strangers.
    pub strangers: Pace,
    /// Announcing uploads.
    pub uploads: Pace,
    /// Uploading bytes.
    pub upload_bytes: Pace,
}

impl Chat {
    /// Counts a change of rooms by the caller. Refused attempts at the same moment count as well.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_room_change(&self, caller: &Caller) -> Result<(), Error> {
        self.count(caller, Paced::Rooms, self.paces.room_changes).await
    }

    /// Counts a direct room that the caller opens with a stranger.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_stranger(&self, caller: &Caller) -> Result<(), Error> {
        self.count(caller, Paced::Strangers, self.paces.strangers).await
    }

    /// Counts an upload of the caller of so many bytes.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_upload(&self, caller: &Caller, bytes: u64) -> Result<(), Error> {
        let (number, size) = tokio::join!(
            self.count(caller, Paced::Uploads, self.paces.uploads),
            self.count(caller, Paced::UploadBytes, self.paces.upload_bytes.times(bytes)),
        );
        number.and(size)
    }

    async fn count(&self, caller: &Caller, paced: Paced, pace: Pace) -> Result<(), Error> {
        self.store.count_paced(caller.user, paced, pace, caller.at).await
    }
}
