//! A name is shown as typed, and is compared in one form.

#![no_main]

use domain::{Fields, LoginAttempt, Username};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|name: &str| {
    let parsed = Username::parse(name.to_owned());
    let body = json!({"username": name, "password": "correct horse battery"}).to_string();
    assert_eq!(parsed.is_ok(), serde_json::from_value::<Username>(name.into()).is_ok());
    let attempt: LoginAttempt = Fields::parse(body.as_bytes()).and_then(Fields::into).unwrap();
    assert_eq!(attempt.username, name, "a login finds out for itself whether it is a name");
    let Ok(username) = parsed else { return };
    assert_eq!(username.as_str(), name);
    assert!(!name.chars().any(|c| c.is_control() || c.is_whitespace() || "<>&\"'#/\\".contains(c)));
    let folded = username.folded();
    assert!(!folded.is_empty() && folded.len() <= 2048 - 64, "a key of DynamoDB");
    if let Ok(again) = Username::parse(folded.clone()) {
        assert_eq!(again.folded(), folded);
    }
    if name.is_ascii() {
        for other in [name.to_uppercase(), name.to_lowercase()] {
            assert_eq!(Username::parse(other).unwrap().folded(), folded);
        }
    }
});
