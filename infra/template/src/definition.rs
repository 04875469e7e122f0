//! `DefinitionBody` of an HTTP API: its routes in an `openapi` document, each with API Gateway's extension for the
//! function.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html>

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    arn::function_arn,
    system::{Function, HttpRoute},
};

/// The methods of a path (OpenAPI Specification 3.0, "Path Item Object").
const METHODS: [&str; 7] = ["delete", "get", "head", "options", "patch", "post", "put"];

/// An `openapi` document: the integrations of its operations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
    #[serde(rename = "openapi")]
    _openapi: IgnoredAny,
    #[serde(rename = "info")]
    _info: IgnoredAny,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    #[serde(rename = "x-amazon-apigateway-integration")]
    integration: Integration,
    #[serde(default, rename = "parameters")]
    _parameters: Option<IgnoredAny>,
    #[serde(default, rename = "responses")]
    _responses: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Integration {
    uri: String,
    #[serde(rename = "type")]
    kind: String,
    payload_format_version: String,
    /// The method with which API Gateway calls Lambda.
    #[serde(rename = "httpMethod")]
    _http_method: String,
    /// The role with which API Gateway invokes the function; `infra/sam` checks it.
    #[serde(default, rename = "credentials")]
    _credentials: Option<IgnoredAny>,
}

impl Definition {
    /// The routes, each with the function that serves it.
    pub(super) fn routes(&self, functions: &[Function]) -> Result<Vec<HttpRoute>> {
        let operations = self.paths.iter().flat_map(|(path, operations)| {
            operations.iter().map(move |(method, operation)| (path, method, &operation.integration))
        });
        let routes = operations.map(|(path, method, integration)| {
            let function =
                integration.function(functions).with_context(|| format!("DefinitionBody.paths.{path}.{method}"))?;
            ensure!(METHODS.contains(&method.as_str()), "{method} is not one of {}", METHODS.join(", "));
            Ok(HttpRoute { method: Some(method.to_uppercase()), path: Some(path.clone()), function })
        });
        routes.collect()
    }
}

impl Integration {
    /// The function that `…/functions/<ARN>:<alias>/invocations` names.
    fn function(&self, functions: &[Function]) -> Result<String> {
        let Self { uri, kind, payload_format_version, .. } = self;
        ensure!(kind.eq_ignore_ascii_case("aws_proxy"), "type: the local runtime has aws_proxy only, not {kind}");
        ensure!(
            payload_format_version == "2.0",
            "payloadFormatVersion: the local runtime has 2.0 only, not {payload_format_version}"
        );
        let named = uri.split_once("/functions/").and_then(|(_, rest)| rest.strip_suffix("/invocations"));
        let function = functions.iter().find(|function| {
            let alias = named.and_then(|named| named.strip_prefix(&function_arn(&function.name)));
            // A function has one version here, and its alias stands for it.
            alias.is_some_and(|alias| alias.is_empty() || alias.starts_with(':'))
        });
        let function = function.with_context(|| format!("uri: {uri} names no function of the template"))?;
        Ok(function.name.clone())
    }
}
