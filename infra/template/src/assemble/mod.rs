//! From the text of a template to the typed system.

mod apis;
mod functions;
mod reader;
mod stores;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use self::reader::Reader;
use crate::{
    intrinsics::Scope,
    properties::Event,
    scope::scope,
    secrets::Secrets,
    system::{EventRule, Template},
    yaml::{self, Places},
};

impl Template {
    /// Reads the text of a template. Secrets that it generates are looked up in `secrets`, or added to them.
    ///
    /// # Errors
    /// A sentence that names the resource and the property that are wrong, or that the runtime cannot honour.
    pub fn parse(source: &str, secrets: &mut Secrets) -> Result<Self> {
        Self::with_parameters(source, &BTreeMap::new(), secrets)
    }

    /// Like [`Template::parse`], with `overrides` in place of the defaults of parameters.
    ///
    /// # Errors
    /// Also if there is no such parameter, or it may not have the value.
    pub fn with_parameters(source: &str, overrides: &BTreeMap<String, String>, secrets: &mut Secrets) -> Result<Self> {
        let document = yaml::parse(source)?;
        let document = document.as_object().context("a template is a mapping with a section Resources")?;
        let resources = object(document, "Resources").context("the template has no section Resources")?;
        let globals = document.get("Globals").and_then(|globals| globals.get("Function"));
        let places = Places::of(source);
        let scope = scope(document, resources, overrides, &places)?;
        let resources = present(resources, &scope)?;
        let reader = Reader { scope, resources, globals, places };
        template(&reader, secrets)
    }
}

fn template(reader: &Reader<'_>, secrets: &mut Secrets) -> Result<Template> {
    stores::secrets(reader, secrets)?;
    let mut functions = Vec::new();
    let mut routes = Vec::new();
    let mut rules = Vec::new();
    for (id, resource) in reader.of_kind("AWS::Serverless::Function") {
        let (function, events) = functions::function(reader, id, resource).with_context(|| reader.places.name(id))?;
        functions.push(function);
        for event in events {
            match event {
                Event::HttpApi(event) => routes.push(functions::route(id, event)),
                Event::EventBridgeRule(event) => {
                    rules.push(EventRule { function: id.clone(), pattern: event.pattern });
                }
            }
        }
    }
    let tables = stores::tables(reader)?;
    let buckets = stores::buckets(reader)?;
    let http_api = reader
        .only("AWS::Serverless::HttpApi")?
        .map(|(id, resource)| {
            apis::http_api(reader, id, resource, &mut routes, &functions).with_context(|| reader.places.name(id))
        })
        .transpose()?;
    if let Some(api) = &http_api {
        apis::refuse_shadowed(reader, &api.routes, &buckets)?;
    }
    if let Some((_, route)) = routes.first() {
        bail!("{}: Events: its HttpApi is not one of the template's", reader.places.name(&route.function));
    }
    let websocket_api = reader
        .only("AWS::Serverless::WebSocketApi")?
        .map(|(id, resource)| {
            apis::websocket_api(reader, id, resource, &functions).with_context(|| reader.places.name(id))
        })
        .transpose()?;
    Ok(Template { functions, http_api, websocket_api, tables, buckets, rules })
}

/// The resources whose condition holds, and those without one.
fn present(resources: &Map<String, Value>, scope: &Scope) -> Result<Map<String, Value>> {
    let mut present = Map::new();
    for (id, resource) in resources {
        if resource.get("Condition").and_then(Value::as_str).map_or(Ok(true), |condition| scope.condition(condition))? {
            present.insert(id.clone(), resource.clone());
        }
    }
    Ok(present)
}

fn object<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    map.get(key).and_then(Value::as_object)
}

#[cfg(test)]
mod tests;
