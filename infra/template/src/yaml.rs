//! YAML with CloudFormation's short forms, as JSON with their long forms.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow, bail};
use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, Yaml};
use serde_json::{Map, Number, Value, json};

/// Reads one YAML document; `!Ref x` becomes `{"Ref": "x"}`, `!Sub x` becomes `{"Fn::Sub": "x"}`.
///
/// # Errors
/// If the text is not YAML, or JSON cannot express it; the sentence has line and column.
pub fn parse(source: &str) -> Result<Value> {
    let mut documents = Yaml::load_from_str(source).map_err(|error| anyhow!("{error}"))?;
    match (documents.pop(), documents.is_empty()) {
        (Some(document), true) => value(document),
        (None, _) => bail!("the file is empty"),
        (Some(_), false) => bail!("the file holds more than one YAML document"),
    }
}

/// The lines of the resources.
#[derive(Debug, Default)]
pub struct Places(BTreeMap<String, usize>);

impl Places {
    /// Finds the resources of a text that [`parse`] has read.
    pub fn of(source: &str) -> Self {
        let documents = MarkedYaml::load_from_str(source).unwrap_or_default();
        let resources = documents.first().and_then(|document| document.data.as_mapping_get("Resources"));
        let entries = resources.and_then(|resources| resources.data.as_mapping()).into_iter().flatten();
        let place = |(key, _): (&MarkedYaml<'_>, _)| Some((key.data.as_str()?.to_owned(), key.span.start.line()));
        Self(entries.filter_map(place).collect())
    }

    /// The resource `id` as errors name it, with its line.
    pub fn name(&self, id: &str) -> String {
        self.0.get(id).map_or_else(|| id.to_owned(), |line| format!("{id} (line {line})"))
    }
}

fn value(node: Yaml<'_>) -> Result<Value> {
    Ok(match node {
        Yaml::Value(scalar) => self::scalar(scalar)?,
        Yaml::Sequence(items) => items.into_iter().map(value).collect::<Result<_>>()?,
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, item) in entries {
                let key = self::key(key)?;
                let item = value(item).with_context(|| format!("in `{key}`"))?;
                map.insert(key, item);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tag, inner) => long_form(&tag.suffix, value(*inner)?),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            bail!("there is a value that cannot be read")
        }
    })
}

fn scalar(scalar: Scalar<'_>) -> Result<Value> {
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(flag) => flag.into(),
        Scalar::Integer(number) => number.into(),
        Scalar::FloatingPoint(number) => {
            Number::from_f64(number.into_inner()).context("there is a number that is not finite")?.into()
        }
        Scalar::String(text) => text.into_owned().into(),
    })
}

fn key(node: Yaml<'_>) -> Result<String> {
    match value(node)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => bail!("`{other}` cannot be the name of a property"),
    }
}

fn long_form(tag: &str, argument: Value) -> Value {
    let name = match tag {
        "Ref" | "Condition" => tag.to_owned(),
        function => format!("Fn::{function}"),
    };
    // Only the short form may be written as one word: `!GetAtt Resource.Attribute`.
    let argument = match (tag, argument) {
        ("GetAtt", Value::String(path)) => match path.split_once('.') {
            Some((resource, attribute)) => json!([resource, attribute]),
            None => json!([path]),
        },
        (_, argument) => argument,
    };
    Value::Object(Map::from_iter([(name, argument)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_become_long_forms() {
        let parsed = parse("a: !Ref B\nc: !GetAtt D.E.F\ng: !Join ['-', [x, !Sub '${Y}']]").unwrap();
        assert_eq!(
            parsed,
            json!({
                "a": {"Ref": "B"},
                "c": {"Fn::GetAtt": ["D", "E.F"]},
                "g": {"Fn::Join": ["-", ["x", {"Fn::Sub": "${Y}"}]]},
            })
        );
    }

    #[test]
    fn a_resource_is_named_with_its_line() {
        let places = Places::of("# a comment\nResources:\n  A: {Type: X}\n\n  B:\n    Type: Y\n");
        assert_eq!([places.name("A"), places.name("B"), places.name("C")], ["A (line 3)", "B (line 5)", "C"]);
    }

    #[test]
    fn an_error_says_where() {
        let error = parse("a: 1\nb: [1, 2\nc: 3\n").unwrap_err().to_string();
        assert!(error.contains("line 3"), "{error}");
    }
}
