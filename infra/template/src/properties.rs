//! The resource properties that the runtime knows. A property that is missing here is refused by name, so that nothing
//! works locally by being ignored.
//!
//! `IgnoredAny` marks what changes nothing on a laptop: descriptions, billing, encryption at rest.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::Value;

use crate::{definition::Definition, pattern::Pattern};

/// `AWS::Serverless::Function`, `Globals.Function` merged in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Function {
    pub(super) code_uri: String,
    pub(super) runtime: String,
    pub(super) handler: String,
    #[serde(default = "default_memory")]
    pub(super) memory_size: u32,
    #[serde(default = "default_timeout")]
    pub(super) timeout: u64,
    #[serde(default)]
    pub(super) reserved_concurrent_executions: Option<usize>,
    #[serde(default)]
    pub(super) environment: Environment,
    #[serde(default)]
    pub(super) policies: Vec<Policy>,
    #[serde(default)]
    pub(super) events: BTreeMap<String, Event>,
    #[serde(default)]
    pub(super) event_invoke_config: EventInvokeConfig,
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
    #[serde(default, rename = "Tracing")]
    _tracing: Option<IgnoredAny>,
}

fn default_memory() -> u32 {
    128
}

fn default_timeout() -> u64 {
    3
}

/// `EventInvokeConfig` of a function. The destinations that it may name are refused with any other unknown property.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(super) struct EventInvokeConfig {
    pub(super) maximum_retry_attempts: u32,
}

impl Default for EventInvokeConfig {
    fn default() -> Self {
        Self { maximum_retry_attempts: 2 }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Environment {
    #[serde(default)]
    pub(super) variables: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Policy {
    #[serde(default, rename = "Version")]
    _version: Option<IgnoredAny>,
    #[serde(deserialize_with = "one_or_many")]
    pub(super) statement: Vec<Statement>,
}

/// One statement of an identity-based policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    #[serde(default, rename = "Sid")]
    _sid: Option<IgnoredAny>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Patterns such as `dynamodb:Get*`.
    #[serde(deserialize_with = "one_or_many")]
    pub action: Vec<String>,
    /// Patterns of ARNs.
    #[serde(deserialize_with = "one_or_many")]
    pub resource: Vec<String>,
}

/// What a statement does to the calls it matches.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Effect {
    /// They may be made, unless another statement denies them.
    Allow,
    /// They may not be made, whatever other statements say.
    Deny,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "Type", content = "Properties")]
pub(super) enum Event {
    HttpApi(HttpApiEvent),
    EventBridgeRule(EventBridgeRule),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct EventBridgeRule {
    pub(super) pattern: Pattern,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct HttpApiEvent {
    pub(super) api_id: String,
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
}

/// `AWS::Serverless::HttpApi`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct HttpApi {
    #[serde(default)]
    pub(super) cors_configuration: Option<Cors>,
    #[serde(default)]
    pub(super) definition_body: Option<Definition>,
    #[serde(default)]
    pub(super) stage_name: Option<String>,
    #[serde(default)]
    pub(super) auth: HttpAuth,
    #[serde(default, rename = "AccessLogSettings")]
    _access_log_settings: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) default_route_settings: RouteSettings,
    #[serde(default)]
    pub(super) route_settings: BTreeMap<String, RouteSettings>,
    #[serde(default, rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(default, rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(default, rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

/// The limits of a stage: `DefaultRouteSettings` and `RouteSettings`.
#[derive(Clone, Debug, Default)]
pub struct Throttling {
    /// The limits of routes without limits of their own.
    pub default: RouteSettings,
    /// The limits of single routes, by route key.
    pub routes: BTreeMap<String, RouteSettings>,
}

/// The limits of one route, or of all routes without limits of their own.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html>
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RouteSettings {
    /// The most requests at once.
    pub throttling_burst_limit: Option<f64>,
    /// The most requests per second, in the long run.
    pub throttling_rate_limit: Option<f64>,
    #[serde(default, rename = "DataTraceEnabled")]
    _data_trace_enabled: Option<IgnoredAny>,
    #[serde(default, rename = "DetailedMetricsEnabled")]
    _detailed_metrics_enabled: Option<IgnoredAny>,
    #[serde(default, rename = "LoggingLevel")]
    _logging_level: Option<IgnoredAny>,
}

/// `Auth` of an HTTP API. The authorizers that it may name are refused with any other unknown property.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(super) struct HttpAuth {
    pub(super) enable_iam_authorizer: bool,
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
    /// Seconds that a browser may remember the answer.
    pub max_age: Option<u64>,
    /// Whether cookies go along.
    pub allow_credentials: bool,
}

/// `AWS::Serverless::WebSocketApi`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct WebSocketApi {
    pub(super) stage_name: Option<String>,
    pub(super) route_selection_expression: String,
    #[serde(default)]
    pub(super) auth: Option<WebSocketAuth>,
    pub(super) routes: BTreeMap<String, WebSocketRoute>,
    #[serde(default, rename = "AccessLogSettings")]
    _access_log_settings: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) default_route_settings: RouteSettings,
    #[serde(default)]
    pub(super) route_settings: BTreeMap<String, RouteSettings>,
    #[serde(default, rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(default, rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(default, rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct WebSocketAuth {
    pub(super) auth_type: String,
    pub(super) auth_arn: String,
    #[serde(default)]
    pub(super) identity_source: Vec<String>,
    #[serde(default, rename = "Name")]
    _name: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct WebSocketRoute {
    pub(super) function_arn: String,
}

/// `AWS::DynamoDB::Table`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Table {
    pub(super) attribute_definitions: Value,
    pub(super) key_schema: Value,
    #[serde(default)]
    pub(super) time_to_live_specification: Option<TimeToLive>,
    #[serde(default, rename = "TableName")]
    _table_name: Option<IgnoredAny>,
    #[serde(default, rename = "BillingMode")]
    _billing_mode: Option<IgnoredAny>,
    #[serde(default, rename = "OnDemandThroughput")]
    _on_demand_throughput: Option<IgnoredAny>,
    #[serde(default, rename = "ProvisionedThroughput")]
    _provisioned_throughput: Option<IgnoredAny>,
    #[serde(default, rename = "DeletionProtectionEnabled")]
    _deletion_protection: Option<IgnoredAny>,
    #[serde(default, rename = "PointInTimeRecoverySpecification")]
    _point_in_time_recovery: Option<IgnoredAny>,
    #[serde(default, rename = "SSESpecification")]
    _encryption: Option<IgnoredAny>,
    #[serde(default, rename = "TableClass")]
    _table_class: Option<IgnoredAny>,
    #[serde(default, rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TimeToLive {
    pub(super) attribute_name: String,
    pub(super) enabled: bool,
}

/// `AWS::SecretsManager::Secret`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are CloudFormation's")]
pub(super) struct Secret {
    #[serde(default)]
    pub(super) generate_secret_string: Option<GenerateSecretString>,
    #[serde(default)]
    pub(super) secret_string: Option<String>,
    #[serde(default, rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(default, rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(default, rename = "KmsKeyId")]
    _kms_key_id: Option<IgnoredAny>,
    #[serde(default, rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

/// `GenerateSecretString` of a secret.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "these are the switches CloudFormation has")]
pub struct GenerateSecretString {
    pub(super) password_length: usize,
    /// A JSON object that the secret is put into, under `generate_string_key`.
    pub(super) secret_string_template: Option<String>,
    pub(super) generate_string_key: Option<String>,
    exclude_characters: String,
    exclude_lowercase: bool,
    exclude_numbers: bool,
    exclude_punctuation: bool,
    exclude_uppercase: bool,
    include_space: bool,
}

impl Default for GenerateSecretString {
    fn default() -> Self {
        Self {
            password_length: 32,
            secret_string_template: None,
            generate_string_key: None,
            exclude_characters: String::new(),
            exclude_lowercase: false,
            exclude_numbers: false,
            exclude_punctuation: false,
            exclude_uppercase: false,
            include_space: false,
        }
    }
}

impl GenerateSecretString {
    /// The characters that a secret may have.
    pub(super) fn alphabet(&self) -> Vec<char> {
        (' '..='~')
            .filter(|c| match c {
                ' ' => self.include_space,
                'a'..='z' => !self.exclude_lowercase,
                'A'..='Z' => !self.exclude_uppercase,
                '0'..='9' => !self.exclude_numbers,
                _ => !self.exclude_punctuation,
            })
            .filter(|c| !self.exclude_characters.contains(*c))
            .collect()
    }
}

/// Where CloudFormation takes a list or its only item.
fn one_or_many<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    use serde::de::Error as _;
    // Not an untagged enum: its errors would not say which property is wrong.
    let items = match Value::deserialize(deserializer)? {
        Value::Array(items) => items,
        item => vec![item],
    };
    items.into_iter().map(|item| serde_json::from_value(item).map_err(D::Error::custom)).collect()
}

/// A list, or a parameter of the type `CommaDelimitedList`.
pub(super) fn comma_delimited<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let items: Vec<String> = one_or_many(deserializer)?;
    Ok(items
        .iter()
        .flat_map(|item| item.split(','))
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect())
}
