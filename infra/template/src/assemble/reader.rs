//! The resources of a template, with typed properties.

use anyhow::{Result, anyhow, bail};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{intrinsics::Scope, yaml::Places};

pub(super) struct Reader<'a> {
    pub(super) scope: Scope,
    /// Without those whose condition does not hold.
    pub(super) resources: Map<String, Value>,
    /// `Globals.Function`.
    pub(super) globals: Option<&'a Value>,
    pub(super) places: Places,
}

impl Reader<'_> {
    /// The resources of a type, with their logical ids.
    pub(super) fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = (&String, &Value)> {
        self.resources.iter().filter(move |(_, resource)| resource.get("Type").and_then(Value::as_str) == Some(kind))
    }

    /// The only resource of a type. The runtime has one port, and so one API of each kind.
    pub(super) fn only(&self, kind: &'static str) -> Result<Option<(&String, &Value)>> {
        let mut found = self.of_kind(kind);
        let first = found.next();
        if let Some((second, _)) = found.next() {
            bail!("{} is a second {kind}; the local runtime serves one", self.places.name(second));
        }
        Ok(first)
    }

    /// The typed properties of a resource, with `defaults` below them and all intrinsic functions computed.
    pub(super) fn properties<T: DeserializeOwned>(&self, resource: &Value, defaults: Option<&Value>) -> Result<T> {
        let mut properties = defaults.cloned().unwrap_or_else(|| json!({}));
        merge(&mut properties, resource.get("Properties").unwrap_or(&json!({})));
        let properties = self.scope.resolve(&properties)?;
        serde_path_to_error::deserialize(properties).map_err(|error| match error.path().to_string().as_str() {
            "." => anyhow!("{}", error.inner()),
            path => anyhow!("{path}: {}", error.inner()),
        })
    }
}

/// Merges a resource's properties into the globals as SAM does: maps entry by entry; lists are joined; the resource's
/// value replaces anything else.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        // An intrinsic function is one value, not a map to merge.
        (Value::Object(base), Value::Object(over))
            if !over.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) =>
        {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(base), Value::Array(over)) => base.extend(over.iter().cloned()),
        (base, over) => *base = over.clone(),
    }
}
