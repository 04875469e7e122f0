//! The template's tables for the tests of `store` and `chat`, in the local runtime's engine, which keeps them in
//! memory, or in the engine at `DYNAMODB_ENDPOINT`.
//!
//! The tests need no twin of the store, because both engines have DynamoDB's interface. Two engines keep a quirk of one
//! from passing for DynamoDB's behaviour.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "this crate serves tests, and a panic ends a test")]

mod elsewhere;

use std::{collections::BTreeMap, env, time::Duration};

use aws::{Attempts, Credentials, Settings};
use aws_sdk_dynamodb::Client;
use domain::{Error, Timestamp, User, Username};
use store::{Store, Tables};
use template::{Secrets, Template};

const TEMPLATE: &str = include_str!("../../../template.yaml");
/// Longer than any test, so that expired items stay.
const SWEEP: Duration = Duration::from_hours(1);

/// The hash of the password of users that [`register`] makes.
pub const HASH: &str = "a hash";

/// The attempts of the client.
const ATTEMPTS: Attempts =
    Attempts { most: 1, backoff: Duration::ZERO, each: Duration::from_secs(10), all: Duration::from_secs(10) };

/// Tables, with a store and with a client for items that no store writes.
#[derive(Debug)]
pub struct Engine {
    /// The store.
    pub store: Store,
    /// The client.
    pub client: Client,
    prefix: String,
}

impl Engine {
    /// The name of a table of the template.
    #[must_use]
    pub fn table(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// Makes empty tables, and returns their store.
#[must_use]
pub fn store() -> Store {
    engine().store
}

/// Makes empty tables.
#[must_use]
pub fn engine() -> Engine {
    engine_through(|engine| engine)
}

/// Like [`store()`]; the store calls the URL that `through` makes of the engine's URL.
#[must_use]
pub fn store_through(through: impl FnOnce(String) -> String) -> Store {
    engine_through(through).store
}

fn engine_through(through: impl FnOnce(String) -> String) -> Engine {
    let template = Template::parse(TEMPLATE, &mut Secrets::in_memory()).expect("the template is good");
    let (endpoint, prefix) = if let Ok(endpoint) = env::var("DYNAMODB_ENDPOINT") {
        let prefix = elsewhere::make(&endpoint, &template.tables);
        (endpoint, prefix)
    } else {
        let warn = |warning: &str| panic!("{warning}");
        let engine = tables::Engine::start(None, &template.tables, SWEEP, warn).expect("the engine starts");
        (engine.endpoint(), String::new())
    };
    let endpoint = through(endpoint);
    let settings = Settings {
        tls: aws::trust([&*endpoint]).expect("TLS is set up"),
        endpoint: Some(endpoint),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "test"),
    };
    let variables = template.functions.into_iter().next().expect("the template has functions").environment;
    let client = Client::new(&settings.sdk(ATTEMPTS));
    Engine { store: Store::new(&settings, tables(variables, &prefix)), client, prefix }
}

/// Registers a user.
///
/// # Errors
/// `UsernameTaken`.
pub async fn register(store: &Store, name: &str) -> Result<User, Error> {
    let username = Username::parse(name).expect("the name is valid");
    let vacancy = store.vacancy(&username).await?;
    store.create_user(&username, vacancy, HASH, Timestamp::from_millis(0)).await
}

fn tables(mut variables: BTreeMap<String, String>, prefix: &str) -> Tables {
    let mut name = |variable| {
        let table = variables.remove(variable).expect("the template names every table");
        format!("{prefix}{table}")
    };
    Tables {
        attachments: name("ATTACHMENTS_TABLE"),
        bans: name("BANS_TABLE"),
        blocks: name("BLOCKS_TABLE"),
        changes: name("CHANGES_TABLE"),
        client_ids: name("CLIENT_IDS_TABLE"),
        connections: name("CONNECTIONS_TABLE"),
        credentials: name("CREDENTIALS_TABLE"),
        directs: name("DIRECTS_TABLE"),
        invitations: name("INVITATIONS_TABLE"),
        memberships: name("MEMBERSHIPS_TABLE"),
        messages: name("MESSAGES_TABLE"),
        paces: name("PACES_TABLE"),
        rooms: name("ROOMS_TABLE"),
        sessions: name("SESSIONS_TABLE"),
        signing_keys: name("SIGNING_KEYS_TABLE"),
        usernames: name("USERNAMES_TABLE"),
        users: name("USERS_TABLE"),
    }
}
