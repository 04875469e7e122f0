//! The tables in DynamoDB: their keys, conditions and items.
//!
//! This is the only crate that calls DynamoDB. Conditions decide, never a read before a write. No table is scanned, and
//! every list is read to its end or to a stated limit.

mod adding;
mod attachments;
mod attempts;
mod bans;
mod batch;
mod blocks;
mod busy;
mod change_turns;
mod changes;
mod chats;
mod client_ids;
mod closures;
mod connections;
mod counter;
mod creating;
mod credentials;
mod deleting;
mod directs;
mod erasing;
mod error;
mod invitations;
mod invites;
mod joining;
mod leaving;
mod marks;
mod membership;
mod memberships;
mod message_changes;
mod messages;
mod paces;
mod pacing;
mod pictures;
mod reactions;
mod registrations;
mod roles;
mod room_settings;
mod rooms;
mod sessions;
mod signing_keys;
mod sweep;
mod transaction;
mod turns;
mod users;

use std::{sync::Arc, time::Duration};

use aws::Settings;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sdk_dynamodb::{Client, config::Builder, operation::update_item::UpdateItemError, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};

pub use adding::{MOST_ADDED, MOST_INVITED, Outcomes};
pub use attachments::Claim;
pub use attempts::{Attempts, Count, DEVICE_KEPT_FOR, EarlierPasswords, Source};
pub use bans::Ban;
pub use blocks::{Block, Blocks};
pub use change_turns::{ChangeTurn, Right};
pub use chats::{ChatChange, Clearing, Outcome};
pub use client_ids::First;
pub use connections::{Connections, Socket};
pub use creating::fits_transaction;
pub use deleting::Tombstone;
pub use directs::{Contacts, Opening};
use domain::{Error, UserId};
pub use invitations::Invitation;
pub use joining::Way;
pub use marks::Moved;
pub use membership::Membership;
pub use message_changes::Changed;
pub use messages::Range;
pub use paces::Paced;
pub use room_settings::RoomChange;
pub use sessions::{Renewal, Session};
pub use signing_keys::PublicKey;
pub use sweep::Stale;
pub use turns::Turn;
pub use users::{Person, Vacancy};

/// An item, by attribute name.
type Item = std::collections::HashMap<String, AttributeValue>;

/// The names of the tables.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the name of the table that it is called after")]
pub struct Tables {
    pub attachments: String,
    pub bans: String,
    pub blocks: String,
    pub changes: String,
    pub client_ids: String,
    pub connections: String,
    pub credentials: String,
    pub directs: String,
    pub invitations: String,
    pub memberships: String,
    pub messages: String,
    pub paces: String,
    pub rooms: String,
    pub sessions: String,
    pub signing_keys: String,
    pub usernames: String,
    pub users: String,
}

/// Whether a read may miss recent writes, at half the price.
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

/// The attempts of a call: six seconds in all, well within the ten of a function. The SDK's default pause, a second, is
/// longer than most failures last.
const ATTEMPTS: aws::Attempts = aws::Attempts {
    most: 5,
    backoff: Duration::from_millis(25),
    each: Duration::from_secs(2),
    all: Duration::from_secs(6),
};

/// The error of a write to an item that a transaction is writing. By default, the SDK does not repeat such a write.
const CONFLICT: &[&str] = &["TransactionConflictException"];

impl Store {
    /// The tables of these names.
    #[must_use]
    pub fn new(dynamodb: &Settings, tables: Tables) -> Self {
        let conflicts = AwsErrorCodeClassifier::<UpdateItemError>::builder().transient_errors(CONFLICT).build();
        let config = Builder::from(&dynamodb.sdk(ATTEMPTS)).retry_classifier(conflicts).build();
        Self { client: Client::from_conf(config), tables: Arc::new(tables) }
    }
}

/// Converts a value to an item.
fn to_item(value: &impl Serialize) -> Result<Item, Error> {
    serde_dynamo::to_item(value).map_err(|error| Error::internal("writing an item", error))
}

/// Converts an item to a value.
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

/// A set of users, which is not empty, as an attribute.
fn id_set<'a>(users: impl IntoIterator<Item = &'a UserId>) -> AttributeValue {
    AttributeValue::Ns(users.into_iter().map(ToString::to_string).collect())
}
