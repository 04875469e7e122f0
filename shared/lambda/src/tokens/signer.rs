//! The private key, which only `login` and `refresh` have. It is read from Secrets Manager at run time, so that a
//! rotation needs no deployment.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws::{Attempts, Settings};
use aws_lc_rs::{
    hkdf::{HKDF_SHA256, KeyType, Salt},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata as _};
use chat::{
    accounts::{ACCESS_LIFETIME, Device, Login},
    now,
};
use domain::{Error, Timestamp, causes};
use jsonwebtoken::{
    DecodingKey, EncodingKey, Header, encode,
    jwk::{AlgorithmParameters, Jwk, ThumbprintHash},
};
use serde::Serialize;
use store::{PublicKey, Store};

use super::{ALGORITHM, AUDIENCE, Claims, TYPE, device::DeviceKey};
use crate::Fatal;

/// The shortest secret that a key is derived from, in bytes: as long as the key.
const MIN_SECRET: usize = SEED;
/// The length of a private key of Ed25519 (RFC 8032, section 5.1.5), and of a key of HMAC-SHA256 (RFC 7518, section
/// 3.2), in bytes.
const SEED: usize = 32;
/// Separate the uses of the secret (RFC 5869, section 3.2).
const ACCESS_TOKENS: &[u8] = b"Ed25519, access tokens";
const DEVICE_TOKENS: &[u8] = b"HMAC-SHA256, device tokens";
/// How long a key is used before the secret is read again. A rotation takes effect after that time at the latest.
const READ_EVERY: Duration = Duration::from_mins(1);
/// The attempts to read the secret: four seconds in all, because people wait for their login.
const ATTEMPTS: Attempts =
    Attempts { most: 3, backoff: Duration::from_millis(50), each: Duration::from_secs(1), all: Duration::from_secs(4) };
/// Errors that pass by themselves (AWS Secrets Manager API Reference, `GetSecretValue` and "Common errors").
const PASSING: [&str; 4] = ["InternalFailure", "InternalServiceError", "ServiceUnavailable", "ThrottlingException"];
/// How long a published key outlives the last token that is signed with it.
const MARGIN: Duration = Duration::from_hours(24);

/// A private key with its public half, and the key of device tokens.
pub struct SigningKey {
    encoding: EncodingKey,
    public: PublicKey,
    devices: DeviceKey,
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        SEED
    }
}

impl SigningKey {
    /// Derives the keys from a random secret, by HKDF (RFC 5869), because CloudFormation generates strings and no key
    /// pairs.
    ///
    /// # Errors
    /// The secret is too short.
    pub(crate) fn derive(secret: &str) -> Result<Self, Fatal> {
        if secret.len() < MIN_SECRET {
            return Err(format!("the secret of the signing key has fewer than {MIN_SECRET} bytes").into());
        }
        let extracted = Salt::new(HKDF_SHA256, &[]).extract(secret.as_bytes());
        let derived = |info: &[u8]| {
            let mut key = [0; SEED];
            let filled = extracted.expand(&[info], Length).and_then(|derived| derived.fill(&mut key));
            filled.map(|()| key).map_err(|_| "deriving a key failed")
        };
        let pair = Ed25519KeyPair::from_seed_unchecked(&derived(ACCESS_TOKENS)?)?;
        let public = DecodingKey::from_ed_der(pair.public_key().as_ref());
        let jwk = Jwk::from_decoding_key(&public, Some(ALGORITHM))?;
        let AlgorithmParameters::OctetKeyPair(parameters) = &jwk.algorithm else {
            return Err("a key of Ed25519 is a pair of octets".into());
        };
        let public = PublicKey { kid: jwk.thumbprint(ThumbprintHash::SHA256)?, x: parameters.x.clone() };
        let encoding = EncodingKey::from_ed_der(pair.to_pkcs8()?.as_ref());
        Ok(Self { encoding, public, devices: DeviceKey::new(&derived(DEVICE_TOKENS)?) })
    }

    /// The public half.
    #[must_use]
    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The token of a login or a refresh. It ends with the session at the latest.
    ///
    /// # Errors
    /// `Internal`.
    pub(crate) fn sign(&self, login: &Login, issuer: &str) -> Result<String, Error> {
        let claims = Claims {
            sub: login.user.id.to_string(),
            sid: login.session.id.clone(),
            name: login.user.username.as_str().to_owned(),
            iat: login.at.seconds(),
            exp: (login.at + ACCESS_LIFETIME).seconds().min(login.session.expires_at),
            iss: issuer.to_owned(),
            aud: AUDIENCE.to_owned(),
            typ: TYPE.to_owned(),
        };
        self.sign_as(&self.public.kid, &claims)
    }

    /// The token with which the device of a login logs in again.
    ///
    /// # Errors
    /// `Internal`.
    pub fn device_token(&self, login: &Login) -> Result<String, Error> {
        self.devices.sign(&login.device)
    }

    /// The device of a token. Any other text counts as no device.
    #[must_use]
    pub fn device(&self, token: &str) -> Option<Device> {
        self.devices.read(token)
    }

    /// Signs claims of any kind, under the name of any key.
    pub(super) fn sign_as(&self, kid: &str, claims: &impl Serialize) -> Result<String, Error> {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(ALGORITHM) };
        encode(&header, claims, &self.encoding).map_err(|error| Error::internal("signing a token", error))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The current private key and its source.
#[derive(Debug)]
pub struct Signer {
    client: Client,
    secret: String,
    store: Store,
    issuer: String,
    current: Mutex<Option<(Arc<SigningKey>, Timestamp)>>,
}

impl Signer {
    /// Signs for `issuer` with the key of a secret, which a name or an ARN names.
    pub(crate) fn new(secrets: &Settings, secret: String, store: Store, issuer: String) -> Self {
        Self { client: Client::new(&secrets.sdk(ATTEMPTS)), secret, store, issuer, current: Mutex::default() }
    }

    /// The token of a login, signed with a key of [`Signer::key`].
    ///
    /// # Errors
    /// `Internal`.
    pub fn sign(&self, key: &SigningKey, login: &Login) -> Result<String, Error> {
        key.sign(login, &self.issuer)
    }

    /// The current key, published so that other functions can verify its tokens. It is read again once a minute.
    ///
    /// # Errors
    /// `Unavailable` if Secrets Manager or the table is unavailable. `Internal` if the key was revoked and not
    /// replaced.
    pub async fn key(&self) -> Result<Arc<SigningKey>, Error> {
        let now = now();
        let known = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((key, read_at)) = &known
            && (*read_at..*read_at + READ_EVERY).contains(&now)
        {
            return Ok(Arc::clone(key));
        }
        let key = match (self.read().await, known) {
            (Ok(secret), _) => {
                let key =
                    SigningKey::derive(&secret).map_err(|error| Error::internal("deriving the signing key", error))?;
                Arc::new(key)
            }
            // People can log in while Secrets Manager is down. Whether the key was revoked is checked below.
            (Err(error @ Error::Unavailable { .. }), Some((key, _))) => {
                tracing::warn!(cause = causes(&error), "the signing key was not read again");
                key
            }
            (Err(error), _) => return Err(error),
        };
        let expires_at = (now + ACCESS_LIFETIME + MARGIN).seconds();
        if !self.store.publish_signing_key(key.public(), expires_at).await? {
            let kid = &key.public().kid;
            return Err(Error::internal("signing a token", format!("the key {kid} was revoked: rotate the secret")));
        }
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&key), now));
        Ok(key)
    }

    async fn read(&self) -> Result<String, Error> {
        const DOING: &str = "reading the signing key";
        let read = self.client.get_secret_value().secret_id(&self.secret).send().await;
        let answer = read.map_err(|error| match error.code() {
            // Such as a missing permission.
            Some(code) if !PASSING.contains(&code) => Error::internal(DOING, error),
            _ => Error::Unavailable { doing: DOING, source: error.into() },
        })?;
        answer.secret_string.ok_or_else(|| Error::internal(DOING, "the secret is not a string"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_secret_is_the_same_key_everywhere() {
        let key = |secret: &str| SigningKey::derive(secret).unwrap().public().clone();
        let secret = "0123456789abcdef0123456789abcdef";
        assert_eq!(key(secret), key(secret));
        assert_ne!(key(secret), key("0123456789abcdef0123456789abcdeg"));
    }

    #[test]
    fn a_secret_that_is_too_short_is_refused() {
        assert!(SigningKey::derive(&"s".repeat(MIN_SECRET - 1)).is_err());
    }
}
