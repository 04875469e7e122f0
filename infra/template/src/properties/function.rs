//! Properties of functions.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::policy::Policy;
use crate::pattern::Pattern;

/// `AWS::Serverless::Function`, merged with `Globals.Function`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Function {
    pub(crate) code_uri: String,
    pub(crate) runtime: String,
    pub(crate) handler: String,
    #[serde(default = "default_memory")]
    pub(crate) memory_size: u32,
    #[serde(default = "default_timeout")]
    pub(crate) timeout: u64,
    #[serde(default)]
    pub(crate) reserved_concurrent_executions: Option<usize>,
    #[serde(default)]
    pub(crate) environment: Environment,
    #[serde(default)]
    pub(crate) policies: Vec<Policy>,
    #[serde(default)]
    pub(crate) events: BTreeMap<String, Event>,
    #[serde(default)]
    pub(crate) event_invoke_config: EventInvokeConfig,
    #[serde(default, rename = "FunctionName")]
    _function_name: Option<IgnoredAny>,
    #[serde(default, rename = "Architectures")]
    _architectures: Option<IgnoredAny>,
    #[serde(default, rename = "AutoPublishAlias")]
    _auto_publish_alias: Option<IgnoredAny>,
    #[serde(default, rename = "AutoPublishAliasAllProperties")]
    _auto_publish_alias_all_properties: Option<IgnoredAny>,
    #[serde(default, rename = "DeploymentPreference")]
    _deployment_preference: Option<IgnoredAny>,
    #[serde(default, rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(default, rename = "LoggingConfig")]
    _logging_config: Option<IgnoredAny>,
    #[serde(default, rename = "Tags")]
    _tags: Option<IgnoredAny>,
    #[serde(default, rename = "PermissionsBoundary")]
    _permissions_boundary: Option<IgnoredAny>,
    #[serde(default, rename = "Tracing")]
    _tracing: Option<IgnoredAny>,
    #[serde(default, rename = "VersionDeletionPolicy")]
    _version_deletion_policy: Option<IgnoredAny>,
    #[serde(default, rename = "VersionDescription")]
    _version_description: Option<IgnoredAny>,
}

fn default_memory() -> u32 {
    128
}

fn default_timeout() -> u64 {
    3
}

/// `EventInvokeConfig` of a function. Its destinations get no event locally: the log has the events that failed for good.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(crate) struct EventInvokeConfig {
    pub(crate) maximum_retry_attempts: u32,
    #[serde(rename = "DestinationConfig")]
    _destination_config: Option<IgnoredAny>,
}

impl Default for EventInvokeConfig {
    fn default() -> Self {
        Self { maximum_retry_attempts: 2, _destination_config: None }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Environment {
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "Type", content = "Properties")]
pub(crate) enum Event {
    HttpApi(HttpApiEvent),
    EventBridgeRule(EventBridgeRule),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct EventBridgeRule {
    pub(crate) pattern: Pattern,
    #[serde(default, rename = "DeadLetterConfig")]
    _dead_letter_config: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct HttpApiEvent {
    pub(crate) api_id: String,
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
}
