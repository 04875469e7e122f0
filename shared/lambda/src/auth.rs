//! Access tokens: JWT (RFC 7519), HS256, with everything pinned that a forger could choose.

use std::fmt;

use chat::{Caller, Login, SESSION_LIFETIME};
use domain::Error;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use lambda_http::http::{HeaderMap, header::AUTHORIZATION};
use serde::{Deserialize, Serialize};

/// Who the tokens are for.
const AUDIENCE: &str = "chat";
/// What the tokens are for.
const TYPE: &str = "access";

/// Makes and checks the access tokens of one deployment.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
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
    /// The tokens that this secret signs and that name this issuer.
    #[must_use]
    pub fn new(secret: &[u8], issuer: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            issuer: issuer.to_owned(),
        }
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
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::internal("signing a token", error))
    }

    /// Who the token is of. Whether the session has ended is not known by it.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn verify(&self, token: &str) -> Result<Caller, Error> {
        let token = decode::<Claims>(token, &self.decoding, &self.validation).map_err(|_| Error::Unauthenticated)?;
        let Claims { sub, sid, typ, .. } = token.claims;
        let user = sub.parse().map_err(|_| Error::Unauthenticated)?;
        if typ == TYPE { Ok(Caller { user, session: sid }) } else { Err(Error::Unauthenticated) }
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
    use domain::{User, UserId, Username};
    use serde_json::{Value, json};
    use store::Session;

    use super::*;

    const SECRET: &[u8] = b"a secret of this test";

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

    fn signed(header: &Header, claims: &Value, secret: &[u8]) -> String {
        encode(header, claims, &EncodingKey::from_secret(secret)).unwrap()
    }

    fn verify(token: &str) -> Result<Caller, Error> {
        Tokens::new(SECRET, "stack").verify(token)
    }

    #[test]
    fn a_token_tells_who_asks() {
        let tokens = Tokens::new(SECRET, "stack");
        let caller = tokens.verify(&tokens.issue(&login()).unwrap()).unwrap();
        assert_eq!((caller.user.get(), caller.session.as_str()), (7, "s1"));
        assert!(verify(&signed(&Header::new(Algorithm::HS256), &claims(), SECRET)).is_ok());
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
            assert!(verify(&signed(&Header::new(Algorithm::HS256), &claims, SECRET)).is_err(), "{claims}");
        }
        for claim in ["exp", "iss", "aud", "typ", "sub", "sid"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(claim);
            assert!(verify(&signed(&Header::new(Algorithm::HS256), &claims, SECRET)).is_err(), "without {claim}");
        }
        assert!(verify(&signed(&Header::new(Algorithm::HS512), &claims(), SECRET)).is_err(), "algorithm");
        assert!(verify(&signed(&Header::new(Algorithm::HS256), &claims(), b"another")).is_err(), "secret");
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
