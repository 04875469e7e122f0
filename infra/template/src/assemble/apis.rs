//! The HTTP API and the WebSocket API.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::reader::Reader;
use crate::{
    arn::function_arn,
    bucket::Bucket,
    properties::{self, RouteSettings, Throttling},
    system::{Authorizer, Function, HttpApi, HttpRoute, WebSocketApi},
};

/// The HTTP API. Takes its routes out of `routes`, and adds the routes of its definition.
pub(super) fn http_api(
    reader: &Reader<'_>,
    id: &str,
    resource: &Value,
    routes: &mut Vec<(String, HttpRoute)>,
    functions: &[Function],
) -> Result<HttpApi> {
    let read: properties::HttpApi = reader.properties(resource, None)?;
    ensure!(
        read.stage_name.as_deref().is_none_or(|stage| stage == "$default"),
        "StageName: with a stage other than $default the path of every event would begin with it"
    );
    ensure!(!read.auth.enable_iam_authorizer, "Auth.EnableIamAuthorizer: the local runtime has no such authorizer");
    let id = reader.scope.resolve(&json!({"Ref": id}))?;
    let id = id.as_str().unwrap_or_default().to_owned();
    let mut own: Vec<_> = routes.extract_if(.., |(api, _)| *api == id).map(|(_, route)| route).collect();
    if let Some(definition) = &read.definition_body {
        own.extend(definition.routes(functions)?);
    }
    let keys = own.iter().map(HttpRoute::key).collect();
    let throttling = throttling(read.default_route_settings, read.route_settings, &keys)?;
    Ok(HttpApi { id, cors: read.cors_configuration, routes: own, throttling })
}

/// Refuses routes below a bucket's name: on the only port, these paths are in the bucket.
pub(super) fn refuse_shadowed(reader: &Reader<'_>, routes: &[HttpRoute], buckets: &[Bucket]) -> Result<()> {
    for route in routes {
        let first = route.path.as_deref().and_then(|path| path.trim_start_matches('/').split('/').next());
        if let Some(bucket) = buckets.iter().find(|bucket| first == Some(bucket.name.as_str())) {
            bail!(
                "{}: Path: /{} is the local address of the bucket, and no route can begin with it",
                reader.places.name(&route.function),
                bucket.name
            );
        }
    }
    Ok(())
}

/// The WebSocket API.
pub(super) fn websocket_api(
    reader: &Reader<'_>,
    id: &str,
    resource: &Value,
    functions: &[Function],
) -> Result<WebSocketApi> {
    let read: properties::WebSocketApi = reader.properties(resource, None)?;
    let stage = read.stage_name.context("StageName: it is missing")?;
    let named = |arn: &str| -> Result<String> {
        let function = functions.iter().find(|function| function_arn(&function.name) == arn);
        let function = function.with_context(|| format!("{arn} is not a function of the template"))?;
        Ok(function.name.clone())
    };
    let authorizer = read.auth.map(|auth| -> Result<_> {
        ensure!(auth.auth_type == "CUSTOM", "Auth.AuthType: the local runtime has CUSTOM only, not {}", auth.auth_type);
        let function = named(&auth.auth_arn).context("Auth.AuthArn")?;
        Ok(Authorizer { function, identity_source: auth.identity_source })
    });
    let routes = read.routes.iter().map(|(key, route)| {
        let function = named(&route.function_arn).with_context(|| format!("Routes.{key}.FunctionArn"))?;
        Ok((key.clone(), function))
    });
    let keys = read.routes.keys().cloned().collect();
    Ok(WebSocketApi {
        throttling: throttling(read.default_route_settings, read.route_settings, &keys)?,
        id: id.to_lowercase(),
        stage,
        selection: selection(&read.route_selection_expression)?,
        authorizer: authorizer.transpose()?,
        routes: routes.collect::<Result<_>>()?,
    })
}

/// The limits of a stage. Like CloudFormation, refuses limits of an unknown route.
fn throttling(
    default: RouteSettings,
    routes: BTreeMap<String, RouteSettings>,
    keys: &BTreeSet<String>,
) -> Result<Throttling> {
    if let Some(key) = routes.keys().find(|key| !keys.contains(*key)) {
        bail!("RouteSettings: {key} is no route of this API");
    }
    Ok(Throttling { default, routes })
}

/// `$request.body.a.b` → `["a", "b"]`.
fn selection(expression: &str) -> Result<Vec<String>> {
    let path = expression.strip_prefix("$request.body.").with_context(|| {
        format!("RouteSelectionExpression: the local runtime knows $request.body.<field>, not {expression}")
    })?;
    Ok(path.split('.').map(str::to_owned).collect())
}
