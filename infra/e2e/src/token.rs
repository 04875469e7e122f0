//! Access tokens that the system must not believe.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

/// A way to make a token that the server did not give out from one that it did.
#[derive(Clone, Copy, Debug)]
pub enum Forgery {
    /// All claims as they were, signed with a secret of the forger's own.
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
            Self::OtherSecret => sign(&claims, b"a secret of the forger's own, and a long one"),
            Self::NoAlgorithm => format!("{}.{payload}.", encode(&json!({"alg": "none", "typ": "JWT"}))),
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

    /// A token that was genuine and is over: signed with the system's own secret, ended an hour ago.
    pub fn expired(token: &str, secret: &str) -> String {
        let claims = claims(token);
        let ended = claims["iat"].as_u64().expect("a token begins") - 3_600;
        let claims = with(with(claims, "exp", json!(ended)), "iat", json!(ended - 86_400));
        sign(&claims, secret.as_bytes())
    }

    /// The same claims, signed with the system's own secret: what [`Forgery::expired`] would be if it had not ended.
    pub fn renewed(token: &str, secret: &str) -> String {
        sign(&claims(token), secret.as_bytes())
    }
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

fn sign(claims: &Value, secret: &[u8]) -> String {
    let key = EncodingKey::from_secret(secret);
    jsonwebtoken::encode(&Header::default(), claims, &key).expect("claims can be signed")
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}
