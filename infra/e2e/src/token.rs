//! Access tokens that the system must refuse.

use aws_lc_rs::{
    hkdf::{HKDF_SHA256, KeyType, Salt},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    jwk::{Jwk, ThumbprintHash},
};
use serde_json::{Value, json};

/// A secret that is long enough to derive a key from it.
const FORGERS_SECRET: &str = "a secret of the forger's own, and a long one";
/// The length of a private key of Ed25519, in bytes.
const SEED: usize = 32;

/// A way to forge a token from a genuine one.
#[derive(Clone, Copy, Debug)]
pub enum Forgery {
    /// The same claims and key id, signed with a key of the forger.
    OtherKey,
    /// The same claims, with a header that declares the algorithm `none`.
    NoAlgorithm,
    /// Another user's id, with the signature of the original claims.
    OtherUser,
    /// A later expiry, with the signature of the original claims.
    LaterExpiry,
    /// The token without its signature.
    Unsigned,
    /// The same token, with the first character of its signature changed.
    OtherSignature,
}

impl Forgery {
    /// All forgeries.
    pub const ALL: [Self; 6] =
        [Self::OtherKey, Self::NoAlgorithm, Self::OtherUser, Self::LaterExpiry, Self::Unsigned, Self::OtherSignature];

    /// The forged form of a genuine token.
    pub fn of(self, token: &str) -> String {
        let [header, payload, signature] = parts(token);
        let claims = claims(token);
        match self {
            Self::OtherKey => Signer::new(FORGERS_SECRET).sign(key_of(token), &claims),
            Self::NoAlgorithm => {
                let header = json!({"alg": "none", "typ": "JWT", "kid": key_of(token)});
                format!("{}.{payload}.", encode(&header))
            }
            Self::OtherUser => {
                // The standard defines `sub` as text; a number would be refused for its type alone.
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

/// Signs tokens with the private key of the system.
pub struct Signer {
    private: EncodingKey,
    public: Vec<u8>,
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        SEED
    }
}

impl Signer {
    /// Derives the key from a secret: HKDF with SHA-256 returns the seed of an Ed25519 key pair.
    pub fn new(secret: &str) -> Self {
        let mut seed = [0; SEED];
        let derived = Salt::new(HKDF_SHA256, &[]).extract(secret.as_bytes());
        let derived = derived.expand(&[b"Ed25519, access tokens"], Length);
        derived.and_then(|derived| derived.fill(&mut seed)).expect("a seed can be derived");
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("any 32 bytes are a seed");
        let private = EncodingKey::from_ed_der(pair.to_pkcs8().expect("a key can be written").as_ref());
        Self { private, public: pair.public_key().as_ref().to_vec() }
    }

    /// The claims of a token, signed with this key and with its id: as valid as a token that `login` issued.
    pub fn renewed(&self, token: &str) -> String {
        self.sign(Some(self.key()), &claims(token))
    }

    /// Tokens that must be refused although they are signed with this key, or with its public part. Each comes with its
    /// reason.
    pub fn misused(&self, token: &str) -> [(&'static str, String); 12] {
        let genuine = claims(token);
        let begun = genuine["iat"].as_u64().expect("a token begins");
        let claiming = |name, value| self.sign(Some(self.key()), &with(genuine.clone(), name, value));
        let stranger = Self::new(FORGERS_SECRET).key();
        [
            ("expired", claiming("exp", json!(begun - 3_600))),
            ("of another issuer", claiming("iss", json!("another stack"))),
            ("for another audience", claiming("aud", json!("another service"))),
            ("of another type", claiming("typ", json!("refresh"))),
            ("HS256 with the public key as its secret", self.sign_by_hmac(&self.public, &genuine)),
            ("HS256 with the public key in base64url as its secret", {
                self.sign_by_hmac(self.public().as_bytes(), &genuine)
            }),
            ("said to be HS256", self.sign_said_to_be("HS256", &genuine)),
            ("said to be RS256", self.sign_said_to_be("RS256", &genuine)),
            ("said to be ES256", self.sign_said_to_be("ES256", &genuine)),
            ("with an unknown key", self.sign(Some(stranger), &genuine)),
            ("with an empty key", self.sign(Some(String::new()), &genuine)),
            ("without a key", self.sign(None, &genuine)),
        ]
    }

    /// The public key in base64url, as the table of signing keys stores it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    /// The key id in a token: the thumbprint of the public key (RFC 7638).
    pub fn key(&self) -> String {
        let key = Jwk::from_decoding_key(&DecodingKey::from_ed_der(&self.public), Some(Algorithm::EdDSA));
        key.and_then(|key| key.thumbprint(ThumbprintHash::SHA256)).expect("a public key has a thumbprint")
    }

    fn sign(&self, key: Option<String>, claims: &Value) -> String {
        let header = Header { kid: key, ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.private).expect("claims can be signed")
    }

    /// Signs with HMAC, an attack on verifiers that let the token choose the algorithm (RFC 8725, section 2.1).
    fn sign_by_hmac(&self, secret: &[u8], claims: &Value) -> String {
        let header = Header { kid: Some(self.key()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).expect("claims can be signed")
    }

    /// Signs as usual, below a header that declares another algorithm.
    fn sign_said_to_be(&self, algorithm: &str, claims: &Value) -> String {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": self.key()});
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.private, Algorithm::EdDSA);
        format!("{signed}.{}", signature.expect("anything can be signed"))
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("key", &self.key()).finish_non_exhaustive()
    }
}

/// The key id in a token's header.
pub fn key_of(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).expect("a token has a header").kid
}

/// The session that a token names, if it is one of ours.
pub fn session_of(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    Some(claims["sid"].as_str()?.to_owned())
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
