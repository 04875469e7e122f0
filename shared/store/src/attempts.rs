//! Attempts to log in with a name: items in `credentials`, which only login, change-password and register may write, by
//! source and by minute. They expire.
//!
//! Attempts are counted before a password is compared, each in one conditional write, so that simultaneous attempts do
//! not evade the counts. Attempts with names of no user are counted too, so that counts do not reveal which names
//! exist.

use std::{collections::BTreeSet, fmt, time::Duration};

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{Error, Network, Timestamp};
use serde::Deserialize;

use crate::{Item, Store, error::refusal, from_item, n, s};

/// How long a device is remembered after its last attempt, and known after a login from it. Longer than a network,
/// which changes its people.
pub const DEVICE_KEPT_FOR: Duration = Duration::from_hours(180 * 24);
const NETWORK_KEPT_FOR: Duration = Duration::from_hours(30 * 24);
/// Longer than the longest lock. A session that waits so long gets fewer attempts than one that waits for the locks.
const SESSION_KEPT_FOR: Duration = Duration::from_hours(48);
/// How long the count of a minute is kept.
const MINUTE_KEPT_FOR: Duration = Duration::from_mins(2);
const COUNTING: &str = "counting an attempt to log in";

/// The source of attempts with a name. Each source has its own count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A network.
    Network(Network),
    /// A device, by the id in its token.
    Device(String),
    /// An open session, which changes the password.
    Session(String),
}

impl Source {
    /// How long a source is remembered after its last attempt, and known after a login from it.
    const fn kept_for(&self) -> Duration {
        match self {
            Self::Network(_) => NETWORK_KEPT_FOR,
            Self::Device(_) => DEVICE_KEPT_FOR,
            Self::Session(_) => SESSION_KEPT_FOR,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Device(id) => write!(f, "device {id}"),
            Self::Session(id) => write!(f, "session {id}"),
        }
    }
}

/// The attempts to log in with a name from one source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Attempts {
    /// The number of failed attempts in a row.
    pub count: u64,
    /// The end of the lock, in milliseconds since 1970.
    pub locked_until: u64,
    /// The time until which the source counts as known, because a login with this name succeeded from it. In
    /// milliseconds since 1970.
    pub known_until: u64,
    /// The salts of the passwords with which the source is known. With another password it is not. There are several
    /// from a change of the password until the next login.
    pub known_by: BTreeSet<String>,
}

/// What becomes of the earlier passwords with which a source is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlierPasswords {
    /// They count no more.
    Forgotten,
    /// They still count, because the change of the password may fail.
    Kept,
}

/// The outcome of counting an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Count {
    /// The attempt was counted. The attempts with it.
    Counted(Attempts),
    /// The limit is reached. The attempts without this one.
    Full(Attempts),
}

/// The key of the attempts from a source. Unlike the key, a name has no space.
fn source_key(folded: &str, source: &Source) -> String {
    format!("{folded} {source}")
}

/// The key of the attempts from all networks within a minute.
fn minute_key(folded: &str, now: Timestamp) -> String {
    format!("{folded} minute {}", now.seconds() / 60)
}

impl Store {
    /// Counts an attempt from a source, unless `most` have been made.
    pub async fn count_attempt(
        &self,
        folded: &str,
        source: &Source,
        most: u64,
        now: Timestamp,
    ) -> Result<Count, Error> {
        let count = self.count(&source_key(folded, source), most, now + source.kept_for());
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

    /// Counts an attempt after `before` others, and allows no other one until `locked_until`. Returns `false` if
    /// another attempt was counted meanwhile.
    pub async fn count_last_attempt(
        &self,
        folded: &str,
        source: &Source,
        before: u64,
        locked_until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let count = self
            .update_count(&source_key(folded, source))
            .update_expression("SET expires_at = :expires_at, #count = :after, locked_until = :locked_until")
            .condition_expression("#count = :before")
            .expression_attribute_values(":expires_at", n((now + source.kept_for()).seconds()))
            .expression_attribute_values(":before", n(before))
            .expression_attribute_values(":after", n(before + 1))
            .expression_attribute_values(":locked_until", n(locked_until.millis()));
        Ok(updated(COUNTING, count).await?.is_ok())
    }

    /// Takes back the count of [`Store::count_attempt`], because the attempt was not made.
    pub async fn take_attempt_back(&self, folded: &str, source: &Source) -> Result<(), Error> {
        self.take_back(&source_key(folded, source)).await
    }

    /// Takes back the count of [`Store::count_attempt_anywhere`], because the attempt was not made.
    pub async fn take_attempt_anywhere_back(&self, folded: &str, now: Timestamp) -> Result<(), Error> {
        self.take_back(&minute_key(folded, now)).await
    }

    /// Forgets the attempts from a source, because one has succeeded, and makes the source known with the password of
    /// this salt.
    pub async fn forgive_attempts(
        &self,
        folded: &str,
        source: &Source,
        salt: &str,
        earlier: EarlierPasswords,
        now: Timestamp,
    ) -> Result<(), Error> {
        let known_until = now + source.kept_for();
        let known_by = match earlier {
            EarlierPasswords::Forgotten => ", known_by = :salt",
            EarlierPasswords::Kept => " ADD known_by :salt",
        };
        let forgive = self
            .update_count(&source_key(folded, source))
            .update_expression(format!(
                "SET known_until = :known_until, expires_at = :expires_at{known_by} REMOVE #count, locked_until"
            ))
            .expression_attribute_values(":known_until", n(known_until.millis()))
            .expression_attribute_values(":salt", AttributeValue::Ss(vec![salt.to_owned()]))
            .expression_attribute_values(":expires_at", n(known_until.seconds()));
        updated("forgiving attempts to log in", forgive).await.map(drop)
    }

    /// Makes a source unknown.
    pub async fn make_unknown(&self, folded: &str, source: &Source) -> Result<(), Error> {
        let forget = self.update_credentials(&source_key(folded, source)).update_expression("REMOVE known_by");
        updated("forgetting a device", forget).await.map(drop)
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
