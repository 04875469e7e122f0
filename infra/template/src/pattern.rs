//! Event patterns: the events that a rule matches.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

/// The source of the only events that the runtime sends.
const S3: &str = "aws.s3";
/// The type of the event of a new object.
pub const OBJECT_CREATED: &str = "Object Created";

/// An event pattern. Each of its fields lists values; an event matches if each of these fields has one of the values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern(BTreeMap<String, Field>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Field {
    Within(Pattern),
    OneOf(Vec<Operator>),
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Operator {
    Equals(Value),
    Prefix(String),
    Suffix(String),
}

impl Pattern {
    /// Whether `event` matches. Fields that the pattern does not name may have any value.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.0.iter().all(|(name, field)| match (field, event.get(name)) {
            (_, None) => false,
            (Field::Within(pattern), Some(inner)) => pattern.matches(inner),
            // A list matches if one of its items does.
            (Field::OneOf(operators), Some(Value::Array(items))) => {
                items.iter().any(|item| operators.iter().any(|operator| operator.holds(item)))
            }
            (Field::OneOf(operators), Some(value)) => operators.iter().any(|operator| operator.holds(value)),
        })
    }

    /// Whether the pattern matches only events with `value` in the field `name`.
    fn asks_for(&self, name: &str, value: &str) -> bool {
        self.0.get(name) == Some(&Field::OneOf(vec![Operator::Equals(value.into())]))
    }
}

impl Operator {
    fn holds(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Equals(wanted) => wanted == value,
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    /// Refuses operators that the runtime does not know, and patterns of events that it does not send.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pattern = pattern(&Map::deserialize(deserializer)?).map_err(D::Error::custom)?;
        if pattern.asks_for("source", S3) && pattern.asks_for("detail-type", OBJECT_CREATED) {
            return Ok(pattern);
        }
        Err(D::Error::custom(
            "the local runtime sends only Object Created of aws.s3, so the pattern needs `source: [aws.s3]` \
             and `detail-type: [Object Created]`",
        ))
    }
}

fn pattern(fields: &Map<String, Value>) -> Result<Pattern, String> {
    let fields = fields.iter().map(|(name, field)| {
        if name == "$or" {
            return Err("the local runtime does not know the operator `$or`".to_owned());
        }
        let field = match field {
            Value::Object(inner) => Field::Within(pattern(inner)?),
            Value::Array(operators) => Field::OneOf(operators.iter().map(operator).collect::<Result<_, _>>()?),
            other => return Err(format!("`{name}`: a list of values is needed, not {other}")),
        };
        Ok((name.clone(), field))
    });
    fields.collect::<Result<_, _>>().map(Pattern)
}

fn operator(written: &Value) -> Result<Operator, String> {
    let Value::Object(call) = written else {
        return Ok(Operator::Equals(written.clone()));
    };
    let mut entries = call.iter();
    match (entries.next(), entries.next()) {
        (Some((name, Value::String(text))), None) if name == "prefix" => Ok(Operator::Prefix(text.clone())),
        (Some((name, Value::String(text))), None) if name == "suffix" => Ok(Operator::Suffix(text.clone())),
        _ => Err(format!("the local runtime does not know the operator {written}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(detail: &Value) -> Result<Pattern, serde_json::Error> {
        serde_json::from_value(json!({"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}))
    }

    #[track_caller]
    fn matches(detail: &Value, key: &str, size: u64) -> bool {
        let detail_of_event = json!({"bucket": {"name": "b"}, "object": {"key": key, "size": size}});
        let event = json!({"source": "aws.s3", "detail-type": "Object Created", "detail": detail_of_event});
        read(detail).unwrap().matches(&event)
    }

    #[test]
    fn all_fields_must_have_one_of_their_values() {
        let pattern =
            json!({"bucket": {"name": ["a", "b"]}, "object": {"key": [{"prefix": "in/"}, {"suffix": ".png"}]}});
        assert!(matches(&pattern, "in/x", 1));
        assert!(matches(&pattern, "out/x.png", 1));
        assert!(!matches(&pattern, "out/x", 1));
        assert!(!matches(&json!({"bucket": {"name": ["a"]}}), "in/x", 1));
        assert!(matches(&json!({"object": {"size": [1, 2]}}), "in/x", 2));
        assert!(!matches(&json!({"object": {"size": ["2"]}}), "in/x", 2));
        assert!(!matches(&json!({"object": {"version-id": ["1"]}}), "in/x", 1));
    }

    #[test]
    fn unknown_operators_and_events_that_are_never_sent_are_refused() {
        let numeric = read(&json!({"object": {"size": [{"numeric": [">", 0]}]}})).unwrap_err().to_string();
        assert!(numeric.contains(r#"does not know the operator {"numeric":[">",0]}"#), "{numeric}");
        let one_value = read(&json!({"bucket": {"name": "b"}})).unwrap_err().to_string();
        assert!(one_value.contains("a list of values is needed"), "{one_value}");
        let deleted = json!({"source": ["aws.s3"], "detail-type": ["Object Created", "Object Deleted"]});
        let deleted = serde_json::from_value::<Pattern>(deleted).unwrap_err().to_string();
        assert!(deleted.contains("sends only Object Created of aws.s3"), "{deleted}");
    }
}
