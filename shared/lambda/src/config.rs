//! All variables of the functions, read once. `template.yaml` sets them. Lambda sets those that begin with `AWS`. The
//! local runtime sets those that begin with `PUBLIC`.

use std::{env, fmt::Display, str::FromStr};

use aws::{Credentials, Settings};
use chat::Paces;
use domain::{Pace, PushPace};
use store::Tables;

use crate::Fatal;

/// The settings of a function.
pub(crate) struct Config {
    pub(crate) dynamodb: Settings,
    pub(crate) sockets: Settings,
    pub(crate) s3: Settings,
    /// The endpoint of S3 for clients, if they reach it by another address.
    pub(crate) public_s3: Option<String>,
    pub(crate) secrets: Settings,
    pub(crate) tables: Tables,
    pub(crate) bucket: String,
    pub(crate) settings: chat::Settings,
    /// Of the functions that make tokens alone.
    pub(crate) signing_secret: Option<String>,
    pub(crate) token_issuer: String,
    /// Of the authorizer of sockets alone.
    pub(crate) allowed_origins: Option<String>,
    /// Of the function that registers alone.
    pub(crate) registrations_per_hour: Option<u32>,
    pub(crate) paces: Paces,
}

impl Config {
    /// Reads the environment.
    pub(crate) fn read() -> Result<Self, Fatal> {
        let [dynamodb, secrets] = ["DYNAMODB", "SECRETS_MANAGER"].map(endpoint);
        // The general endpoint lacks the API and its stage.
        let sockets = match optional("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") {
            Some(endpoint) => endpoint,
            None => variable("CONNECTIONS_ENDPOINT")?,
        };
        let s3 = variable("AWS_ENDPOINT_URL_S3")?;
        let endpoints = [&dynamodb, &secrets].into_iter().flatten().chain([&sockets, &s3]);
        let aws = Settings {
            endpoint: None,
            region: variable("AWS_REGION")?,
            credentials: credentials()?,
            tls: aws::trust(endpoints.map(String::as_str))?,
        };
        Ok(Self {
            dynamodb: Settings { endpoint: dynamodb, ..aws.clone() },
            sockets: Settings { endpoint: Some(sockets), ..aws.clone() },
            s3: Settings { endpoint: Some(s3), ..aws.clone() },
            public_s3: optional("PUBLIC_ENDPOINT_URL_S3"),
            secrets: Settings { endpoint: secrets, ..aws },
            tables: tables()?,
            bucket: variable("ATTACHMENTS_BUCKET")?,
            settings: settings()?,
            signing_secret: optional("SIGNING_SECRET"),
            token_issuer: variable("TOKEN_ISSUER")?,
            allowed_origins: optional("ALLOWED_ORIGINS"),
            registrations_per_hour: optional("REGISTRATIONS_PER_HOUR").map(|number| number.parse()).transpose()?,
            paces: paces()?,
        })
    }
}

/// The credentials. On Lambda these variables are valid as long as the process lives, so a chain of providers is not
/// needed.
fn credentials() -> Result<Credentials, Fatal> {
    let [id, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(variable);
    Ok(Credentials::new(id?, secret?, optional("AWS_SESSION_TOKEN"), None, "environment"))
}

fn settings() -> Result<chat::Settings, Fatal> {
    Ok(chat::Settings {
        default_access: parsed("DEFAULT_ROOM_ACCESS")?,
        who_can_add: parsed("WHO_CAN_ADD")?,
        pushes: PushPace { per_second: parsed("PUSHES_PER_SECOND")? },
    })
}

fn paces() -> Result<Paces, Fatal> {
    Ok(Paces {
        calls: Pace::calls(parsed("CALLS_PER_SECOND")?),
        room_changes: Pace::room_changes(parsed("ROOM_CHANGES_PER_HOUR")?),
        strangers: Pace::strangers(parsed("STRANGERS_PER_DAY")?),
        searches: Pace::searches(parsed("SEARCHES_PER_MINUTE")?),
        uploads: Pace::uploads(parsed("UPLOADS_PER_HOUR")?),
        upload_bytes: Pace::upload_bytes(parsed("UPLOAD_BYTES_PER_DAY")?),
    })
}

fn tables() -> Result<Tables, Fatal> {
    Ok(Tables {
        attachments: variable("ATTACHMENTS_TABLE")?,
        bans: variable("BANS_TABLE")?,
        blocks: variable("BLOCKS_TABLE")?,
        changes: variable("CHANGES_TABLE")?,
        client_ids: variable("CLIENT_IDS_TABLE")?,
        connections: variable("CONNECTIONS_TABLE")?,
        credentials: variable("CREDENTIALS_TABLE")?,
        directs: variable("DIRECTS_TABLE")?,
        invitations: variable("INVITATIONS_TABLE")?,
        memberships: variable("MEMBERSHIPS_TABLE")?,
        messages: variable("MESSAGES_TABLE")?,
        paces: variable("PACES_TABLE")?,
        rooms: variable("ROOMS_TABLE")?,
        sessions: variable("SESSIONS_TABLE")?,
        signing_keys: variable("SIGNING_KEYS_TABLE")?,
        usernames: variable("USERNAMES_TABLE")?,
        users: variable("USERS_TABLE")?,
    })
}

/// The URL of a service that is not AWS's own (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
fn endpoint(service: &str) -> Option<String> {
    optional(&format!("AWS_ENDPOINT_URL_{service}")).or_else(|| optional("AWS_ENDPOINT_URL"))
}

fn parsed<T: FromStr<Err: Display>>(name: &str) -> Result<T, Fatal> {
    variable(name)?.parse().map_err(|why| format!("the variable {name}: {why}").into())
}

fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn variable(name: &str) -> Result<String, Fatal> {
    optional(name).ok_or_else(|| format!("the variable {name} is not set").into())
}
