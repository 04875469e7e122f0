//! Plans: the faults that may strike, their targets and their probabilities.

use serde::{Deserialize, Serialize};

use super::skew;
use crate::calls::{Call, Service};

/// A plan of faults. The same seed and the same order of calls give the same faults.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    #[serde(default)]
    pub(super) seed: u64,
    /// Of the rules that cover a call, the first one that fires wins.
    pub(super) rules: Vec<Rule>,
}

/// A fault and its selectors. A rule without selectors covers everything that the fault can strike.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) fault: Fault,
    /// The function's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) function: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<Service>,
    /// Such as `UpdateItem`. The method, if the service is not DynamoDB or Secrets Manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    /// The number of the call in its invocation, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<u64>,
    #[serde(default = "always")]
    pub(super) probability: f64,
    /// The most strikes of this rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) millis: Option<i64>,
}

const fn always() -> f64 {
    1.0
}

/// A kind of failure.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// The instance dies before its call reaches the service.
    KillBefore,
    /// The service does the work, and the instance dies before the answer.
    KillAfter,
    /// The service refuses the call because of too many requests.
    Throttle,
    /// The service fails without doing the work.
    FailBefore,
    /// The service does the work and reports a failure.
    FailAfter,
    /// The service does the work, and the connection ends without an answer.
    LoseAnswer,
    /// The call takes longer, before or after the work.
    Slow,
    /// The service does a part of a batch.
    Unprocessed,
    /// A write conflicts with a transaction.
    Conflict,
    /// The service reports that the socket is closed.
    Gone,
    /// An event is served twice.
    Duplicate,
    /// A socket ends without a close frame.
    Cut,
    /// `$disconnect` does not run.
    ForgetDisconnect,
    /// The clock of an instance is wrong.
    Skew,
}

impl Fault {
    /// Whether the fault strikes calls to services.
    fn is_on_calls(self) -> bool {
        !matches!(self, Self::Duplicate | Self::Cut | Self::ForgetDisconnect | Self::Skew)
    }

    /// The service, if only one has the fault.
    fn only_service(self) -> Option<Service> {
        match self {
            Self::Unprocessed | Self::Conflict => Some(Service::Dynamodb),
            Self::Gone => Some(Service::Connections),
            _ => None,
        }
    }

    /// Whether a call of this operation can have the fault.
    fn befalls(self, operation: &str) -> bool {
        match self {
            Self::Unprocessed => matches!(operation, "BatchGetItem" | "BatchWriteItem"),
            Self::Conflict => matches!(operation, "DeleteItem" | "PutItem" | "TransactWriteItems" | "UpdateItem"),
            _ => true,
        }
    }

    /// The smallest and the largest `millis`, if the fault needs them.
    fn millis(self) -> Option<(i64, i64)> {
        match self {
            Self::Slow => Some((0, 60_000)),
            Self::Skew => Some((-3_600_000, 3_600_000)),
            _ => None,
        }
    }

    fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl Rule {
    /// Whether the rule may strike a call.
    pub(super) fn covers(&self, call: &Call) -> bool {
        self.fault.is_on_calls()
            && self.function.as_ref().is_none_or(|function| *function == call.function)
            && self.service.or(self.fault.only_service()).is_none_or(|service| service == call.service)
            && self.operation.as_ref().is_none_or(|operation| *operation == call.operation)
            && self.call.is_none_or(|number| number == call.number)
            && self.fault.befalls(&call.operation)
    }

    /// Whether the rule may strike `function` with `fault`, outside its calls.
    pub(super) fn is(&self, fault: Fault, function: &str) -> bool {
        self.fault == fault && self.function.as_ref().is_none_or(|selected| selected == function)
    }
}

impl Plan {
    /// Reads a plan for these functions.
    ///
    /// # Errors
    /// A sentence for the author of the plan.
    pub(super) fn parse(json: &[u8], functions: &[String]) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_slice(json);
        let plan: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
        for (index, rule) in plan.rules.iter().enumerate() {
            rule.check(functions).map_err(|why| format!("rules[{index}]: {} {why}", rule.fault.name()))?;
        }
        Ok(plan)
    }
}

impl Rule {
    fn check(&self, functions: &[String]) -> Result<(), String> {
        let Self { fault, function, service, operation, call, probability, times: _, millis } = self;
        if let Some(function) = function.as_ref().filter(|function| !functions.contains(function)) {
            return Err(format!("strikes no function: the template has none with the label {function}"));
        }
        if function.is_some() && matches!(fault, Fault::Cut | Fault::ForgetDisconnect) {
            return Err("strikes sockets, not a function".to_owned());
        }
        if !fault.is_on_calls() && (service.is_some() || operation.is_some() || call.is_some()) {
            return Err("strikes no calls: it takes neither service nor operation nor call".to_owned());
        }
        if fault.only_service().is_some_and(|only| service.is_some_and(|service| service != only)) {
            return Err("does not strike this service".to_owned());
        }
        if operation.as_ref().is_some_and(|operation| !fault.befalls(operation)) {
            return Err("does not strike this operation".to_owned());
        }
        if *call == Some(0) {
            return Err("strikes no call: they are counted from 1".to_owned());
        }
        if !(0.0..=1.0).contains(probability) {
            return Err("needs a probability from 0 to 1".to_owned());
        }
        if *fault == Fault::Skew {
            skew::is_possible()?;
        }
        match (fault.millis(), millis) {
            (None, Some(_)) => Err("takes no millis".to_owned()),
            (Some((least, most)), millis) if millis.is_none_or(|millis| !(least..=most).contains(&millis)) => {
                Err(format!("needs millis from {least} to {most}"))
            }
            (None, None) | (Some(_), _) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn refuses(rule: &Value, why: &str) {
        let plan = json!({"rules": [rule]}).to_string();
        let error = Plan::parse(plan.as_bytes(), &["login".to_owned()]).unwrap_err();
        assert!(error.starts_with(why), "{error}");
    }

    #[test]
    fn a_plan_that_can_strike_nothing_is_refused_with_the_reason() {
        refuses(&json!({"fault": "typo"}), "rules[0].fault: unknown variant `typo`");
        refuses(&json!({"fault": "gone", "often": 1}), "rules[0].often: unknown field `often`");
        refuses(
            &json!({"fault": "gone", "function": "logn"}),
            "rules[0]: gone strikes no function: the template has none with the label logn",
        );
        refuses(&json!({"fault": "gone", "service": "dynamodb"}), "rules[0]: gone does not strike this service");
        refuses(
            &json!({"fault": "conflict", "operation": "GetItem"}),
            "rules[0]: conflict does not strike this operation",
        );
        refuses(&json!({"fault": "kill_after", "call": 0}), "rules[0]: kill_after strikes no call");
        refuses(&json!({"fault": "cut", "function": "login"}), "rules[0]: cut strikes sockets");
        refuses(&json!({"fault": "duplicate", "operation": "GetItem"}), "rules[0]: duplicate strikes no calls");
        refuses(&json!({"fault": "throttle", "probability": 1.5}), "rules[0]: throttle needs a probability");
        refuses(&json!({"fault": "throttle", "millis": 1}), "rules[0]: throttle takes no millis");
        refuses(&json!({"fault": "slow"}), "rules[0]: slow needs millis from 0 to 60000");
    }
}
