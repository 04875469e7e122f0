//! Properties of HTTP APIs.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use super::{cors::Cors, throttling::RouteSettings};
use crate::definition::Definition;

/// `AWS::Serverless::HttpApi`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct HttpApi {
    #[serde(default)]
    pub(crate) cors_configuration: Option<Cors>,
    #[serde(default)]
    pub(crate) definition_body: Option<Definition>,
    #[serde(default)]
    pub(crate) stage_name: Option<String>,
    #[serde(default)]
    pub(crate) auth: HttpAuth,
    #[serde(default, rename = "DisableExecuteApiEndpoint")]
    _disable_execute_api_endpoint: Option<IgnoredAny>,
    #[serde(default, rename = "AccessLogSettings")]
    _access_log_settings: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) default_route_settings: RouteSettings,
    #[serde(default)]
    pub(crate) route_settings: BTreeMap<String, RouteSettings>,
    #[serde(default, rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(default, rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(default, rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

/// `Auth` of an HTTP API. Its authorizers are refused, like every unknown property.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(crate) struct HttpAuth {
    pub(crate) enable_iam_authorizer: bool,
}
