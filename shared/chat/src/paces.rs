//! The paces of a user: limits on actions that cost others, or the system, more than they cost the user.

use domain::{Error, Pace};
use store::Paced;

use crate::{
    Caller, Chat,
    metrics::{Limit, limited},
};

/// The paces of each user, from the parameters of the template.
#[derive(Clone, Copy, Debug)]
pub struct Paces {
    /// Calls over REST and frames. `accounts::admit` counts them.
    pub calls: Pace,
    /// Creating and joining rooms, inviting, answering, opening direct rooms.
    pub room_changes: Pace,
    /// Opening direct rooms with strangers.
    pub strangers: Pace,
    /// Searching messages.
    pub searches: Pace,
    /// Announcing uploads.
    pub uploads: Pace,
    /// Uploading bytes.
    pub upload_bytes: Pace,
}

/// The number of people that one change of rooms adds or invites. More people count as more changes.
const PEOPLE_PER_CHANGE: usize = 10;

impl Chat {
    /// Counts a change of rooms by the caller that adds or invites so many people. Refused attempts at the same moment
    /// count as well.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_room_change(&self, caller: &Caller, people: usize) -> Result<(), Error> {
        let changes = people.div_ceil(PEOPLE_PER_CHANGE).max(1);
        self.count(caller, Paced::Rooms, self.paces.room_changes.times(changes as u64)).await
    }

    /// Counts a direct room that the caller opens with a stranger.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_stranger(&self, caller: &Caller) -> Result<(), Error> {
        self.count(caller, Paced::Strangers, self.paces.strangers).await
    }

    /// Counts a search of the caller.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_search(&self, caller: &Caller) -> Result<(), Error> {
        self.count(caller, Paced::Searches, self.paces.searches).await
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

    /// Counts bytes that the caller copies, as if they were uploaded.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_copy(&self, caller: &Caller, bytes: u64) -> Result<(), Error> {
        self.count(caller, Paced::UploadBytes, self.paces.upload_bytes.times(bytes)).await
    }

    /// Takes back what [`Chat::count_copy`] has counted.
    pub(crate) async fn take_copy_back(&self, caller: &Caller, bytes: u64) -> Result<(), Error> {
        self.store.take_paced_back(caller.user, Paced::UploadBytes, self.paces.upload_bytes.times(bytes)).await
    }

    /// Counts an action of the caller.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(crate) async fn count(&self, caller: &Caller, paced: Paced, pace: Pace) -> Result<(), Error> {
        let limit = match paced {
            Paced::Calls | Paced::RefusedFrames => Limit::Calls,
            Paced::Rooms => Limit::RoomChanges,
            Paced::Strangers => Limit::Strangers,
            Paced::Searches => Limit::Searches,
            Paced::Uploads => Limit::Uploads,
            Paced::UploadBytes => Limit::UploadBytes,
        };
        self.store.count_paced(caller.user, paced, pace, caller.at).await.inspect_err(limited(limit))
    }
}
