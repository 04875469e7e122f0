//! Lists, which CloudFormation accepts in several forms.

use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

/// Reads a list, or its only item.
pub(super) fn one_or_many<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    use serde::de::Error as _;
    // Not an untagged enum: its errors would not name the wrong property.
    let items = match Value::deserialize(deserializer)? {
        Value::Array(items) => items,
        item => vec![item],
    };
    items.into_iter().map(|item| serde_json::from_value(item).map_err(D::Error::custom)).collect()
}

/// Reads a list, or a parameter of the type `CommaDelimitedList`.
pub(crate) fn comma_delimited<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let items: Vec<String> = one_or_many(deserializer)?;
    Ok(items
        .iter()
        .flat_map(|item| item.split(','))
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect())
}
