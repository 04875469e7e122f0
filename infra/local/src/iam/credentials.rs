//! What the instances of functions sign their calls with.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use axum::http::HeaderMap;
use uuid::Uuid;

use super::Caller;

/// What one instance of a function signs its calls with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Names the instance, and so the function.
    pub access_key_id: String,
    /// Known to the instance alone. Only S3 checks what is signed with it.
    pub secret_access_key: String,
    /// Goes with every call. Only S3 checks it.
    pub session_token: String,
}

/// A function as one of its instances.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The function, by name.
    pub function: String,
    /// What that instance signs its calls with.
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

/// All credentials that were given out, by access key.
///
/// They outlive their instance, as on the platform: a call that comes late must not pass for one of the developer, and what
/// an instance has signed for others is good for as long as it says.
#[derive(Debug, Default)]
pub(super) struct Issued(RwLock<HashMap<String, Identity>>);

impl Issued {
    /// New credentials, by which `function` is known from now on.
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

    /// Who has signed the request with these headers.
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
    fn every_instance_has_credentials_of_its_own_and_is_known_by_them() {
        let issued = Issued::default();
        let [first, second, other] = ["Login", "Login", "Typing"].map(|function| issued.issue(function).access_key_id);
        assert_ne!(first, second);
        for (access_key, function) in [(first, "Login"), (second, "Login"), (other, "Typing")] {
            assert_eq!(issued.caller(&signed_by(&access_key)), Caller::Function(function.to_owned()));
        }
    }

    #[test]
    fn whoever_comes_with_other_credentials_is_the_developer() {
        let issued = Issued::default();
        issued.issue("Login");
        assert_eq!(issued.caller(&signed_by("AKIAIOSFODNN7EXAMPLE")), Caller::Developer);
        assert_eq!(issued.caller(&HeaderMap::new()), Caller::Developer);
    }
}
