//! Refresh tokens: random, and derived so that the store can return the successor of a token again without keeping it.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::{Fields, Input, Refusal, SessionId, UserId};

/// Random bytes of the secret of a session, and the bytes of a proof.
const BYTES: usize = 32;

/// The token that continues a session: its user, its id, the secret of the session, and a proof that changes with each
/// refresh.
///
/// The secret is random, and only tokens have it: the session keeps its hash. The proof is the hash of the secret and a
/// random nonce, which the session keeps. So the secret and the session make the newest token again. A copy of the
/// table makes none, and neither does a token that was replaced, because it lacks the nonces of later ones.
#[derive(Clone)]
pub struct RefreshToken {
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    secret: [u8; BYTES],
    proof: [u8; BYTES],
}

impl RefreshToken {
    /// The first token of a session with this random secret.
    #[must_use]
    pub fn first(user: UserId, session: SessionId, secret: [u8; BYTES], nonce: &str) -> Self {
        Self { user, session, secret, proof: proof(&secret, nonce) }
    }

    /// The token of the same session for another nonce.
    #[must_use]
    pub fn with_nonce(&self, nonce: &str) -> Self {
        Self { proof: proof(&self.secret, nonce), ..self.clone() }
    }

    /// Whether this is the token for a nonce. The comparison may take a time that depends on the proof: a wrong proof
    /// with the right secret ends the session, so nobody tries a second one.
    #[must_use]
    pub fn has_nonce(&self, nonce: &str) -> bool {
        self.proof == proof(&self.secret, nonce)
    }

    /// The hash of the secret that the session keeps: SHA-256, in base64url. The secret is random, so a fast hash is
    /// enough.
    #[must_use]
    pub fn secret_hash(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret))
    }

    /// Reads a token.
    fn parse(token: &str) -> Option<Self> {
        let [user, session, secret, proof] = token.split('.').collect::<Vec<_>>().try_into().ok()?;
        let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok();
        Some(Self {
            user: user.parse().ok()?,
            session: session.parse().ok()?,
            secret: bytes(secret)?,
            proof: bytes(proof)?,
        })
    }
}

/// The secret has a fixed length and comes first, and the result is compared as a whole, so that a plain hash is a
/// message authentication code here: nobody can make the hash of another nonce from it.
fn proof(secret: &[u8; BYTES], nonce: &str) -> [u8; BYTES] {
    Sha256::new().chain_update(secret).chain_update(nonce).finalize().into()
}

impl fmt::Display for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [secret, proof] = [self.secret, self.proof].map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes));
        write!(f, "{}.{}.{secret}.{proof}", self.user, self.session)
    }
}

/// Shows no secret.
impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Serialize for RefreshToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The body of `POST /auth/refresh/`.
pub struct RefreshAttempt {
    token: Option<RefreshToken>,
}

impl RefreshAttempt {
    /// The token.
    ///
    /// # Errors
    /// `RefreshTokenInvalid` if it has another form, as for a token that is not valid.
    pub fn token(self) -> Result<RefreshToken, Refusal> {
        self.token.ok_or(Refusal::RefreshTokenInvalid)
    }
}

impl Input for RefreshAttempt {
    fn read(fields: &mut Fields) -> Option<Self> {
        let token: String = fields.required("refresh_token")?;
        Some(Self { token: RefreshToken::parse(&token) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "0123456789abcdef0123456789abcdef";

    fn token(secret: u8, nonce: &str) -> RefreshToken {
        RefreshToken::first(UserId::try_from(17).unwrap(), SESSION.parse().unwrap(), [secret; BYTES], nonce)
    }

    #[test]
    fn a_token_is_read_as_it_is_written() {
        let written = token(7, "n1").to_string();
        let read = RefreshToken::parse(&written).unwrap();
        assert_eq!((read.user.get(), read.session.as_str(), read.to_string()), (17, SESSION, written.clone()));
        assert!(read.has_nonce("n1"));
        let parts: Vec<_> = written.split('.').collect();
        let [user, session, secret, proof] = parts[..] else { panic!("{written}") };
        for other in [
            String::new(),
            "a.b.c.d".to_owned(),
            format!("{written}."),
            format!("{written}A"),
            format!("{user}.{session}.{secret}"),
            format!("0.{session}.{secret}.{proof}"),
            format!("{user}.{session}0.{secret}.{proof}"),
            format!("{user}.{session}..{proof}"),
            format!("{user}.{session}.{secret}.{}", &proof[1..]),
        ] {
            assert!(RefreshToken::parse(&other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_successor_has_the_same_secret_and_another_proof() {
        let (first, second) = (token(7, "n1"), token(7, "n1").with_nonce("n2"));
        assert_eq!(first.secret_hash(), second.secret_hash());
        assert_ne!(first.to_string(), second.to_string());
        assert!(second.has_nonce("n2") && !second.has_nonce("n1") && !first.has_nonce("n2"));
        assert_eq!(second.to_string(), token(7, "n2").to_string(), "made again");
    }

    #[test]
    fn another_secret_has_another_hash_and_another_proof() {
        assert_ne!(token(7, "n1").secret_hash(), token(8, "n1").secret_hash());
        let [_, other] = [token(7, "n1"), token(8, "n1")].map(|token| token.to_string());
        let forged = other.rsplit_once('.').unwrap().1;
        let genuine = token(7, "n1").to_string();
        let forged = format!("{}.{forged}", genuine.rsplit_once('.').unwrap().0);
        assert!(!RefreshToken::parse(&forged).unwrap().has_nonce("n1"));
    }

    #[test]
    fn a_token_in_a_log_shows_no_secret() {
        let shown = format!("{:?}", token(7, "n1"));
        assert_eq!(shown, "RefreshToken { user: UserId(17), .. }");
    }
}
