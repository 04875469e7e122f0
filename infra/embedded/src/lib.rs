//! The tables of the template, in memory: for the tests of `store` and `chat`, which run on DynamoDB's engine and so need
//! no twin of it.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "this crate serves tests, which end where it cannot"
)]

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{
    Config,
    config::{BehaviorVersion, Credentials, Region},
};
use local::{
    dynamodb::DynamoDb,
    template::{Template, secrets::Secrets},
};
use store::{Store, Tables};

const TEMPLATE: &str = include_str!("../../../template.yaml");

/// A store of its own, empty.
#[must_use]
pub fn store() -> Store {
    let template = Template::parse(TEMPLATE, &mut Secrets::in_memory()).expect("the template is good");
    let engine = DynamoDb::start(None, &template.tables).expect("the engine starts");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(engine.endpoint());
    let variables = template.functions.into_iter().next().expect("the template has functions").environment;
    Store::new(config, tables(variables))
}

fn tables(mut variables: BTreeMap<String, String>) -> Tables {
    let mut name = |variable| variables.remove(variable).expect("the template names every table");
    Tables {
        client_ids: name("CLIENT_IDS_TABLE"),
        connections: name("CONNECTIONS_TABLE"),
        credentials: name("CREDENTIALS_TABLE"),
        memberships: name("MEMBERSHIPS_TABLE"),
        messages: name("MESSAGES_TABLE"),
        rooms: name("ROOMS_TABLE"),
        sessions: name("SESSIONS_TABLE"),
        usernames: name("USERNAMES_TABLE"),
        users: name("USERS_TABLE"),
    }
}
