//! A name is shown in one form, and is compared in another.

#![no_main]

use domain::{Fields, LoginAttempt, SoughtUsername, Username};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|name: &str| {
    let parsed = Username::parse(name);
    let body = json!({"username": name, "password": "correct horse battery"}).to_string();
    assert_eq!(parsed.is_ok(), serde_json::from_value::<Username>(name.into()).is_ok());
    let attempt: LoginAttempt = Fields::parse(body.as_bytes()).and_then(Fields::into).unwrap();
    assert_eq!(attempt.credentials.username, name, "a login finds out for itself whether it is a name");
    let Ok(username) = parsed else { return };
    let shown = username.as_str();
    assert_eq!(Username::parse(shown).unwrap().as_str(), shown);
    assert!(!shown.chars().any(|c| c.is_control() || c.is_whitespace() || "<>&\"'#/\\".contains(c)));
    let folded = username.folded();
    assert_eq!(SoughtUsername::parse(name).unwrap().folded(), folded);
    assert!(!folded.is_empty() && folded.len() <= 2048 - 64, "a key of DynamoDB");
    if let Ok(again) = Username::parse(&folded) {
        assert_eq!(again.folded(), folded);
    }
    if name.is_ascii() {
        for other in [name.to_uppercase(), name.to_lowercase()] {
            assert_eq!(Username::parse(&other).unwrap().folded(), folded);
        }
    }
});
