//! Properties of tables.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

/// `AWS::DynamoDB::Table`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) attribute_definitions: Value,
    pub(crate) key_schema: Value,
    #[serde(default)]
    pub(crate) time_to_live_specification: Option<TimeToLive>,
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
pub(crate) struct TimeToLive {
    pub(crate) attribute_name: String,
    pub(crate) enabled: bool,
}
