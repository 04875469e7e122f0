//! The tables of the template, for the tests of `store` and `chat`: on the embedded engine in memory, or on the one
//! at `DYNAMODB_ENDPOINT`.
//!
//! The tests run on engines of DynamoDB's interface and so need no twin of it. That there are two keeps a quirk of one
//! from passing for DynamoDB's behaviour.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "this crate serves tests, which end where it cannot"
)]

mod elsewhere;

use std::{collections::BTreeMap, env, time::Duration};

use aws_sdk_dynamodb::{
    Config,
    config::{BehaviorVersion, Credentials, Region},
};
use store::{Store, Tables};
use tables::Engine;
use template::{Secrets, Template};

const TEMPLATE: &str = include_str!("../../../template.yaml");
/// No test lasts so long: what has expired stays.
const SWEEP: Duration = Duration::from_hours(1);

/// A store of its own, empty.
#[must_use]
pub fn store() -> Store {
    store_through(|engine| engine)
}

/// A store of its own, empty, that calls not the engine at the URL given, but the URL that `through` makes of it.
#[must_use]
pub fn store_through(through: impl FnOnce(String) -> String) -> Store {
    let template = Template::parse(TEMPLATE, &mut Secrets::in_memory()).expect("the template is good");
    let (endpoint, prefix) = if let Ok(endpoint) = env::var("DYNAMODB_ENDPOINT") {
        let prefix = elsewhere::make(&endpoint, &template.tables);
        (endpoint, prefix)
    } else {
        let warn = |warning: &str| panic!("{warning}");
        let engine = Engine::start(None, &template.tables, SWEEP, warn).expect("the engine starts");
        (engine.endpoint(), String::new())
    };
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(through(endpoint));
    let variables = template.functions.into_iter().next().expect("the template has functions").environment;
    Store::new(config, tables(variables, &prefix))
}

fn tables(mut variables: BTreeMap<String, String>, prefix: &str) -> Tables {
    let mut name = |variable| {
        let table = variables.remove(variable).expect("the template names every table");
        format!("{prefix}{table}")
    };
    Tables {
        attachments: name("ATTACHMENTS_TABLE"),
        client_ids: name("CLIENT_IDS_TABLE"),
        connections: name("CONNECTIONS_TABLE"),
        credentials: name("CREDENTIALS_TABLE"),
        memberships: name("MEMBERSHIPS_TABLE"),
        messages: name("MESSAGES_TABLE"),
        rooms: name("ROOMS_TABLE"),
        sessions: name("SESSIONS_TABLE"),
        signing_keys: name("SIGNING_KEYS_TABLE"),
        usernames: name("USERNAMES_TABLE"),
        users: name("USERS_TABLE"),
    }
}
