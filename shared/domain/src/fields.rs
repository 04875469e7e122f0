//! From a JSON body to a typed request, or to every complaint about its fields.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Error, FieldErrors, Refusal};

/// The largest request, in bytes: the size of a WebSocket message of API Gateway, and the same for REST.
const MAX_BODY_BYTES: usize = 128 * 1024;

/// Some programs write it before a text.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// The fields of a JSON object that came from outside. Collects every complaint, not only the first.
#[derive(Debug)]
pub struct Fields {
    object: Map<String, Value>,
    errors: FieldErrors,
}

/// A request that is read from [`Fields`].
///
/// A complaint continues the name of its field: "must be from 2 to 1024". The `Err` of the conversions in this crate is
/// such a clause.
pub trait Input: Sized {
    /// Takes the fields of this request. Returns `None` only after a complaint: any other `None` is a defect.
    fn read(fields: &mut Fields) -> Option<Self>;
}

impl Fields {
    /// Reads a JSON object. An empty body is an object without fields. A byte order mark is skipped (RFC 8259, section
    /// 8.1).
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        if body.len() > MAX_BODY_BYTES {
            return Err(Refusal::PayloadTooLarge(MAX_BODY_BYTES).into());
        }
        // JSON begins with an ASCII character, which has a zero byte in UTF-16 and UTF-32.
        let body = str::from_utf8(body).ok().filter(|body| !body.bytes().take(4).any(|byte| byte == 0));
        let body = body.ok_or_else(|| Refusal::MalformedJson("it is not in UTF-8".to_owned()))?;
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        if body.is_empty() {
            return Ok(Self::new(Map::new()));
        }
        match serde_json::from_str(body).map_err(|error| Refusal::MalformedJson(error.to_string()))? {
            Value::Object(object) => Ok(Self::new(object)),
            _ => Err(Refusal::InvalidRequest("The body must be a JSON object.").into()),
        }
    }

    const fn new(object: Map<String, Value>) -> Self {
        Self { object, errors: FieldErrors::new() }
    }

    /// The whole request, or all complaints about it.
    pub fn into<T: Input>(mut self) -> Result<T, Error> {
        match T::read(&mut self) {
            Some(input) if self.errors.is_empty() => Ok(input),
            None if self.errors.is_empty() => {
                Err(Error::internal("reading a request", "nothing was read, and there is no complaint"))
            }
            _ => Err(Refusal::Invalid(self.errors).into()),
        }
    }

    /// Takes a field that is required.
    pub fn required<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.optional(name);
        if value.is_none() && !self.is_rejected(name) {
            self.reject(name, "is required");
        }
        value
    }

    /// Takes a field that may be absent or `null`.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        match self.object.remove(name)? {
            Value::Null => None,
            value => serde_json::from_value(integral(value)).map_err(|error| self.reject(name, plain(&error))).ok(),
        }
    }

    /// Takes a field that is required and may be `null`.
    pub fn nullable<T: DeserializeOwned>(&mut self, name: &str) -> Option<Option<T>> {
        if self.object.get(name).is_some_and(Value::is_null) { Some(None) } else { self.required(name).map(Some) }
    }

    /// Takes a field that may be absent, and `null` as a value of its own.
    pub fn given<T: DeserializeOwned>(&mut self, name: &str) -> Option<Option<T>> {
        self.object.contains_key(name).then(|| self.optional(name))
    }

    /// Returns a field that is a positive integer, and leaves it there. Adds no complaint.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<u64> {
        self.object.get(name)?.as_u64()
    }

    /// Returns a field that is a text, and leaves it there. Adds no complaint.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name)?.as_str()
    }

    /// Adds a complaint about a field.
    pub fn reject(&mut self, name: &str, why: impl Into<String>) {
        self.errors.entry(name.to_owned()).or_default().push(why.into());
    }

    /// Whether there is a complaint about a field.
    #[must_use]
    pub fn is_rejected(&self, name: &str) -> bool {
        self.errors.contains_key(name)
    }
}

/// Takes a field of an object that may be absent or `null`. A complaint names it.
pub(crate) fn take<T: DeserializeOwned>(object: &mut Map<String, Value>, name: &str) -> Result<Option<T>, String> {
    serde_json::from_value(object.remove(name).unwrap_or_default()).map_err(|error| format!("{name}: {error}"))
}

/// `1.0` is an integer as well (JSON Schema 2020-12 Validation, section 6.1.1).
fn integral(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(integral).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, integral(value))).collect(),
        Value::Number(number) => {
            let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
            let integer = whole.and_then(|float| format!("{float:.0}").parse::<u64>().ok());
            integer.map_or(Value::Number(number), Value::from)
        }
        other => other,
    }
}

/// The complaint about a value, without Rust's names of integers.
fn plain(error: &serde_json::Error) -> String {
    ["usize", "u64", "u8"].iter().fold(error.to_string(), |text, name| text.replace(name, "a positive integer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Pair(u8, Option<String>);

    impl Input for Pair {
        fn read(fields: &mut Fields) -> Option<Self> {
            let number = fields.required("number");
            let word = fields.optional("word");
            Some(Self(number?, word))
        }
    }

    fn read(body: &str) -> Result<Pair, Error> {
        Fields::parse(body.as_bytes())?.into()
    }

    #[test]
    fn unknown_fields_are_ignored_and_null_is_left_out() {
        assert_eq!(read(r#"{"number":1,"word":null,"more":[]}"#).unwrap(), Pair(1, None));
    }

    #[test]
    fn null_may_be_a_value() {
        let given = |body: &str| Fields::parse(body.as_bytes()).unwrap().given::<u8>("number");
        assert_eq!(["{}", r#"{"number":null}"#, r#"{"number":1}"#].map(given), [None, Some(None), Some(Some(1))]);
    }

    #[test]
    fn a_number_without_a_fraction_is_an_integer_however_it_is_written() {
        assert_eq!(read(r#"{"number":1.0}"#).unwrap(), Pair(1, None));
        for other in ["1.5", "-1.0", "1e300"] {
            assert!(
                matches!(read(&format!(r#"{{"number":{other}}}"#)), Err(Error::Refused(Refusal::Invalid(_)))),
                "{other}"
            );
        }
    }

    #[test]
    fn every_complaint_is_told_at_once() {
        let Err(Error::Refused(Refusal::Invalid(errors))) = read(r#"{"word":5}"#) else { panic!("accepted") };
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["number", "word"]);
        assert_eq!(errors["number"], ["is required"]);
    }

    #[test]
    fn a_wrong_type_is_told_once() {
        let Err(Error::Refused(Refusal::Invalid(errors))) = read(r#"{"number":"1"}"#) else { panic!("accepted") };
        assert_eq!(errors["number"], [r#"invalid type: string "1", expected a positive integer"#]);
    }

    #[test]
    fn an_input_that_is_not_read_without_a_complaint_is_a_defect() {
        struct Silent;
        impl Input for Silent {
            fn read(_: &mut Fields) -> Option<Self> {
                None
            }
        }
        assert!(matches!(Fields::parse(b"").unwrap().into::<Silent>(), Err(Error::Internal { .. })));
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(read("\u{feff}{\"number\":1,\"word\":\"\u{feff}\"}").unwrap(), Pair(1, Some("\u{feff}".into())));
        assert!(matches!(read("\u{feff}"), Err(Error::Refused(Refusal::Invalid(_)))));
    }

    #[test]
    fn another_encoding_of_unicode_is_named() {
        const TEXT: &str = "\u{feff}{\"number\":1,\"word\":\"ä\u{1f600}\"}";
        for text in [TEXT, TEXT.trim_start_matches('\u{feff}')] {
            let (two, four): (Vec<u16>, Vec<u32>) =
                (text.encode_utf16().collect(), text.chars().map(u32::from).collect());
            for body in [
                two.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>(),
                two.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
                four.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
                four.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
                two.iter().map(|unit| unit.to_le_bytes()[0]).collect(),
            ] {
                let refused = Fields::parse(&body).unwrap_err().to_string();
                assert!(refused.ends_with("it is not in UTF-8"), "{body:?}: {refused}");
            }
        }
    }

    #[test]
    fn a_body_must_be_a_json_object_of_bounded_size() {
        assert!(matches!(read("{"), Err(Error::Refused(Refusal::MalformedJson(_)))));
        assert!(matches!(read("\u{feff}\u{feff}{}"), Err(Error::Refused(Refusal::MalformedJson(_)))));
        assert!(matches!(read("[1]"), Err(Error::Refused(Refusal::InvalidRequest(_)))));
        assert!(matches!(read(""), Err(Error::Refused(Refusal::Invalid(_)))));
        assert!(matches!(read(&" ".repeat(MAX_BODY_BYTES + 1)), Err(Error::Refused(Refusal::PayloadTooLarge(_)))));
        assert!(matches!(read(&"[".repeat(100_000)), Err(Error::Refused(Refusal::MalformedJson(_)))));
    }
}
