//! The pace of registrations from a network: an item in `credentials`, which only register and login may write, with
//! the time at which a whole burst is allowed again. The item expires at that time.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder, types::ReturnValuesOnConditionCheckFailure,
};
use domain::{Error, Network, Pace, Refusal, Timestamp};

use crate::{Item, Store, error::refusal, millis, n, number, s};

const FULL_AT: &str = "full_at";
const DOING: &str = "counting a registration";

impl Store {
    /// Counts a registration, unless it comes too soon after earlier ones. Takes one write, or two if the last
    /// registration was less than a pace ago.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_registration(&self, from: Network, pace: Pace, now: Timestamp) -> Result<(), Error> {
        let full_at = now + pace.every;
        let first = self
            .registrations(from, full_at)
            .update_expression("SET full_at = :full_at, expires_at = :expires_at")
            .condition_expression("attribute_not_exists(full_at) OR full_at <= :now")
            .expression_attribute_values(":full_at", n(full_at.millis()))
            .expression_attribute_values(":now", n(now.millis()));
        if counted(first).await?.is_none() {
            return Ok(());
        }
        let another = self
            .registrations(from, full_at + pace.ahead)
            .update_expression("SET full_at = full_at + :every, expires_at = :expires_at")
            .condition_expression("full_at <= :latest")
            .expression_attribute_values(":every", millis(pace.every))
            .expression_attribute_values(":latest", n((now + pace.ahead).millis()));
        let Some(mut item) = counted(another).await? else { return Ok(()) };
        let full_at = item.remove(FULL_AT).map_or(Ok(0), number)?;
        Err(Refusal::rate_limited(pace.wait(Timestamp::from_millis(full_at), now)).into())
    }

    fn registrations(&self, from: Network, expires_at: Timestamp) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.credentials)
            // Unlike this key, a name has no space.
            .key("username", s(format!("{from} registrations")))
            .expression_attribute_values(":expires_at", n(expires_at.seconds() + 1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// Returns `None` if the condition held, and the current item otherwise.
async fn counted(count: UpdateItemFluentBuilder) -> Result<Option<Item>, Error> {
    match count.send().await {
        Ok(_) => Ok(None),
        Err(error) => refusal(DOING, error).map(|item| Some(item.unwrap_or_default())),
    }
}
