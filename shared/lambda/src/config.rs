//! Every variable that the functions know, read once. `template.yaml` sets them; Lambda sets those that begin with `AWS`.

use std::{env, error::Error, str::FromStr};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use chat::Paces;
use domain::Pace;
use store::Tables;

use crate::{Fatal, trust::tls};

/// The settings of a function.
pub(crate) struct Config {
    pub(crate) dynamodb: aws_sdk_dynamodb::config::Builder,
    pub(crate) sockets: realtime::Settings,
    pub(crate) tables: Tables,
    pub(crate) bucket: bucket::Settings,
    pub(crate) secrets: aws_sdk_secretsmanager::config::Builder,
    /// Only the function that makes tokens has one.
    pub(crate) signing_secret: Option<String>,
    pub(crate) token_issuer: String,
    /// Only the authorizer of sockets has them.
    pub(crate) allowed_origins: Option<String>,
    /// Only the function that registers has it.
    pub(crate) registrations_per_hour: Option<u32>,
    pub(crate) paces: Paces,
}

impl Config {
    /// Reads the environment.
    pub(crate) fn read() -> Result<Self, Fatal> {
        let region = variable("AWS_REGION")?;
        // On Lambda the credentials are variables, for as long as the process lives: no chain of providers is needed.
        let credentials = Credentials::new(
            variable("AWS_ACCESS_KEY_ID")?,
            variable("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let bucket = bucket::Settings {
            endpoint: variable("AWS_ENDPOINT_URL_S3")?,
            name: variable("ATTACHMENTS_BUCKET")?,
            region: region.clone(),
            credentials: credentials.clone(),
        };
        // The general endpoint lacks the API and its stage.
        let connections_endpoint = match optional("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") {
            Some(endpoint) => endpoint,
            None => variable("CONNECTIONS_ENDPOINT")?,
        };
        let dynamodb_endpoint = endpoint("DYNAMODB");
        let secrets_endpoint = endpoint("SECRETS_MANAGER");
        let endpoints = [&connections_endpoint].into_iter().chain(&dynamodb_endpoint).chain(&secrets_endpoint);
        let tls = tls(endpoints.map(String::as_str))?;
        let sockets = realtime::Settings {
            endpoint: connections_endpoint,
            region: region.clone(),
            credentials: credentials.clone(),
            tls: tls.clone(),
        };
        let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls).build_https();
        let mut secrets = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .credentials_provider(credentials.clone())
            .http_client(client.clone());
        secrets.set_endpoint_url(secrets_endpoint);
        let mut dynamodb = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(credentials)
            .http_client(client);
        dynamodb.set_endpoint_url(dynamodb_endpoint);
        Ok(Self {
            dynamodb,
            sockets,
            tables: tables()?,
            bucket,
            secrets,
            signing_secret: optional("SIGNING_SECRET"),
            token_issuer: variable("TOKEN_ISSUER")?,
            allowed_origins: optional("ALLOWED_ORIGINS"),
            registrations_per_hour: optional("REGISTRATIONS_PER_HOUR").map(|number| number.parse()).transpose()?,
            paces: paces()?,
        })
    }
}

fn paces() -> Result<Paces, Fatal> {
    Ok(Paces {
        calls: Pace::calls(number("CALLS_PER_SECOND")?),
        room_changes: Pace::room_changes(number("ROOM_CHANGES_PER_HOUR")?),
        strangers: Pace::strangers(number("STRANGERS_PER_DAY")?),
        uploads: Pace::uploads(number("UPLOADS_PER_HOUR")?),
        upload_bytes: Pace::upload_bytes(number("UPLOAD_BYTES_PER_DAY")?),
    })
}

fn tables() -> Result<Tables, Fatal> {
    Ok(Tables {
        attachments: variable("ATTACHMENTS_TABLE")?,
        client_ids: variable("CLIENT_IDS_TABLE")?,
        connections: variable("CONNECTIONS_TABLE")?,
        credentials: variable("CREDENTIALS_TABLE")?,
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

/// Where a service is instead of at AWS (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
fn endpoint(service: &str) -> Option<String> {
    optional(&format!("AWS_ENDPOINT_URL_{service}")).or_else(|| optional("AWS_ENDPOINT_URL"))
}

fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn variable(name: &str) -> Result<String, Fatal> {
    optional(name).ok_or_else(|| format!("the variable {name} is not set").into())
}

fn number<T: FromStr<Err: Error + Send + Sync + 'static>>(name: &str) -> Result<T, Fatal> {
    variable(name)?.parse().map_err(|error| format!("the variable {name} is no number: {error}").into())
}
