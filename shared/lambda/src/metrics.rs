//! Metrics: one line of an invocation, from which CloudWatch makes them without a call.
//!
//! Amazon CloudWatch User Guide, "Embedded metric format specification". CloudWatch costs $0.30 a month for each
//! metric, and a metric with a dimension is one for each value of the dimension: `infra/docs/costs.md`.

use std::{
    env,
    io::{self, Write as _},
    sync::LazyLock,
};

use chat::{metrics::Metrics, now};
use domain::Timestamp;
use serde_json::{Map, Value, json};

const FAN_OUT: &str = "FanOut";
const HANDSHAKES_REFUSED: &str = "HandshakesRefused";
const HOLES: &str = "Holes";
const PUSHES_DELIVERED: &str = "PushesDelivered";
const PUSHES_GONE: &str = "PushesGone";
const PUSHES_SLOW: &str = "PushesSlow";
const THROTTLED: &str = "Throttled";
const TURNS_REFUSED: &str = "TurnsRefused";

/// The dimension of `HandshakesRefused`.
const REASON: &str = "Reason";
/// The dimension of `Throttled`.
const LIMIT: &str = "Limit";

/// The most values of one metric in a line.
const MOST_VALUES: usize = 100;

static NAMESPACE: LazyLock<String> = LazyLock::new(|| env::var("METRICS_NAMESPACE").unwrap_or_default());

/// Writes the metrics of an invocation of a function, if it has any.
pub(crate) fn write(metrics: &Metrics, function: &str) {
    if let Some(line) = line(metrics, NAMESPACE.as_str(), function, now()) {
        // Without a log there is nobody to report it to.
        let _ = io::stdout().lock().write_all(format!("{line}\n").as_bytes());
    }
}

fn line(metrics: &Metrics, namespace: &str, function: &str, at: Timestamp) -> Option<Value> {
    let mut values = Map::new();
    let mut directives = Vec::new();
    let mut add = |dimension: Option<(&str, Value)>, metrics: Vec<(&str, Value)>| {
        if metrics.is_empty() {
            return;
        }
        let names: Vec<_> = metrics.iter().map(|(name, _)| json!({"Name": name, "Unit": "Count"})).collect();
        let dimensions: Vec<_> = dimension.iter().map(|(name, _)| *name).collect();
        directives.push(json!({"Namespace": namespace, "Dimensions": [dimensions], "Metrics": names}));
        values.extend(metrics.into_iter().chain(dimension).map(|(name, value)| (name.to_owned(), value)));
    };
    let counts = [
        (HOLES, metrics.holes),
        (PUSHES_DELIVERED, metrics.pushes_delivered),
        (PUSHES_GONE, metrics.pushes_gone),
        (PUSHES_SLOW, metrics.pushes_slow),
        (TURNS_REFUSED, metrics.turns_refused),
    ];
    let counts = counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name, json!(count)));
    let fan_out = metrics.fan_out.get(..MOST_VALUES).unwrap_or(&metrics.fan_out);
    let fan_out = (!fan_out.is_empty()).then(|| (FAN_OUT, json!(fan_out)));
    add(None, fan_out.into_iter().chain(counts).collect());
    if let Some(limit) = metrics.limit {
        add(Some((LIMIT, json!(limit))), vec![(THROTTLED, json!(1))]);
    }
    if let Some(reason) = metrics.handshake_refused {
        add(Some((REASON, json!(reason))), vec![(HANDSHAKES_REFUSED, json!(1))]);
    }
    if directives.is_empty() {
        return None;
    }
    let mut line = json!({
        "_aws": {"Timestamp": at.millis(), "CloudWatchMetrics": directives},
        "timestamp": at,
        "level": "INFO",
        "span": {"function": function},
    });
    line.as_object_mut()?.append(&mut values);
    Some(line)
}

#[cfg(test)]
mod tests {
    use chat::metrics::{HANDSHAKE_REASONS, Limit};

    use super::*;

    fn of(metrics: &Metrics) -> Option<Value> {
        line(metrics, "chat", "message", Timestamp::from_millis(1_800_000_000_000))
    }

    #[test]
    fn an_invocation_without_metrics_has_no_line() {
        assert_eq!(of(&Metrics::default()), None);
    }

    #[test]
    fn a_line_has_a_directive_for_each_dimension() {
        let metrics = Metrics {
            fan_out: vec![3],
            pushes_delivered: 2,
            pushes_slow: 1,
            limit: Some(Limit::RoomChanges),
            ..Metrics::default()
        };
        let names =
            |names: &[&str]| -> Vec<_> { names.iter().map(|name| json!({"Name": name, "Unit": "Count"})).collect() };
        let pushes = ["FanOut", "PushesDelivered", "PushesSlow"];
        let expected = json!({
            "_aws": {"Timestamp": 1_800_000_000_000_u64, "CloudWatchMetrics": [
                {"Namespace": "chat", "Dimensions": [[]], "Metrics": names(&pushes)},
                {"Namespace": "chat", "Dimensions": [["Limit"]], "Metrics": names(&["Throttled"])},
            ]},
            "timestamp": "2027-01-15T08:00:00.000Z",
            "level": "INFO",
            "span": {"function": "message"},
            "FanOut": [3],
            "PushesDelivered": 2,
            "PushesSlow": 1,
            "Limit": "room_changes",
            "Throttled": 1,
        });
        assert_eq!(of(&metrics), Some(expected));
    }

    #[test]
    fn a_metric_has_a_hundred_values_at_most() {
        let metrics = Metrics { fan_out: (0..101).collect(), ..Metrics::default() };
        assert_eq!(of(&metrics).unwrap()["FanOut"].as_array().map(Vec::len), Some(100));
    }

    const ALL: [&str; 8] =
        [FAN_OUT, HANDSHAKES_REFUSED, HOLES, PUSHES_DELIVERED, PUSHES_GONE, PUSHES_SLOW, THROTTLED, TURNS_REFUSED];
    const RUNBOOK: &str = include_str!("../../../infra/docs/runbook.md");

    #[test]
    fn the_dashboard_and_the_runbook_have_every_metric_and_no_alarm_has_one() {
        let template = include_str!("../../../template.yaml");
        let (before, dashboard) = template.split_once("\n  Dashboard:\n").unwrap();
        let (dashboard, after) = dashboard.split_once("\n\n").unwrap();
        let dashboard = dashboard.replace('\\', "");
        for metric in ALL {
            assert!(dashboard.contains(&format!("\"{metric}\"")), "the dashboard has no {metric}");
            assert!(RUNBOOK.contains(&format!("`{metric}`")), "the runbook has no {metric}");
            assert!(
                ![before, after].concat().contains(&format!("MetricName: {metric}")),
                "clients could set off the alarm of {metric}"
            );
        }
        let shown = dashboard.split("[\"${AWS::StackName}\", \"").skip(1).filter_map(|rest| rest.split('"').next());
        for metric in shown {
            assert!(
                ALL.contains(&metric) || metric == "Errors",
                "the dashboard has {metric}, which no function writes"
            );
        }
    }

    /// The values of a metric's dimension, in the runbook.
    fn values(metric: &str) -> Vec<&str> {
        let row = RUNBOOK.lines().find(|line| line.starts_with(&format!("| `{metric}` by `"))).unwrap();
        row.split('`').skip(5).step_by(2).collect()
    }

    #[test]
    fn the_runbook_has_every_value_of_a_dimension_and_the_costs_their_number() {
        let limits: Vec<_> = Limit::ALL.iter().map(|limit| json!(limit).as_str().unwrap().to_owned()).collect();
        assert_eq!(values(THROTTLED), limits);
        assert_eq!(values(HANDSHAKES_REFUSED), HANDSHAKE_REASONS);
        let metrics = ALL.len() - 2 + Limit::ALL.len() + HANDSHAKE_REASONS.len();
        assert!(include_str!("../../../infra/docs/costs.md").contains(&format!("{metrics} metrics at most")));
    }
}
