//! The faults while the crowd chats: each that the local runtime can inject, with a probability.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Server;

/// A choice of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faults {
    /// None.
    None,
    /// All except differing clocks.
    All,
    /// All, with differing clocks, for which `libfaketime` must be installed.
    AllWithSkew,
}

/// The difference of an instance's clock from the real time, in milliseconds.
const SKEW_MILLIS: i64 = 5_000;

impl Faults {
    /// The rule of each fault, with its probability per call or per event.
    fn rules(self) -> Vec<Value> {
        if self == Self::None {
            return Vec::new();
        }
        let mut rules = vec![
            json!({"fault": "kill_before", "probability": 0.002}),
            json!({"fault": "kill_after", "probability": 0.003}),
            json!({"fault": "throttle", "probability": 0.01}),
            json!({"fault": "fail_before", "probability": 0.005}),
            json!({"fault": "fail_after", "probability": 0.01, "service": "dynamodb"}),
            json!({"fault": "lose_answer", "probability": 0.01, "service": "dynamodb"}),
            json!({"fault": "slow", "millis": 300, "probability": 0.01}),
            // Longer than one try of a call may take.
            json!({"fault": "slow", "millis": 2_500, "probability": 0.001, "service": "dynamodb"}),
            json!({"fault": "unprocessed", "probability": 0.05}),
            json!({"fault": "conflict", "probability": 0.02}),
            json!({"fault": "gone", "probability": 0.01}),
            json!({"fault": "duplicate", "probability": 0.01}),
            json!({"fault": "cut", "probability": 0.005}),
            json!({"fault": "forget_disconnect", "probability": 0.3}),
        ];
        if self == Self::AllWithSkew {
            rules.push(json!({"fault": "skew", "millis": SKEW_MILLIS, "probability": 0.3}));
            rules.push(json!({"fault": "skew", "millis": -SKEW_MILLIS, "probability": 0.4}));
        }
        rules
    }

    /// Starts the faults. The same seed makes the same random numbers.
    pub async fn begin(self, server: &Server, seed: u64) {
        if self != Self::None {
            server.plans(&json!({"seed": seed, "rules": self.rules()})).await;
        }
    }

    /// Stops the faults, and returns how often each has struck.
    pub async fn end(self, server: &Server) -> BTreeMap<String, u64> {
        let mut struck = BTreeMap::new();
        if self != Self::None {
            for (rule, fired) in self.rules().iter().zip(server.fired().await) {
                *struck.entry(rule["fault"].as_str().unwrap_or_default().to_owned()).or_default() += fired;
            }
            server.plans(&json!({"rules": []})).await;
        }
        struck
    }
}
