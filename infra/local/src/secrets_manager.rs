//! Secrets Manager: `GetSecretValue` and `PutSecretValue` of the current version, for functions and operators.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/>

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use template::{Secrets, secret_arn};
use uuid::Uuid;

use crate::iam::{Access, Iam};

/// The largest request, in bytes: a secret has up to 65,536 bytes, and JSON may need six for each.
const MAX_REQUEST: usize = 512 * 1024;
/// The longest secret, in bytes.
const MAX_SECRET: usize = 65_536;
/// The stage of the current version.
const CURRENT: &str = "AWSCURRENT";

/// The operation, if the request is for Secrets Manager.
#[must_use]
pub fn operation(parts: &Parts) -> Option<&str> {
    let target = parts.headers.get("x-amz-target")?.to_str().ok()?;
    target.strip_prefix("secretsmanager.").filter(|_| parts.uri.path() == "/")
}

/// The template's secrets, and the calls that read and replace them.
#[derive(Debug)]
pub struct SecretsManager {
    secrets: Mutex<Secrets>,
}

/// An error in the words of the service.
struct Refusal {
    kind: &'static str,
    message: String,
}

impl Refusal {
    fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    fn response(self) -> Response {
        error(StatusCode::BAD_REQUEST, self.kind, &self.message)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Get {
    secret_id: String,
    version_stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Put {
    secret_id: String,
    secret_string: String,
    /// The id of the new version.
    client_request_token: Option<String>,
}

impl SecretsManager {
    /// The service for the secrets of a template.
    #[must_use]
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets: Mutex::new(secrets) }
    }

    /// Answers one request that [`operation`] recognised.
    pub async fn handle(&self, iam: &Iam, operation: &str, parts: &Parts, body: Body) -> Response {
        let Ok(body) = to_bytes(body, MAX_REQUEST).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let outcome = match operation {
            "GetSecretValue" => self.get(iam, parts, &body),
            "PutSecretValue" => self.put(iam, parts, &body),
            other => Err(Refusal::new(
                "InvalidRequestException",
                format!("the local runtime has only GetSecretValue and PutSecretValue, not {other}"),
            )),
        };
        outcome.map_or_else(Refusal::response, |body| answer(&body))
    }

    fn get(&self, iam: &Iam, parts: &Parts, body: &[u8]) -> Result<Value, Refusal> {
        let Get { secret_id, version_stage } = read(body)?;
        let id = allowed(iam, parts, "GetSecretValue", &secret_id)?;
        if version_stage.is_some_and(|stage| stage != CURRENT) {
            return Err(unknown());
        }
        let secrets = self.secrets();
        let value = secrets.get(id).ok_or_else(unknown)?;
        Ok(json!({"ARN": secret_arn(id), "Name": id, "SecretString": value, "VersionStages": [CURRENT]}))
    }

    fn put(&self, iam: &Iam, parts: &Parts, body: &[u8]) -> Result<Value, Refusal> {
        let Put { secret_id, secret_string, client_request_token } = read(body)?;
        let id = allowed(iam, parts, "PutSecretValue", &secret_id)?;
        if secret_string.is_empty() || secret_string.len() > MAX_SECRET {
            let message = format!("SecretString must have from 1 to {MAX_SECRET} bytes");
            return Err(Refusal::new("InvalidParameterException", message));
        }
        let mut secrets = self.secrets();
        secrets.get(id).ok_or_else(unknown)?;
        let stored = secrets.put(id, secret_string);
        stored.map_err(|error| Refusal::new("InternalServiceError", format!("{error:#}")))?;
        let version = client_request_token.unwrap_or_else(|| Uuid::new_v4().to_string());
        Ok(json!({"ARN": secret_arn(id), "Name": id, "VersionId": version, "VersionStages": [CURRENT]}))
    }

    fn secrets(&self) -> MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks the right to a secret and returns its name. Callers name it by its ARN or its name.
fn allowed<'a>(iam: &Iam, parts: &Parts, action: &str, secret: &'a str) -> Result<&'a str, Refusal> {
    let name = secret.strip_prefix(&secret_arn("")).unwrap_or(secret);
    let access = Access { action: format!("secretsmanager:{action}"), resource: secret_arn(name) };
    let checked = iam.check(&iam.caller(&parts.headers), access);
    checked.map_err(|denied| Refusal::new("AccessDeniedException", denied.to_string()))?;
    Ok(name)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::new("InvalidParameterException", error.to_string()))
}

fn unknown() -> Refusal {
    Refusal::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

/// An error in the words of the service.
pub(crate) fn error(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, answer(&json!({"__type": kind, "Message": message}))).into_response()
}

fn answer(body: &Value) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"))], body.to_string()).into_response()
}
