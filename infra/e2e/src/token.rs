//! Access tokens that the system must not believe.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, ThumbprintHash},
};
use serde_json::{Value, json};

/// A way to make a token that the server did not give out from one that it did.
#[derive(Clone, Copy, Debug)]
pub enum Forgery {
    /// All claims and the name of the key as they were, signed with a secret of the forger's own.
    OtherSecret,
    /// All claims as they were, and a header that says that no signature is needed.
    NoAlgorithm,
    /// Another user's id under the signature of the first claims.
    OtherUser,
    /// A later end of the session under the signature of the first claims.
    LaterExpiry,
    /// The token without its signature.
    Unsigned,
    /// The signature of the token with its first character changed.
    OtherSignature,
}

impl Forgery {
    /// Every way there is.
    pub const ALL: [Self; 6] = [
        Self::OtherSecret,
        Self::NoAlgorithm,
        Self::OtherUser,
        Self::LaterExpiry,
        Self::Unsigned,
        Self::OtherSignature,
    ];

    /// The forged form of a genuine token.
    pub fn of(self, token: &str) -> String {
        let [header, payload, signature] = parts(token);
        let claims = claims(token);
        match self {
            Self::OtherSecret => Signer::new("a secret of the forger's own, and a long one").sign(
                Algorithm::HS256,
                key_of(token),
                &claims,
            ),
            Self::NoAlgorithm => {
                let header = json!({"alg": "none", "typ": "JWT", "kid": key_of(token)});
                format!("{}.{payload}.", encode(&header))
            }
            Self::OtherUser => {
                // `sub` is text by the standard; a number would be refused for its type alone.
                let other = json!("2147483647");
                format!("{header}.{}.{signature}", encode(&with(claims, "sub", other)))
            }
            Self::LaterExpiry => {
                let later = json!(claims["exp"].as_u64().expect("a token ends") + 86_400);
                format!("{header}.{}.{signature}", encode(&with(claims, "exp", later)))
            }
            Self::Unsigned => format!("{header}.{payload}"),
            Self::OtherSignature => {
                let first = if signature.starts_with('A') { 'B' } else { 'A' };
                format!("{header}.{payload}.{first}{}", &signature[1..])
            }
        }
    }
}

/// Makes tokens with a secret of the system's own.
#[derive(Debug)]
pub struct Signer(EncodingKey);

impl Signer {
    /// With this secret.
    pub fn new(secret: &str) -> Self {
        Self(EncodingKey::from_secret(secret.as_bytes()))
    }

    /// The claims of a token, signed with this secret and named so: as good as a token that was given out.
    pub fn renewed(&self, token: &str) -> String {
        self.sign(Algorithm::HS256, Some(self.key()), &claims(token))
    }

    /// Tokens that are signed with this secret and must not be believed for another reason, which comes with each.
    pub fn misused(&self, token: &str) -> [(&'static str, String); 11] {
        let genuine = claims(token);
        let begun = genuine["iat"].as_u64().expect("a token begins");
        let claiming = |name, value| self.sign(Algorithm::HS256, Some(self.key()), &with(genuine.clone(), name, value));
        let under = |algorithm, key| self.sign(algorithm, key, &genuine);
        let stranger = Self::new("a secret of the forger's own, and a long one").key();
        [
            ("expired", claiming("exp", json!(begun - 3_600))),
            ("of another issuer", claiming("iss", json!("another stack"))),
            ("for another audience", claiming("aud", json!("another service"))),
            ("of another type", claiming("typ", json!("refresh"))),
            ("HS384", under(Algorithm::HS384, Some(self.key()))),
            ("HS512", under(Algorithm::HS512, Some(self.key()))),
            ("said to be RS256", self.sign_said_to_be("RS256", &genuine)),
            ("said to be ES256", self.sign_said_to_be("ES256", &genuine)),
            ("with an unknown key", under(Algorithm::HS256, Some(stranger))),
            ("with an empty key", under(Algorithm::HS256, Some(String::new()))),
            ("without a key", under(Algorithm::HS256, None)),
        ]
    }

    /// What names this secret in a token: the thumbprint of its key (RFC 7638).
    pub fn key(&self) -> String {
        let key = Jwk::from_encoding_key(&self.0, Algorithm::HS256);
        key.and_then(|key| key.thumbprint(ThumbprintHash::SHA256)).expect("a secret is a key")
    }

    fn sign(&self, algorithm: Algorithm, key: Option<String>, claims: &Value) -> String {
        let header = Header { kid: key, ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, claims, &self.0).expect("claims can be signed")
    }

    /// Signed as all are, under a header that says otherwise.
    fn sign_said_to_be(&self, algorithm: &str, claims: &Value) -> String {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": self.key()});
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.0, Algorithm::HS256);
        format!("{signed}.{}", signature.expect("anything can be signed"))
    }
}

/// What a token says of the key that it is signed with.
pub fn key_of(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).expect("a token has a header").kid
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().expect("an access token is a signed JWT")
}

fn claims(token: &str) -> Value {
    let [_, payload, _] = parts(token);
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("a JWT's payload is base64url");
    serde_json::from_slice(&payload).expect("a JWT's payload is JSON")
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}
