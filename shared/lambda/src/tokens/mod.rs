//! Access tokens: JWT (RFC 7519), signed with Ed25519 (RFC 8037). Every field that a forger could choose is checked.
//!
//! Only `login` and `refresh` have the private key, so no other function can make a token. All others verify with the
//! public keys that the table `signing_keys` lists. A token names its key by `kid`, the thumbprint of the key (RFC 7638).

mod device;
mod key_set;
mod keys;
mod signer;

use domain::{Error, Refusal};
use jsonwebtoken::Algorithm;
use lambda_http::http::{HeaderMap, header::AUTHORIZATION};
use serde::{Deserialize, Serialize};

pub(crate) use self::keys::Keys;
pub use self::{
    key_set::{Claimant, KeySet},
    signer::{Signer, SigningKey},
};

const ALGORITHM: Algorithm = Algorithm::EdDSA;
/// The service that the tokens are for.
const AUDIENCE: &str = "chat";
/// The kind of the tokens.
const TYPE: &str = "access";

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    sid: String,
    name: String,
    iat: u64,
    exp: u64,
    iss: String,
    aud: String,
    typ: String,
}

/// The token of the only `Authorization` header (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let only = lines.next().filter(|_| lines.next().is_none());
    match only.and_then(|header| header.to_str().ok()).and_then(|header| header.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Refusal::Unauthenticated.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_header_is_a_scheme_and_a_token() {
        let token = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned).ok()
        };
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bearer  abc").as_deref(), Some("abc"));
        assert_eq!(["abc", "Basic abc", "Bearer", ""].map(token), [const { None }; 4]);
        let twice: HeaderMap =
            ["Bearer abc"; 2].map(|line| (AUTHORIZATION, line.parse().unwrap())).into_iter().collect();
        assert!(bearer(&twice).is_err());
    }
}
