//! Functions and their events.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::reader::Reader;
use crate::{
    properties::{self, Event, HttpApiEvent},
    system::{Function, HttpRoute},
};

/// A function and its events.
pub(super) fn function(reader: &Reader<'_>, id: &str, resource: &Value) -> Result<(Function, Vec<Event>)> {
    let read: properties::Function = reader.properties(resource, reader.globals)?;
    ensure!(
        read.runtime.starts_with("provided"),
        "Runtime: the local runtime runs native binaries (provided.al2023), not {}",
        read.runtime
    );
    let package = Path::new(&read.code_uri).file_name().and_then(|name| name.to_str());
    let package = package.context("CodeUri: it must be the directory of a crate")?.to_owned();
    let binary = resource
        .pointer("/Metadata/BuildProperties/Binary")
        .and_then(Value::as_str)
        .map_or_else(|| package.clone(), str::to_owned);
    let environment = read
        .environment
        .variables
        .into_iter()
        .map(|(name, value)| {
            let value = variable(&value).with_context(|| format!("Environment.Variables.{name}"))?;
            Ok((name, value))
        })
        .collect::<Result<_>>()?;
    let function = Function {
        name: id.to_owned(),
        package,
        binary,
        handler: read.handler,
        memory_size: read.memory_size,
        timeout: Duration::from_secs(read.timeout),
        reserved_concurrency: read.reserved_concurrent_executions,
        environment,
        statements: read.policies.into_iter().flat_map(|policy| policy.statement).collect(),
        retries: read.event_invoke_config.maximum_retry_attempts,
    };
    Ok((function, read.events.into_values().collect()))
}

/// The value of a variable. Secrets are refused: everybody who may read the function's configuration could read them.
fn variable(value: &Value) -> Result<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        other => bail!("a variable is a string, not {other}"),
    };
    ensure!(
        !text.contains("{{resolve:"),
        "the local runtime resolves no dynamic reference; let the function read the secret at run time"
    );
    Ok(text)
}

/// The route of an event, with the id of its API.
pub(super) fn route(function: &str, event: HttpApiEvent) -> (String, HttpRoute) {
    let method = event.method.map(|method| method.to_uppercase());
    let route = HttpRoute {
        method: method.filter(|method| method != "ANY" && method != "X-AMAZON-APIGATEWAY-ANY-METHOD"),
        path: event.path.filter(|path| path != "$default"),
        function: function.to_owned(),
    };
    (event.api_id, route)
}
