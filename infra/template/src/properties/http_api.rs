//! Properties of HTTP APIs.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use super::{lists::comma_delimited, throttling::RouteSettings};
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

/// `CorsConfiguration` of an HTTP API.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Cors {
    /// Origins, or `*`.
    #[serde(deserialize_with = "comma_delimited")]
    pub allow_origins: Vec<String>,
    /// Methods, or `*`.
    #[serde(deserialize_with = "comma_delimited")]
    pub allow_methods: Vec<String>,
    /// Request headers, or `*`.
    #[serde(deserialize_with = "comma_delimited")]
    pub allow_headers: Vec<String>,
    /// Response headers that a script may read.
    #[serde(deserialize_with = "comma_delimited")]
    pub expose_headers: Vec<String>,
    /// Seconds for which a browser may keep the answer to a preflight.
    pub max_age: Option<u64>,
    /// Whether a browser may send cookies.
    pub allow_credentials: bool,
}
