//! Assertions about the contract's forms of values.

use serde_json::Value;

/// The largest integer that every JSON reader represents exactly.
const MAX_ID: u64 = (1 << 53) - 1;

/// Asserts an id: a positive integer that JavaScript can hold.
#[track_caller]
pub fn assert_id(value: &Value) -> u64 {
    let id = value.as_u64().unwrap_or_else(|| panic!("no id: {value}"));
    assert!((1..=MAX_ID).contains(&id), "no id: {value}");
    id
}

/// Asserts a time: RFC 3339, UTC, milliseconds, `Z`.
#[track_caller]
pub fn assert_time(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("no time: {value}"));
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z", "no time: {value}");
}

/// Asserts that an object has these fields with these values. It may have others, because the contract allows new
/// fields.
#[track_caller]
pub fn assert_has(object: &Value, expected: &Value) {
    for (field, value) in expected.as_object().expect("fields are expected") {
        assert_eq!(&object[field], value, "{field} of {object}");
    }
}
