//! Generators of clients understand the schemas of both descriptions.
//!
//! Generators read composed schemas in different ways: one stops, one leaves the call out, one demands every field. So
//! requests are plain objects, and each schema has a type. The step `generators` runs some of them.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::{Map, Value, json};

use crate::support::repository::read;

/// The keywords with schemas in them that make a schema more than a type.
const COMPOSITIONS: [&str; 7] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];
/// Some languages take an integer without a format for 32 bits.
const INT32_MAX: i64 = 2_147_483_647;

/// A schema, and its place in a description.
type Schema<'a> = (String, &'a Value);

static OPENAPI: LazyLock<Value> = LazyLock::new(|| serde_saphyr::from_str(&read("infra/openapi.yaml")).unwrap());
static ASYNCAPI: LazyLock<Value> = LazyLock::new(|| serde_saphyr::from_str(&read("infra/asyncapi.yaml")).unwrap());

fn names(schema: &Value, keyword: &str) -> Vec<String> {
    schema[keyword].as_object().into_iter().flat_map(Map::keys).cloned().collect()
}

/// Adds all schemas of a part of a description.
fn find<'a>(place: &str, part: &'a Value, found: &mut Vec<Schema<'a>>) {
    let entries = part.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value));
    let items = part.as_array().into_iter().flatten().enumerate().map(|(index, value)| (index.to_string(), value));
    for (name, value) in entries.chain(items) {
        let place = format!("{place}/{name}");
        match name.as_str() {
            "examples" => {}
            "schema" | "payload" => add(&place, value, found),
            "schemas" => {
                value.as_object().unwrap().iter().for_each(|(name, one)| add(&format!("{place}/{name}"), one, found));
            }
            _ => find(&place, value, found),
        }
    }
}

/// Adds a schema, and the schemas in it.
fn add<'a>(place: &str, schema: &'a Value, found: &mut Vec<Schema<'a>>) {
    found.push((place.to_owned(), schema));
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.for_each(|(name, property)| add(&format!("{place}/{name}"), property, found));
    for keyword in COMPOSITIONS.into_iter().chain(["items", "additionalProperties"]) {
        match schema.get(keyword) {
            Some(Value::Array(parts)) => parts.iter().for_each(|part| add(&format!("{place}/{keyword}"), part, found)),
            Some(part) => add(&format!("{place}/{keyword}"), part, found),
            None => {}
        }
    }
}

/// The schema to which a reference leads, and its description.
fn target(reference: &str, from: &'static Value) -> (&'static Value, &'static Value) {
    let (file, pointer) = reference.split_once('#').unwrap();
    let description = if file.is_empty() { from } else { &*OPENAPI };
    (description.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere")), description)
}

/// The faults of a schema by itself.
fn faults(schema: &Value) -> Option<&'static str> {
    if schema.get("$ref").is_some() || schema.get("allOf").is_some() {
        return None;
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let or_null = choices.len() == 2 && choices[0].get("$ref").is_some() && choices[1] == json!({"type": "null"});
        return (!or_null).then_some("oneOf is only for a reference or null");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        _ => return Some("has no type"),
    };
    let nullable = types.len() == 2 && types[1] == "null";
    if types.len() != 1 && !nullable {
        return Some("has several types");
    }
    if COMPOSITIONS.into_iter().any(|keyword| schema.get(keyword).is_some()) {
        return Some("is composed");
    }
    if schema["enum"].as_array().is_some_and(|values| values.contains(&Value::Null) != nullable) {
        return Some("has null in its type and not in its values, or the reverse");
    }
    let bound = schema["maximum"].as_i64().or(schema["const"].as_i64());
    let small = schema.get("enum").is_some() || bound.is_some_and(|bound| bound <= INT32_MAX);
    (types[0] == "integer" && !small && schema["format"] != "int64").then_some("needs the format int64")
}

/// The compositions in a schema and in the schemas to which it refers.
fn compositions(place: &str, schema: &Value, description: &'static Value) -> Vec<String> {
    let mut found = Vec::new();
    add(place, schema, &mut found);
    let mut wrong = Vec::new();
    for (place, schema) in found {
        if let Some(reference) = schema["$ref"].as_str() {
            let (schema, description) = target(reference, description);
            wrong.extend(compositions(&place, schema, description));
        }
        let composed = COMPOSITIONS.into_iter().filter(|keyword| schema.get(keyword).is_some());
        wrong.extend(composed.map(|keyword| format!("{place} has {keyword}")));
    }
    wrong
}

#[test]
fn every_schema_has_one_type() {
    for description in [&*OPENAPI, &*ASYNCAPI] {
        let mut found = Vec::new();
        find("", description, &mut found);
        assert!(found.len() > 50);
        let wrong = found.iter().filter_map(|(place, schema)| Some(format!("{place} {}", faults(schema)?)));
        assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
    }
}

/// Rules of several fields are in words, and the server checks them.
#[test]
fn every_request_is_a_plain_object() {
    let operations = OPENAPI["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap());
    let bodies = operations.filter_map(|(_, operation)| {
        let schema = operation.pointer("/requestBody/content/application~1json/schema")?;
        Some((operation["operationId"].as_str().unwrap(), schema, &*OPENAPI))
    });
    let frames = ASYNCAPI["operations"]["talk"]["messages"].as_array().unwrap().iter().map(|message| {
        let name = message["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        (name, &ASYNCAPI["components"]["messages"][name]["payload"], &*ASYNCAPI)
    });
    let requests: Vec<_> = bodies.chain(frames).collect();
    assert!(requests.len() > 20);
    for (name, schema, description) in requests {
        let (object, _) = target(schema["$ref"].as_str().unwrap(), description);
        assert_eq!(object["type"], "object", "{name}");
        assert!(object["properties"].is_object(), "{name}");
        assert_eq!(compositions(name, schema, description), [""; 0]);
    }
}

#[test]
fn every_name_is_usable_in_every_language() {
    let schemas: BTreeSet<String> = names(&OPENAPI["components"], "schemas").into_iter().collect();
    for schema in &schemas {
        // Go has a constructor `NewRoom` for `Room`.
        let constructed = schema.strip_prefix("New").is_some_and(|of| schemas.contains(of));
        assert!(!constructed, "{schema} has the name of a constructor");
        // A class of openapi-python-client has a local variable with its own name, beside those of its properties.
        let own = names(&OPENAPI["components"]["schemas"][schema], "properties").contains(&schema.to_lowercase());
        assert!(!own, "{schema} has a property with its own name");
    }
    for item in OPENAPI["paths"].as_object().unwrap().values() {
        for id in item.as_object().unwrap().values().filter_map(|operation| operation["operationId"].as_str()) {
            let camel = id.starts_with(|first: char| first.is_ascii_lowercase());
            assert!(camel && id.chars().all(|letter| letter.is_ascii_alphanumeric()), "{id} is not in camel case");
        }
    }
}
