//! All variables of the functions, read once. `template.yaml` sets them. Lambda sets those that begin with `AWS`.

use std::env;

use aws::{Credentials, Settings};
use store::Tables;

use crate::Fatal;

/// The settings of a function.
pub(crate) struct Config {
    pub(crate) dynamodb: Settings,
    pub(crate) sockets: Settings,
    pub(crate) s3: Settings,
    pub(crate) secrets: Settings,
    pub(crate) tables: Tables,
    pub(crate) bucket: String,
    /// Of the function that makes tokens alone.
    pub(crate) signing_secret: Option<String>,
    pub(crate) token_issuer: String,
    /// Of the authorizer of sockets alone.
    pub(crate) allowed_origins: Option<String>,
    /// Of the function that registers alone.
    pub(crate) registrations_per_hour: Option<u32>,
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
            secrets: Settings { endpoint: secrets, ..aws },
            tables: tables()?,
            bucket: variable("ATTACHMENTS_BUCKET")?,
            signing_secret: optional("SIGNING_SECRET"),
            token_issuer: variable("TOKEN_ISSUER")?,
            allowed_origins: optional("ALLOWED_ORIGINS"),
            registrations_per_hour: optional("REGISTRATIONS_PER_HOUR").map(|number| number.parse()).transpose()?,
        })
    }
}

/// The credentials. On Lambda these variables are valid as long as the process lives, so a chain of providers is not
/// needed.
fn credentials() -> Result<Credentials, Fatal> {
    let [id, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(variable);
    Ok(Credentials::new(id?, secret?, optional("AWS_SESSION_TOKEN"), None, "environment"))
}

fn tables() -> Result<Tables, Fatal> {
    Ok(Tables {
        attachments: variable("ATTACHMENTS_TABLE")?,
        client_ids: variable("CLIENT_IDS_TABLE")?,
        connections: variable("CONNECTIONS_TABLE")?,
        credentials: variable("CREDENTIALS_TABLE")?,
        memberships: variable("MEMBERSHIPS_TABLE")?,
        messages: variable("MESSAGES_TABLE")?,
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

fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn variable(name: &str) -> Result<String, Fatal> {
    optional(name).ok_or_else(|| format!("the variable {name} is not set").into())
}
