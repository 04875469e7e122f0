//! Access tokens that the system must not believe.

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

/// Long enough for a key to be derived from it.
const FORGERS_SECRET: &str = "a secret of the forger's own, and a long one";
/// The length of a private key of Ed25519, in bytes.
const SEED: usize = 32;

/// A way to make a token that the server did not give out from one that it did.
#[derive(Clone, Copy, Debug)]
pub enum Forgery {
    /// All claims and the name of the key as they were, signed with a key of the forger's own.
    OtherKey,
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

/// Makes tokens with the private key of the system.
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
    /// With the key that is derived from this secret: HKDF with SHA-256 gives the seed of a pair of Ed25519.
    pub fn new(secret: &str) -> Self {
        let mut seed = [0; SEED];
        let derived = Salt::new(HKDF_SHA256, &[]).extract(secret.as_bytes());
        let derived = derived.expand(&[b"Ed25519, access tokens"], Length);
        derived.and_then(|derived| derived.fill(&mut seed)).expect("a seed can be derived");
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("any 32 bytes are a seed");
        let private = EncodingKey::from_ed_der(pair.to_pkcs8().expect("a key can be written").as_ref());
        Self { private, public: pair.public_key().as_ref().to_vec() }
    }

    /// The claims of a token, signed with this key and named so: as good as a token that was given out.
    pub fn renewed(&self, token: &str) -> String {
        self.sign(Some(self.key()), &claims(token))
    }

    /// Tokens that must not be believed although they are signed with this key, or with what everybody can know of it. Each
    /// comes with its reason.
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

    /// The public key in base64url, as the system's table has it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    /// The name of this key in a token: its thumbprint (RFC 7638).
    pub fn key(&self) -> String {
        let key = Jwk::from_decoding_key(&DecodingKey::from_ed_der(&self.public), Some(Algorithm::EdDSA));
        key.and_then(|key| key.thumbprint(ThumbprintHash::SHA256)).expect("a public key has a thumbprint")
    }

    fn sign(&self, key: Option<String>, claims: &Value) -> String {
        let header = Header { kid: key, ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.private).expect("claims can be signed")
    }

    /// RFC 8725, section 2.1: an attack on those who let a token say how it is verified.
    fn sign_by_hmac(&self, secret: &[u8], claims: &Value) -> String {
        let header = Header { kid: Some(self.key()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).expect("claims can be signed")
    }

    /// Signed as all are, under a header that says otherwise.
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
