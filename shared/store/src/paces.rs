//! `paces`: one item per user, with an attribute for each pace: the time at which a whole burst is possible again. The
//! item expires two days after the last write, when all bursts are possible.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder, types::ReturnValuesOnConditionCheckFailure,
};
use domain::{Error, Pace, Refusal, Timestamp, UserId};

use crate::{Item, Store, error::refusal, millis, n, number};

/// The time for which an item is kept. No burst takes more than a day to be possible again.
const KEPT_FOR: Duration = Duration::from_hours(48);
const DOING: &str = "counting an action of a user";

/// An action that has a pace per user. The name of the attribute is the name here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paced {
    /// A call over REST, or a frame.
    Calls,
    /// Sending a frame that is refused for the pace of calls.
    RefusedFrames,
    /// Creating or joining a room, inviting, answering, opening a direct room.
    Rooms,
    /// Opening a direct room with a stranger.
    Strangers,
    /// Searching messages.
    Searches,
    /// Announcing an upload.
    Uploads,
    /// Uploading a byte.
    UploadBytes,
}

impl Paced {
    const fn attribute(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::RefusedFrames => "refused_frames",
            Self::Rooms => "rooms",
            Self::Strangers => "strangers",
            Self::Searches => "searches",
            Self::Uploads => "uploads",
            Self::UploadBytes => "upload_bytes",
        }
    }
}

impl Store {
    /// Counts an action of a user in one write, or in two if the user is ahead of the pace. A refused action takes one
    /// write, which fails.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_paced(&self, user: UserId, paced: Paced, pace: Pace, now: Timestamp) -> Result<(), Error> {
        count(DOING, self.update_pace(user), paced.attribute(), pace, now, now + KEPT_FOR).await
    }

    /// Takes back what [`Store::count_paced`] has counted.
    pub async fn take_paced_back(&self, user: UserId, paced: Paced, pace: Pace) -> Result<(), Error> {
        let taken = self
            .update_pace(user)
            .update_expression("SET #full_at = #full_at - :every")
            .condition_expression("attribute_exists(#full_at)")
            .expression_attribute_names("#full_at", paced.attribute())
            .expression_attribute_values(":every", millis(pace.every));
        refused(DOING, taken).await.map(drop)
    }

    fn update_pace(&self, user: UserId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.tables.paces).key("user_id", n(user.get()))
    }
}

/// Counts an action in an attribute of an item: in one conditional write, or in two if the last action was less than a
/// pace ago. `update` names the item.
///
/// # Errors
/// `RateLimited`.
pub(crate) async fn count(
    doing: &'static str,
    update: UpdateItemFluentBuilder,
    attribute: &str,
    pace: Pace,
    now: Timestamp,
    kept_until: Timestamp,
) -> Result<(), Error> {
    let update = update
        .expression_attribute_names("#full_at", attribute)
        .expression_attribute_values(":expires_at", n(kept_until.seconds() + 1));
    let first = update
        .clone()
        .update_expression("SET #full_at = :full_at, expires_at = :expires_at")
        .condition_expression("attribute_not_exists(#full_at) OR #full_at <= :now")
        .expression_attribute_values(":full_at", n((now + pace.every).millis()))
        .expression_attribute_values(":now", n(now.millis()));
    let Some(item) = refused(doing, first).await? else { return Ok(()) };
    in_time(item, attribute, pace, now)?;
    let another = update
        .update_expression("SET #full_at = #full_at + :every, expires_at = :expires_at")
        .condition_expression("#full_at <= :latest")
        .expression_attribute_values(":every", millis(pace.every))
        .expression_attribute_values(":latest", n((now + pace.ahead).millis()));
    let Some(item) = refused(doing, another).await? else { return Ok(()) };
    in_time(item, attribute, pace, now)?;
    Err(Refusal::rate_limited(pace.every).into())
}

/// Refuses an action that comes too soon.
fn in_time(mut item: Item, attribute: &str, pace: Pace, now: Timestamp) -> Result<(), Error> {
    let full_at = Timestamp::from_millis(item.remove(attribute).map_or(Ok(0), number)?);
    let wait = pace.wait(full_at, now);
    if wait.is_zero() { Ok(()) } else { Err(Refusal::rate_limited(wait).into()) }
}

/// Returns the item as it is if the condition of the update failed.
async fn refused(doing: &'static str, update: UpdateItemFluentBuilder) -> Result<Option<Item>, Error> {
    let update = update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    match update.send().await {
        Ok(_) => Ok(None),
        Err(error) => refusal(doing, error).map(|item| Some(item.unwrap_or_default())),
    }
}
