//! Only tokens of this key, for this API, that have not expired are valid.

#![no_main]

use std::sync::LazyLock;

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    crypto::sign,
    encode,
    jwk::{Jwk, ThumbprintHash},
};
use lambda::KeySet;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use store::PublicKey;

/// The keys of RFC 8032, section 7.1, "TEST 2": the private key in PKCS#8 (RFC 8410, section 7), and the public key.
const PRIVATE: [&[u8]; 2] = [
    &[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
    &[
        0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f, 0x5b, 0x8a,
        0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb,
    ],
];
const PUBLIC: &str = "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw";

static KEY: LazyLock<EncodingKey> = LazyLock::new(|| EncodingKey::from_ed_der(&PRIVATE.concat()));
static KID: LazyLock<String> = LazyLock::new(|| {
    let public = DecodingKey::from_ed_components(PUBLIC).unwrap();
    Jwk::from_decoding_key(&public, Some(Algorithm::EdDSA)).unwrap().thumbprint(ThumbprintHash::SHA256).unwrap()
});
static KEYS: LazyLock<KeySet> =
    LazyLock::new(|| KeySet::new("stack", &[PublicKey { kid: KID.clone(), x: PUBLIC.to_owned() }]));
static ISSUED: LazyLock<String> = LazyLock::new(|| {
    let claims = json!({"sub": "7", "sid": "s1", "name": "ann", "iat": 1, "exp": 4_000_000_000_u64, "iss": "stack",
                        "aud": "chat", "typ": "access"});
    let token = encode(&Header { kid: Some(KID.clone()), ..Header::new(Algorithm::EdDSA) }, &claims, &KEY).unwrap();
    assert!(KEYS.verify(&token).is_ok());
    token
});

fuzz_target!(|data: &[u8]| {
    let (Some((&choice, rest)), issued) = (data.split_first(), &*ISSUED) else { return };
    match choice % 3 {
        // Any text.
        0 => assert!(KEYS.verify(&String::from_utf8_lossy(rest)).is_err() || rest == issued.as_bytes()),
        // A valid token with changed bytes.
        1 => {
            let mut token = issued.clone().into_bytes();
            for change in rest.chunks_exact(2) {
                let place = usize::from(change[0]) % token.len();
                token[place] = change[1];
            }
            let token = String::from_utf8_lossy(&token);
            assert!(KEYS.verify(&token).is_err() || token == *issued, "{token}");
        }
        // Any other header and claims, signed with the key.
        _ => {
            let (header, claims) = rest.split_at(rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len()));
            let usual = json!({"alg": "EdDSA", "kid": *KID}).to_string();
            let header = if header.is_empty() { usual.as_bytes() } else { header };
            let claims = claims.get(1..).unwrap_or_default();
            let signed = format!("{}.{}", base64(header), base64(claims));
            let signature = sign(signed.as_bytes(), &KEY, Algorithm::EdDSA).unwrap();
            if let Ok(claimant) = KEYS.verify(&format!("{signed}.{signature}")) {
                let claims: Value = serde_json::from_slice(claims).unwrap();
                assert_eq!(claims["sub"], claimant.caller.user.to_string());
                assert_eq!(claims["sid"], claimant.caller.session);
                assert!(claims["exp"].as_f64().unwrap() > 1_700_000_000.0);
                for (name, value) in [("iss", "stack"), ("aud", "chat"), ("typ", "access")] {
                    assert!(claims[name] == value, "{claims}");
                }
                let header: Value = serde_json::from_slice(header).unwrap();
                assert_eq!(header["alg"], "EdDSA");
            }
        }
    }
});

/// RFC 4648, section 5, without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let bits = part.iter().chain([0; 3].iter()).take(3).fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        for digit in 0..=part.len() {
            text.push(DIGITS[bits >> (18 - 6 * digit) & 63].into());
        }
    }
    text
}
