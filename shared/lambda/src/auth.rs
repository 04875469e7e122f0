//! Access tokens: JWT (RFC 7519), HS256, with everything pinned that a forger could choose.
//!
//! There may be two secrets, so that one can take the place of the other while tokens of both are out. A token names the one
//! that it is signed with by its `kid`, the thumbprint of the key (RFC 7638); one that names neither is not looked at.

use std::fmt;

use chat::{Caller, Login, SESSION_LIFETIME};
use domain::{Error, User, Username};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
    jwk::{Jwk, ThumbprintHash},
};
use lambda_http::http::{HeaderMap, header::AUTHORIZATION};
use serde::{Deserialize, Serialize};

use crate::Fatal;

/// Who the tokens are for.
const AUDIENCE: &str = "chat";
/// What the tokens are for.
const TYPE: &str = "access";

/// The shortest secret taken, in bytes: the length of the hash (RFC 7518, section 3.2).
const MIN_SECRET: usize = 32;
/// What stands for a second secret where there is none.
const NONE: &str = "none";

/// Makes and checks the access tokens of one deployment.
pub struct Tokens {
    current: Key,
    other: Option<Key>,
    validation: Validation,
    issuer: String,
}

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

impl Tokens {
    /// With a secret that signs, and another one that is believed as well, or the word `none`; a space between them.
    ///
    /// # Errors
    /// They are not two.
    pub fn new(secrets: &str, issuer: &str) -> Result<Self, Fatal> {
        let (current, other) = secrets.split_once(' ').ok_or("the variable JWT_SECRETS is not two words")?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
        Ok(Self {
            current: Key::new(current)?,
            other: (other != NONE).then(|| Key::new(other)).transpose()?,
            validation,
            issuer: issuer.to_owned(),
        })
    }

    /// The token of a login. It ends when the session does.
    ///
    /// # Errors
    /// `Internal`.
    pub fn issue(&self, login: &Login) -> Result<String, Error> {
        let claims = Claims {
            sub: login.user.id.to_string(),
            sid: login.session.id.clone(),
            name: login.user.username.as_str().to_owned(),
            iat: login.session.expires_at.saturating_sub(SESSION_LIFETIME.as_secs()),
            exp: login.session.expires_at,
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            typ: TYPE.to_owned(),
        };
        let header = Header { kid: Some(self.current.id.clone()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims, &self.current.encoding).map_err(|error| Error::internal("signing a token", error))
    }

    /// Who the token is of. Whether the session has ended is not known by it.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn verify(&self, token: &str) -> Result<Caller, Error> {
        self.verify_name(token).map(|(caller, _)| caller)
    }

    /// Like [`Tokens::verify`], with the name that the token was given for.
    fn verify_name(&self, token: &str) -> Result<(Caller, String), Error> {
        let key = self.key(token).ok_or(Error::Unauthenticated)?;
        let token = decode::<Claims>(token, &key.decoding, &self.validation).map_err(|_| Error::Unauthenticated)?;
        let Claims { sub, sid, name, typ, .. } = token.claims;
        let user = sub.parse().map_err(|_| Error::Unauthenticated)?;
        if typ == TYPE { Ok((Caller { user, session: sid }, name)) } else { Err(Error::Unauthenticated) }
    }

    /// The key that a token says it is signed with.
    fn key(&self, token: &str) -> Option<&Key> {
        let id = decode_header(token).ok()?.kid?;
        [Some(&self.current), self.other.as_ref()].into_iter().flatten().find(|key| key.id == id)
    }

    /// Like [`Tokens::verify`], as who they log in: names never change.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn verify_user(&self, token: &str) -> Result<(Caller, User), Error> {
        let (caller, name) = self.verify_name(token)?;
        let username = Username::parse(name).map_err(|_| Error::Unauthenticated)?;
        let user = User { id: caller.user, username };
        Ok((caller, user))
    }
}

struct Key {
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Key {
    fn new(secret: &str) -> Result<Self, Fatal> {
        if secret.len() < MIN_SECRET {
            return Err(format!("a secret of JWT_SECRETS has fewer than {MIN_SECRET} bytes").into());
        }
        let encoding = EncodingKey::from_secret(secret.as_bytes());
        let id = Jwk::from_encoding_key(&encoding, Algorithm::HS256)?.thumbprint(ThumbprintHash::SHA256)?;
        Ok(Self { id, encoding, decoding: DecodingKey::from_secret(secret.as_bytes()) })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The token of an `Authorization` header (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let header = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    match header.and_then(|header| header.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Error::Unauthenticated),
    }
}

#[cfg(test)]
mod tests {
    use domain::UserId;
    use serde_json::{Value, json};
    use store::Session;

    use super::*;

    const SECRET: &str = "the-secret-of-this-test-long-enough";
    const OTHER: &str = "another-one-which-is-long-enough-too";

    fn login() -> Login {
        let id = UserId::try_from(7).unwrap();
        Login {
            user: User { id, username: Username::parse("ann".to_owned()).unwrap() },
            session: Session { id: "s1".to_owned(), user_id: id, expires_at: 4_000_000_000 },
        }
    }

    fn claims() -> Value {
        json!({"sub": "7", "sid": "s1", "name": "ann", "iat": 1, "exp": 4_000_000_000_u64, "iss": "stack", "aud": "chat",
               "typ": "access"})
    }

    fn tokens(current: &str, other: &str) -> Tokens {
        Tokens::new(&format!("{current} {other}"), "stack").unwrap()
    }

    /// A header that names a secret.
    fn header(algorithm: Algorithm, secret: &str) -> Header {
        Header { kid: Some(Key::new(secret).unwrap().id), ..Header::new(algorithm) }
    }

    fn signed(header: &Header, claims: &Value, secret: &str) -> String {
        encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    }

    fn verify(token: &str) -> Result<Caller, Error> {
        tokens(SECRET, NONE).verify(token)
    }

    #[test]
    fn a_token_tells_who_asks() {
        let tokens = tokens(SECRET, NONE);
        let token = tokens.issue(&login()).unwrap();
        let caller = tokens.verify(&token).unwrap();
        assert_eq!((caller.user.get(), caller.session.as_str()), (7, "s1"));
        assert_eq!(tokens.verify_user(&token).unwrap().1.username.as_str(), "ann");
        assert!(verify(&signed(&header(Algorithm::HS256, SECRET), &claims(), SECRET)).is_ok());
    }

    #[test]
    fn a_token_with_anything_wrong_is_refused() {
        let good = header(Algorithm::HS256, SECRET);
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
            assert!(verify(&signed(&good, &claims, SECRET)).is_err(), "{claims}");
        }
        for claim in ["exp", "iss", "aud", "typ", "sub", "sid"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(claim);
            assert!(verify(&signed(&good, &claims, SECRET)).is_err(), "without {claim}");
        }
        assert!(verify(&signed(&header(Algorithm::HS512, SECRET), &claims(), SECRET)).is_err(), "algorithm");
        assert!(verify(&signed(&good, &claims(), OTHER)).is_err(), "secret");
        assert!(verify(&signed(&Header::new(Algorithm::HS256), &claims(), SECRET)).is_err(), "no key");
        assert!(verify(&signed(&header(Algorithm::HS256, OTHER), &claims(), SECRET)).is_err(), "another key");
        assert!(verify(&signed(&header(Algorithm::HS256, OTHER), &claims(), OTHER)).is_err(), "an unknown key");
    }

    #[test]
    fn one_secret_takes_the_place_of_another_and_nobody_notices() {
        let before = tokens(SECRET, NONE).issue(&login()).unwrap();
        let announced = tokens(SECRET, OTHER);
        let swapped = tokens(OTHER, SECRET);
        let after = swapped.issue(&login()).unwrap();
        assert_ne!(decode_header(&before).unwrap().kid, decode_header(&after).unwrap().kid);
        for tokens in [announced, swapped] {
            assert!(tokens.verify(&before).is_ok() && tokens.verify(&after).is_ok());
        }
        let dropped = tokens(OTHER, NONE);
        assert!(dropped.verify(&before).is_err() && dropped.verify(&after).is_ok());
    }

    #[test]
    fn a_secret_that_is_too_short_is_refused() {
        for secrets in ["", SECRET, "none none", "short none", &format!("{SECRET} short"), &format!("{SECRET} ")] {
            assert!(Tokens::new(secrets, "stack").is_err(), "{secrets:?}");
        }
    }

    #[test]
    fn an_authorization_header_is_a_scheme_and_a_token() {
        let token = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned).ok()
        };
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bearer  abc").as_deref(), Some("abc"));
        assert_eq!(["abc", "Basic abc", "Bearer", ""].map(token), [const { None }; 4]);
    }
}
