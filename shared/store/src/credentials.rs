//! `credentials`: password hashes, by folded username, written once; and beside each the count of the attempts to log in
//! with that name, which expires.
//!
//! Attempts are counted before a password is looked at, in one conditional write, so that many at once are no way around
//! the count; and for names that nobody has as well, so that it tells nothing about who exists.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::ReturnValuesOnConditionCheckFailure,
};
use domain::{Error, Timestamp, User, UserId, Username};
use serde::{Deserialize, Serialize};

use crate::{
    Item, Store,
    error::{failed, refused},
    from_item, n, s,
};

/// How long attempts are remembered after the last one.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

#[derive(Serialize, Deserialize)]
pub(crate) struct CredentialsItem {
    pub(crate) username: String,
    pub(crate) user_id: UserId,
    pub(crate) display_name: Username,
    pub(crate) password_hash: String,
}

/// Attempts in a row to log in with one name, none of which has succeeded yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Attempts {
    /// How many.
    pub count: u64,
    /// Until when, in milliseconds since 1970, there may be no more.
    #[serde(default)]
    pub locked_until: u64,
}

/// The key of the attempts: no name has a space.
fn attempts_key(folded: &str) -> String {
    format!("{folded} attempts")
}

impl Store {
    /// The user of a folded name, and the hash of their password as a PHC string.
    pub async fn credentials(&self, folded: &str) -> Result<Option<(User, String)>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.credentials)
            .key("username", s(folded))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading credentials"))?;
        let item = found.item.map(from_item::<CredentialsItem>).transpose()?;
        Ok(item.map(|item| (User { id: item.user_id, username: item.display_name }, item.password_hash)))
    }

    /// Counts an attempt, unless `most` have been made. Returns those that have been then.
    pub async fn count_attempt(&self, folded: &str, most: u64, now: Timestamp) -> Result<Option<Attempts>, Error> {
        let count = self
            .update_attempts(folded, now)
            .update_expression("SET expires_at = :expires_at ADD #count :one")
            .condition_expression("attribute_not_exists(#count) OR #count < :most")
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":most", n(most));
        let refused = counted(count).await?;
        refused.map(from_item::<Attempts>).transpose()
    }

    /// Counts an attempt and allows no other until `locked_until`, if there were exactly those `before`. `false` if
    /// another one was counted meanwhile.
    pub async fn count_last_attempt(
        &self,
        folded: &str,
        before: Attempts,
        locked_until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let count = self
            .update_attempts(folded, now)
            .update_expression("SET expires_at = :expires_at, #count = :after, locked_until = :locked_until")
            .condition_expression("#count = :before")
            .expression_attribute_values(":before", n(before.count))
            .expression_attribute_values(":after", n(before.count + 1))
            .expression_attribute_values(":locked_until", n(locked_until.millis()));
        Ok(counted(count).await?.is_none())
    }

    fn update_attempts(&self, folded: &str, now: Timestamp) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.credentials)
            .key("username", s(attempts_key(folded)))
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":expires_at", n((now + FORGOTTEN_AFTER).seconds()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// Forgets the attempts, as one has succeeded.
    pub async fn forget_attempts(&self, folded: &str) -> Result<(), Error> {
        self.client
            .delete_item()
            .table_name(&self.tables.credentials)
            .key("username", s(attempts_key(folded)))
            .send()
            .await
            .map_err(failed("forgetting attempts to log in"))?;
        Ok(())
    }
}

/// `None` where the attempt was counted; else the attempts as they are.
async fn counted(count: UpdateItemFluentBuilder) -> Result<Option<Item>, Error> {
    match count.send().await {
        Ok(_) => Ok(None),
        Err(error) if refused(&error) => match error.into_service_error() {
            UpdateItemError::ConditionalCheckFailedException(refused) => Ok(Some(refused.item.unwrap_or_default())),
            error => Err(Error::internal(DOING, error)),
        },
        Err(error) => Err(failed(DOING)(error)),
    }
}

const DOING: &str = "counting an attempt to log in";
