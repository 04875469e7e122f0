//! The public keys of one moment, and the verification of tokens with them.

use std::fmt;

use chat::{Caller, now};
use domain::{Error, Refusal, Stored as _, User, Username, causes};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use store::PublicKey;

use super::{ALGORITHM, AUDIENCE, Claims, TYPE};

/// Verifies tokens of one issuer.
pub struct KeySet {
    keys: Vec<(String, DecodingKey)>,
    validation: Validation,
}

/// The user that a token was made for. Their session may have ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// The user and the session.
    pub caller: Caller,
    name: String,
}

impl Claimant {
    /// The user with their name, which never changes, and which may be older than the rules for names.
    #[must_use]
    pub fn user(&self) -> User {
        User { id: self.caller.user, username: Username::stored(self.name.clone()) }
    }
}

impl KeySet {
    /// The keys of an issuer. Skips a key that is not in base64url.
    #[must_use]
    pub fn new(issuer: &str, keys: &[PublicKey]) -> Self {
        let mut validation = Validation::new(ALGORITHM);
        validation.leeway = 0;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
        let decoding = |key: &PublicKey| match DecodingKey::from_ed_components(&key.x) {
            Ok(decoding) => Some((key.kid.clone(), decoding)),
            Err(error) => {
                tracing::error!(kid = key.kid, cause = causes(&error), "a public key cannot be read");
                None
            }
        };
        Self { keys: keys.iter().filter_map(decoding).collect(), validation }
    }

    /// Whether a key of this name is known.
    #[must_use]
    pub fn has(&self, kid: &str) -> bool {
        self.key(kid).is_some()
    }

    /// The claimant of a token.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn verify(&self, token: &str) -> Result<Claimant, Error> {
        let key = kid(token).and_then(|kid| self.key(&kid)).ok_or(Refusal::Unauthenticated)?;
        let token = decode::<Claims>(token, key, &self.validation).map_err(|_| Refusal::Unauthenticated)?;
        let Claims { sub, sid, name, typ, .. } = token.claims;
        let user = sub.parse().map_err(|_| Refusal::Unauthenticated)?;
        if typ == TYPE {
            Ok(Claimant { caller: Caller { user, session: sid, at: now() }, name })
        } else {
            Err(Refusal::Unauthenticated.into())
        }
    }

    fn key(&self, kid: &str) -> Option<&DecodingKey> {
        self.keys.iter().find(|(known, _)| known == kid).map(|(_, key)| key)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = self.keys.iter().map(|(kid, _)| kid).collect();
        f.debug_struct("KeySet").field("keys", &known).finish_non_exhaustive()
    }
}

/// The name of the key in a token's header, if the token has our algorithm.
pub(super) fn kid(token: &str) -> Option<String> {
    let header = decode_header(token).ok()?;
    header.kid.filter(|_| header.alg == ALGORITHM)
}

#[cfg(test)]
mod tests {
    use chat::accounts::{Device, Login};
    use domain::{RefreshToken, SessionId, UserId};
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use serde_json::{Value, json};
    use store::Session;

    use super::{super::SigningKey, *};

    const SECRET: &str = "the-secret-of-this-test-long-enough";
    const OTHER: &str = "another-one-which-is-long-enough-too";

    fn login() -> Login {
        let id = UserId::try_from(7).unwrap();
        let session = "s1".to_owned();
        Login {
            user: User { id, username: Username::parse("ann").unwrap() },
            session: Session { id: session, user_id: id, expires_at: 4_000_000_000, device_id: None, renewal: None },
            device: Device { username: "ann".to_owned(), id: "d1".to_owned() },
            refresh_token: RefreshToken::first(id, SessionId::new([1; 16]), [2; 32], "n1"),
            at: now(),
        }
    }

    fn claims() -> Value {
        json!({"sub": "7", "sid": "s1", "name": "ann", "iat": 1, "exp": 4_000_000_000_u64, "iss": "stack", "aud": "chat",
               "typ": "access"})
    }

    fn key(secret: &str) -> SigningKey {
        SigningKey::derive(secret).unwrap()
    }

    fn keys(secrets: &[&str]) -> KeySet {
        let keys: Vec<_> = secrets.iter().map(|secret| key(secret).public().clone()).collect();
        KeySet::new("stack", &keys)
    }

    fn verify(token: &str) -> Result<Claimant, Error> {
        keys(&[SECRET]).verify(token)
    }

    /// Claims that are signed with one key and name another.
    fn signed(named: &str, claims: &Value, secret: &str) -> String {
        key(secret).sign_as(&key(named).public().kid, claims).unwrap()
    }

    #[test]
    fn a_token_says_who_asks() {
        let token = key(SECRET).sign(&login(), "stack").unwrap();
        let claimant = verify(&token).unwrap();
        assert_eq!((claimant.caller.user.get(), claimant.caller.session.as_str()), (7, "s1"));
        assert_eq!(claimant.user().username.as_str(), "ann");
        assert!(verify(&signed(SECRET, &claims(), SECRET)).is_ok());
    }

    #[test]
    fn a_token_with_anything_wrong_is_refused() {
        for (claim, wrong) in [
            ("exp", json!(1_500_000_000)),
            ("iss", json!("another stack")),
            ("aud", json!("another service")),
            ("typ", json!("refresh")),
            ("sub", json!("0")),
            ("sub", json!("ann")),
        ] {
            let mut claims = claims();
            claims[claim] = wrong;
            assert!(verify(&signed(SECRET, &claims, SECRET)).is_err(), "{claims}");
        }
        for claim in ["exp", "iss", "aud", "typ", "sub", "sid"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(claim);
            assert!(verify(&signed(SECRET, &claims, SECRET)).is_err(), "without {claim}");
        }
        assert!(verify(&signed(SECRET, &claims(), OTHER)).is_err(), "another key under the name of ours");
        assert!(verify(&signed(OTHER, &claims(), OTHER)).is_err(), "an unknown key");
    }

    #[test]
    fn a_token_lasts_a_day_and_no_longer_than_its_session() {
        let exp = |login: &Login| {
            let token = key(SECRET).sign(login, "stack").unwrap();
            let keys = keys(&[SECRET]);
            let decoded = decode::<Claims>(&token, &keys.keys[0].1, &keys.validation).unwrap();
            (decoded.claims.exp, decoded.claims.iat)
        };
        let mut login = login();
        let at = login.at.seconds();
        assert_eq!(exp(&login), (at + 24 * 60 * 60, at));
        login.session.expires_at = at + 60;
        assert_eq!(exp(&login), (at + 60, at));
    }

    #[test]
    fn neither_token_passes_for_the_other() {
        let access = key(SECRET).sign(&login(), "stack").unwrap();
        let device = key(SECRET).device_token(&login()).unwrap();
        assert!(key(SECRET).device(&device).is_some() && verify(&device).is_err());
        assert!(key(SECRET).device(&access).is_none());
        assert!(key(OTHER).device(&device).is_none());
    }

    #[test]
    fn a_key_that_cannot_be_read_is_skipped() {
        let broken = PublicKey { kid: "broken".to_owned(), x: "no base64url!".to_owned() };
        let keys = KeySet::new("stack", &[broken, key(SECRET).public().clone()]);
        assert!(!keys.has("broken") && keys.verify(&signed(SECRET, &claims(), SECRET)).is_ok());
    }

    /// RFC 8725, section 2.1: a public key must not pass as the secret of an HMAC.
    #[test]
    fn a_token_of_another_algorithm_is_refused() {
        let public = key(SECRET).public().clone();
        for algorithm in [Algorithm::HS256, Algorithm::HS512] {
            let header = Header { kid: Some(public.kid.clone()), ..Header::new(algorithm) };
            let token = encode(&header, &claims(), &EncodingKey::from_secret(public.x.as_bytes())).unwrap();
            assert!(verify(&token).is_err(), "{algorithm:?}");
        }
    }

    #[test]
    fn one_key_takes_the_place_of_another_and_nobody_notices() {
        let before = key(SECRET).sign(&login(), "stack").unwrap();
        let after = key(OTHER).sign(&login(), "stack").unwrap();
        assert_ne!(kid(&before), kid(&after));
        let both = keys(&[SECRET, OTHER]);
        assert!(both.verify(&before).is_ok() && both.verify(&after).is_ok());
        let later = keys(&[OTHER]);
        assert!(later.verify(&before).is_err() && later.verify(&after).is_ok());
    }
}
