//! The credentials of instances.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use axum::http::HeaderMap;
use uuid::Uuid;

use super::access::Caller;

/// The credentials with which an instance signs its calls.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Identifies the instance, and so the function.
    pub access_key_id: String,
    /// Known to the instance only. Only S3 verifies signatures made with it.
    pub secret_access_key: String,
    /// Part of every call. Only S3 checks it.
    pub session_token: String,
}

/// The function and the credentials of an instance.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The function's name.
    pub function: String,
    /// The instance's credentials.
    pub credentials: Credentials,
}

impl Credentials {
    fn generate() -> Self {
        let random = || Uuid::new_v4().simple().to_string().to_uppercase();
        Self {
            access_key_id: format!("ASIA{}", random().get(..16).unwrap_or_default()),
            secret_access_key: format!("{}{}", random(), random()).get(..40).unwrap_or_default().to_owned(),
            session_token: random() + &random(),
        }
    }
}

/// All issued credentials, by access key.
///
/// They outlive their instance, as on the platform: a late call must not pass for one of the developer, and links that
/// an instance has signed are valid until they expire.
#[derive(Debug, Default)]
pub(super) struct Issued(RwLock<HashMap<String, Identity>>);

impl Issued {
    /// Issues new credentials to an instance of `function`.
    pub(super) fn issue(&self, function: &str) -> Credentials {
        let credentials = Credentials::generate();
        let mut issued = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let identity = Identity { function: function.to_owned(), credentials: credentials.clone() };
        issued.insert(credentials.access_key_id.clone(), identity);
        credentials
    }

    pub(super) fn identity(&self, access_key: &str) -> Option<Identity> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(access_key).cloned()
    }

    /// The signer of a request with these headers.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Caller {
        let issued = self.0.read().unwrap_or_else(PoisonError::into_inner);
        access_key(headers)
            .and_then(|access_key| issued.get(access_key))
            .map_or(Caller::Developer, |identity| Caller::Function(identity.function.clone()))
    }
}

/// The access key in the `Authorization` header of a signed request.
#[must_use]
pub fn access_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("authorization")?.to_str().ok()?.split_once("Credential=")?.1.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_by(access_key: &str) -> HeaderMap {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={access_key}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host"
        );
        [(axum::http::header::AUTHORIZATION, value.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn every_instance_is_identified_by_credentials_of_its_own() {
        let issued = Issued::default();
        let [first, second, other] = ["Login", "Login", "Typing"].map(|function| issued.issue(function).access_key_id);
        assert_ne!(first, second);
        for (access_key, function) in [(first, "Login"), (second, "Login"), (other, "Typing")] {
            assert_eq!(issued.caller(&signed_by(&access_key)), Caller::Function(function.to_owned()));
        }
    }

    #[test]
    fn other_credentials_or_none_are_the_developers() {
        let issued = Issued::default();
        issued.issue("Login");
        assert_eq!(issued.caller(&signed_by("AKIAIOSFODNN7EXAMPLE")), Caller::Developer);
        assert_eq!(issued.caller(&HeaderMap::new()), Caller::Developer);
    }
}
