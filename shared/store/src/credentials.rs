//! `credentials`: password hashes, by folded username, and counts of the attempts to log in with a name, by network and
//! by minute, which expire.
//!
//! Attempts are counted before a password is compared, each in one conditional write, so that simultaneous attempts do
//! not evade the counts. Attempts with names of no user are counted too, so that counts do not reveal which names
//! exist.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{ConditionCheck, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use domain::{Error, Network, Timestamp, User, UserId, Username, stored};
use serde::{Deserialize, Serialize};

use crate::{
    Item, Store,
    error::{failed, refusal},
    from_item, n, s,
    transaction::{check, update},
};

/// How long a network is remembered after the last attempt from it.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(30 * 24);
/// How long the count of a minute is kept.
const MINUTE_KEPT_FOR: Duration = Duration::from_mins(2);

#[derive(Serialize, Deserialize)]
pub(crate) struct CredentialsItem {
    pub(crate) username: String,
    pub(crate) user_id: UserId,
    #[serde(deserialize_with = "stored")]
    pub(crate) display_name: Username,
    pub(crate) password_hash: String,
}

/// The attempts to log in with a name from one network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Attempts {
    /// The number of failed attempts in a row.
    pub count: u64,
    /// The end of the lock, in milliseconds since 1970.
    pub locked_until: u64,
    /// The time until which the network counts as known, because a login with this name succeeded from it. In
    /// milliseconds since 1970.
    pub known_until: u64,
}

/// The outcome of counting an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// The attempt was counted. The attempts with it.
    Counted(Attempts),
    /// The limit is reached. The attempts without this one.
    Full(Attempts),
}

/// The key of the attempts from a network. Unlike the key, a name has no space.
fn network_key(folded: &str, network: Network) -> String {
    format!("{folded} {network}")
}

/// The key of the attempts from all networks within a minute.
fn minute_key(folded: &str, now: Timestamp) -> String {
    format!("{folded} minute {}", now.seconds() / 60)
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

    /// Replaces the hash `before` of a name by `after`, and ends a session, in one transaction. Returns `false` if the
    /// name has another hash.
    pub async fn change_password(
        &self,
        folded: &str,
        before: &str,
        after: &str,
        user: UserId,
        session: &str,
    ) -> Result<bool, Error> {
        let change = Update::builder()
            .table_name(&self.tables.credentials)
            .key("username", s(folded))
            .update_expression("SET password_hash = :after")
            .condition_expression("password_hash = :before")
            .expression_attribute_values(":before", s(before))
            .expression_attribute_values(":after", s(after));
        let actions = vec![update(change.build())?, self.delete_session(user, session)?];
        Ok(self.transact("changing a password", actions).await?.is_ok())
    }

    /// The condition that a name still has this hash, as an action of a transaction.
    pub(crate) fn check_password(&self, folded: &str, hash: &str) -> Result<TransactWriteItem, Error> {
        check(
            ConditionCheck::builder()
                .table_name(&self.tables.credentials)
                .key("username", s(folded))
                .condition_expression("password_hash = :hash")
                .expression_attribute_values(":hash", s(hash))
                .build(),
        )
    }

    /// Counts an attempt from a network, unless `most` have been made.
    pub async fn count_attempt(
        &self,
        folded: &str,
        network: Network,
        most: u64,
        now: Timestamp,
    ) -> Result<Count, Error> {
        let count = self.count(&network_key(folded, network), most, now + FORGOTTEN_AFTER);
        Ok(match updated(COUNTING, count).await? {
            Ok(item) => Count::Counted(from_item(item)?),
            Err(item) => Count::Full(from_item(item)?),
        })
    }

    /// Counts an attempt from any network, unless `most` have been made in this minute. Returns whether it was counted.
    pub async fn count_attempt_anywhere(&self, folded: &str, most: u64, now: Timestamp) -> Result<bool, Error> {
        let count = self.count(&minute_key(folded, now), most, now + MINUTE_KEPT_FOR);
        Ok(updated(COUNTING, count).await?.is_ok())
    }

    /// Counts an attempt after those `before`, and allows no other one until `locked_until`. Returns `false` if another
    /// attempt was counted meanwhile.
    pub async fn count_last_attempt(
        &self,
        folded: &str,
        network: Network,
        before: Attempts,
        locked_until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let count = self
            .update_count(&network_key(folded, network))
            .update_expression("SET expires_at = :expires_at, #count = :after, locked_until = :locked_until")
            .condition_expression("#count = :before")
            .expression_attribute_values(":expires_at", n((now + FORGOTTEN_AFTER).seconds()))
            .expression_attribute_values(":before", n(before.count))
            .expression_attribute_values(":after", n(before.count + 1))
            .expression_attribute_values(":locked_until", n(locked_until.millis()));
        Ok(updated(COUNTING, count).await?.is_ok())
    }

    /// Takes back the count of [`Store::count_attempt`], because the attempt was not made.
    pub async fn take_attempt_back(&self, folded: &str, network: Network) -> Result<(), Error> {
        self.take_back(&network_key(folded, network)).await
    }

    /// Takes back the count of [`Store::count_attempt_anywhere`], because the attempt was not made.
    pub async fn take_attempt_anywhere_back(&self, folded: &str, now: Timestamp) -> Result<(), Error> {
        self.take_back(&minute_key(folded, now)).await
    }

    /// Forgets the attempts from a network, because one has succeeded, and makes the network a known one.
    pub async fn forgive_attempts(&self, folded: &str, network: Network, known_until: Timestamp) -> Result<(), Error> {
        let forgive = self
            .update_credentials(&network_key(folded, network))
            .update_expression("SET known_until = :known_until, expires_at = :expires_at REMOVE #count, locked_until")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":known_until", n(known_until.millis()))
            .expression_attribute_values(":expires_at", n(known_until.seconds()));
        updated("forgiving attempts to log in", forgive).await.map(drop)
    }

    fn count(&self, key: &str, most: u64, expires_at: Timestamp) -> UpdateItemFluentBuilder {
        self.update_count(key)
            .update_expression("SET expires_at = :expires_at ADD #count :one")
            .condition_expression("attribute_not_exists(#count) OR #count < :most")
            .expression_attribute_values(":expires_at", n(expires_at.seconds()))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":most", n(most))
    }

    async fn take_back(&self, key: &str) -> Result<(), Error> {
        let take_back = self
            .update_count(key)
            .update_expression("SET #count = #count - :one")
            // If the attempts were forgiven meanwhile, nothing is left to take back.
            .condition_expression("#count > :zero")
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":zero", n(0));
        updated(COUNTING, take_back).await.map(drop)
    }

    fn update_count(&self, key: &str) -> UpdateItemFluentBuilder {
        self.update_credentials(key).expression_attribute_names("#count", "count")
    }

    fn update_credentials(&self, key: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.credentials)
            .key("username", s(key))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// Returns the item after the update, or as an error the current item if the condition failed.
async fn updated(doing: &'static str, update: UpdateItemFluentBuilder) -> Result<Result<Item, Item>, Error> {
    match update.send().await {
        Ok(output) => Ok(Ok(output.attributes.unwrap_or_default())),
        Err(error) => refusal(doing, error).map(|item| Err(item.unwrap_or_default())),
    }
}

const COUNTING: &str = "counting an attempt to log in";
