//! Throttling, as the settings of an API's stage ask for it: a token bucket for each route.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html>

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use serde::{Deserialize, de::IgnoredAny};

/// The settings of one route, or of all that have none of their own.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RouteSettings {
    /// How many requests there may be at once.
    throttling_burst_limit: Option<f64>,
    /// How many requests there may be in a second, of many in a row.
    throttling_rate_limit: Option<f64>,
    #[serde(default, rename = "DataTraceEnabled")]
    _data_trace_enabled: Option<IgnoredAny>,
    #[serde(default, rename = "DetailedMetricsEnabled")]
    _detailed_metrics_enabled: Option<IgnoredAny>,
    #[serde(default, rename = "LoggingLevel")]
    _logging_level: Option<IgnoredAny>,
}

/// Counts the requests of every route of an API.
#[derive(Debug)]
pub struct Throttle {
    default: RouteSettings,
    routes: BTreeMap<String, RouteSettings>,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Throttle {
    /// The throttle of a stage, with no bucket used yet.
    #[must_use]
    pub fn new(default: RouteSettings, routes: BTreeMap<String, RouteSettings>) -> Self {
        Self { default, routes, buckets: Mutex::default() }
    }

    /// Whether a request to a route may pass now. It is counted then.
    pub(crate) fn admits(&self, route: &str, now: Instant) -> bool {
        let own = self.routes.get(route).copied().unwrap_or_default();
        let rate = own.throttling_rate_limit.or(self.default.throttling_rate_limit);
        let burst = own.throttling_burst_limit.or(self.default.throttling_burst_limit);
        // An account's own limits are not played.
        let (Some(rate), Some(burst)) = (rate, burst) else { return true };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(route.to_owned()).or_insert(Bucket { tokens: burst, filled: now });
        let new = now.saturating_duration_since(bucket.filled).as_secs_f64() * rate;
        bucket.tokens = (bucket.tokens + new).min(burst);
        bucket.filled = now;
        let admitted = bucket.tokens >= 1.0;
        if admitted {
            bucket.tokens -= 1.0;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn settings(burst: f64, rate: f64) -> RouteSettings {
        RouteSettings {
            throttling_burst_limit: Some(burst),
            throttling_rate_limit: Some(rate),
            ..RouteSettings::default()
        }
    }

    #[test]
    fn each_route_has_a_bucket_that_fills_again() {
        let throttle = Throttle::new(settings(10.0, 100.0), [("POST /b".to_owned(), settings(2.0, 4.0))].into());
        let start = Instant::now();
        let admitted = |route, after| {
            let now = start + Duration::from_millis(after);
            (0..100).filter(|_| throttle.admits(route, now)).count()
        };
        assert_eq!([admitted("GET /a", 0), admitted("GET /c", 0), admitted("POST /b", 0)], [10, 10, 2]);
        assert_eq!([admitted("GET /a", 50), admitted("POST /b", 50), admitted("POST /b", 250)], [5, 0, 1]);
        assert_eq!([admitted("GET /a", 5000), admitted("POST /b", 5000)], [10, 2]);
    }

    #[test]
    fn what_is_not_limited_passes() {
        let throttle = Throttle::new(RouteSettings::default(), BTreeMap::new());
        assert!((0..100_000).all(|_| throttle.admits("GET /a", Instant::now())));
    }
}
