//! The limits of a stage on requests.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

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
