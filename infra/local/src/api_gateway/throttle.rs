//! Throttling by the settings of a stage: a token bucket for each route.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html>

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use template::Throttling;

/// Counts the requests of every route of an API.
#[derive(Debug)]
pub(super) struct Throttle {
    limits: Throttling,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Throttle {
    /// The throttle of a stage, with full buckets.
    pub(super) fn new(limits: Throttling) -> Self {
        Self { limits, buckets: Mutex::default() }
    }

    /// Whether a request to a route may pass now. Counts it if so.
    pub(super) fn admits(&self, route: &str, now: Instant) -> bool {
        let Throttling { default, routes } = &self.limits;
        let own = routes.get(route).copied().unwrap_or_default();
        let rate = own.throttling_rate_limit.or(default.throttling_rate_limit);
        let burst = own.throttling_burst_limit.or(default.throttling_burst_limit);
        // The limits of an account are not simulated.
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

    use template::RouteSettings;

    use super::*;

    fn settings(burst: f64, rate: f64) -> RouteSettings {
        let mut settings = RouteSettings::default();
        (settings.throttling_burst_limit, settings.throttling_rate_limit) = (Some(burst), Some(rate));
        settings
    }

    #[test]
    fn each_route_has_a_bucket_that_fills_again() {
        let throttle = Throttle::new(Throttling {
            default: settings(10.0, 100.0),
            routes: [("POST /b".to_owned(), settings(2.0, 4.0))].into(),
        });
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
    fn without_limits_every_request_passes() {
        let throttle = Throttle::new(Throttling::default());
        assert!((0..100_000).all(|_| throttle.admits("GET /a", Instant::now())));
    }
}
