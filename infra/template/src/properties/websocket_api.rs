//! Properties of WebSocket APIs.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use super::throttling::RouteSettings;

/// `AWS::Serverless::WebSocketApi`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct WebSocketApi {
    pub(crate) stage_name: Option<String>,
    pub(crate) route_selection_expression: String,
    #[serde(default)]
    pub(crate) auth: Option<WebSocketAuth>,
    pub(crate) routes: BTreeMap<String, WebSocketRoute>,
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct WebSocketAuth {
    pub(crate) auth_type: String,
    pub(crate) auth_arn: String,
    #[serde(default)]
    pub(crate) identity_source: Vec<String>,
    #[serde(default, rename = "Name")]
    _name: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct WebSocketRoute {
    pub(crate) function_arn: String,
}
