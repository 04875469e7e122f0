//! All that is kept, in DynamoDB: which keys, which conditions, which items.
//!
//! This is the only crate that speaks DynamoDB. Conditions decide, never a read before a write; nothing is scanned, and
//! every list is read to its end or to a stated limit.

mod attachments;
mod batch;
mod client_ids;
mod connections;
mod counter;
mod credentials;
mod error;
mod memberships;
mod messages;
mod paces;
mod registrations;
mod rooms;
mod sessions;
mod signing_keys;
mod transaction;
mod users;

use std::{sync::Arc, time::Duration};

use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sdk_dynamodb::{
    Client,
    config::{Builder, IdentityCache, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig},
    operation::update_item::UpdateItemError,
    types::AttributeValue,
};
use serde::{Serialize, de::DeserializeOwned};

pub use attachments::Claim;
pub use connections::{Before, Socket};
pub use credentials::{Attempts, Count};
use domain::Error;
pub use memberships::Membership;
pub use messages::Range;
pub use paces::Paced;
pub use rooms::Turn;
pub use sessions::Session;
pub use signing_keys::PublicKey;
pub use users::Vacancy;

/// An item, by attribute name.
type Item = std::collections::HashMap<String, AttributeValue>;

/// The names of the tables.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the name of the table that it is called after")]
pub struct Tables {
    pub attachments: String,
    pub client_ids: String,
    pub connections: String,
    pub credentials: String,
    pub memberships: String,
    pub messages: String,
    pub paces: String,
    pub rooms: String,
    pub sessions: String,
    pub signing_keys: String,
    pub usernames: String,
    pub users: String,
}

/// Whether a read may miss what was written a moment ago, at half the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// Sees every write that was acknowledged before.
    Strong,
    /// May lag, usually by milliseconds.
    Eventual,
}

/// The tables. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    tables: Arc<Tables>,
}

/// How long a call may take in all, well within the ten seconds of a function.
const PATIENCE: Duration = Duration::from_secs(6);
const ATTEMPT_PATIENCE: Duration = Duration::from_secs(2);
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 5;
/// The second that the SDK waits by default is longer than what passes by itself takes.
const FIRST_BACKOFF: Duration = Duration::from_millis(25);

/// A write that meets a transaction on its item is refused, and the SDK does not try it again by itself.
const CONFLICT: &[&str] = &["TransactionConflictException"];

impl Store {
    /// The tables of these names, behind the endpoint, region and credentials of `config`.
    #[must_use]
    pub fn new(config: Builder, tables: Tables) -> Self {
        let config = config
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF))
            .retry_classifier(AwsErrorCodeClassifier::<UpdateItemError>::builder().transient_errors(CONFLICT).build())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_PATIENCE)
                    .operation_attempt_timeout(ATTEMPT_PATIENCE)
                    .operation_timeout(PATIENCE)
                    .build(),
            )
            // Answers are small and come whole; the timeouts above notice one that does not.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // The credentials are values already, valid for as long as the process lives.
            .identity_cache(IdentityCache::no_cache())
            .build();
        Self { client: Client::from_conf(config), tables: Arc::new(tables) }
    }
}

/// An item made of a value of ours.
fn to_item(value: &impl Serialize) -> Result<Item, Error> {
    serde_dynamo::to_item(value).map_err(|error| Error::internal("writing an item", error))
}

/// A value of ours, read from an item.
fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    serde_dynamo::from_item(item).map_err(|error| Error::internal("reading an item", error))
}

/// A number as an attribute.
fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A duration as an attribute, in milliseconds.
fn millis(duration: Duration) -> AttributeValue {
    AttributeValue::N(duration.as_millis().to_string())
}

/// The number of an attribute.
fn number(attribute: AttributeValue) -> Result<u64, Error> {
    serde_dynamo::from_attribute_value(attribute).map_err(|error| Error::internal("reading a number", error))
}

/// A string as an attribute.
fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A set of one number as an attribute.
fn ns(number: u64) -> AttributeValue {
    AttributeValue::Ns(vec![number.to_string()])
}
