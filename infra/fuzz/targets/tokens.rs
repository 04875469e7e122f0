//! Nothing is a token but what was signed here, for this, and has not ended.

#![no_main]

use std::sync::LazyLock;

use domain::{User, UserId, Username};
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign, decode_header};
use lambda::Tokens;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use store::Session;

const SECRET: &str = "a_secret_of_this_test_that_is_long_enough";

static TOKENS: LazyLock<Tokens> = LazyLock::new(|| Tokens::new(&format!("{SECRET} none"), "stack").unwrap());
static ISSUED: LazyLock<String> = LazyLock::new(|| {
    let user = User { id: UserId::try_from(7).unwrap(), username: Username::parse("ann".to_owned()).unwrap() };
    let session = Session { id: "s1".to_owned(), user_id: user.id, expires_at: 4_000_000_000 };
    TOKENS.issue(&chat::Login { user, session }).unwrap()
});

fuzz_target!(|data: &[u8]| {
    let (Some((&choice, rest)), issued) = (data.split_first(), &*ISSUED) else { return };
    match choice % 3 {
        // Any text.
        0 => assert!(TOKENS.verify(&String::from_utf8_lossy(rest)).is_err() || rest == issued.as_bytes()),
        // A good token, changed.
        1 => {
            let mut token = issued.clone().into_bytes();
            for change in rest.chunks_exact(2) {
                let place = usize::from(change[0]) % token.len();
                token[place] = change[1];
            }
            let token = String::from_utf8_lossy(&token);
            assert!(TOKENS.verify(&token).is_err() || token == *issued, "{token}");
        }
        // Whatever else the secret might sign.
        _ => {
            let (header, claims) = rest.split_at(rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len()));
            let usual = json!({"alg": "HS256", "kid": decode_header(issued).unwrap().kid}).to_string();
            let header = if header.is_empty() { usual.as_bytes() } else { header };
            let claims = claims.get(1..).unwrap_or_default();
            let signed = format!("{}.{}", base64(header), base64(claims));
            let signature =
                sign(signed.as_bytes(), &EncodingKey::from_secret(SECRET.as_bytes()), Algorithm::HS256).unwrap();
            if let Ok(caller) = TOKENS.verify(&format!("{signed}.{signature}")) {
                let claims: Value = serde_json::from_slice(claims).unwrap();
                assert_eq!(claims["sub"], caller.user.to_string());
                assert_eq!(claims["sid"], caller.session);
                assert!(claims["exp"].as_f64().unwrap() > 1_700_000_000.0);
                for (name, value) in [("iss", "stack"), ("aud", "chat"), ("typ", "access")] {
                    assert!(claims[name] == value, "{claims}");
                }
                let header: Value = serde_json::from_slice(header).unwrap();
                assert_eq!(header["alg"], "HS256");
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
