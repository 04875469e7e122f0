//! What an invocation costs, counted: the same on every machine.

use serde_json::Value;

/// What one invocation asked of DynamoDB and of its sockets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// How many calls of DynamoDB.
    pub calls: usize,
    /// How many of them had to be made one after another: the longest chain in which each began when the one before it had
    /// ended.
    pub depth: usize,
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
    /// How many calls for sockets.
    pub pushes: usize,
}

impl Cost {
    /// The cost of an invocation.
    pub(crate) fn of(invocation: &Value) -> Self {
        let calls = invocation["calls"].as_array().expect("calls are a list");
        let of = |service| calls.iter().filter(|call| call["service"] == service).collect::<Vec<_>>();
        let (dynamodb, sockets) = (of("dynamodb"), of("connections"));
        assert!(dynamodb.iter().all(|call| call["status"] == 200), "{dynamodb:#?}");
        let sum = |unit: &str| dynamodb.iter().map(|call| call[unit].as_f64().expect("units are a number")).sum();
        Self {
            calls: dynamodb.len(),
            depth: depth(dynamodb.iter().map(|call| [&call["begun"], &call["ended"]].map(time))),
            reads: sum("read_units"),
            writes: sum("write_units"),
            pushes: sockets.len(),
        }
    }
}

/// The last invocation of a function, or nothing while there is none, or any invocation runs.
pub(crate) fn last<'a>(function: &str, invocations: &'a Value) -> Option<&'a Value> {
    let invocations = invocations.as_array().expect("invocations are a list");
    let ended = invocations.iter().all(|invocation| !invocation["ended"].is_null());
    invocations.iter().rfind(|invocation| ended && invocation["function"] == function)
}

/// What an invocation has asked for, each as its operation, its tables and the status of the answer: calls that are made at once
/// have no order, hence sorted.
pub(crate) fn asked(invocation: &Value) -> Vec<String> {
    let calls = invocation["calls"].as_array().expect("calls are a list");
    let asked = calls.iter().map(|call| format!("{} {} {}", call["operation"], call["tables"], call["status"]));
    let mut asked: Vec<_> = asked.collect();
    asked.sort_unstable();
    asked
}

/// The methods of the calls of S3 that an invocation has made, in their order.
pub(crate) fn objects(invocation: &Value) -> Vec<String> {
    let calls = invocation["calls"].as_array().expect("calls are a list");
    let objects = calls.iter().filter(|call| call["service"] == "s3");
    objects.map(|call| call["operation"].as_str().expect("a call has a method").to_owned()).collect()
}

fn time(time: &Value) -> u64 {
    time.as_u64().expect("a call has begun and ended")
}

/// The longest chain of spans, given in the order of their beginnings, each of which begins after the one before it.
fn depth(spans: impl Iterator<Item = [u64; 2]>) -> usize {
    let mut ended: Vec<(u64, usize)> = Vec::new();
    for [begun, end] in spans {
        let before = ended.iter().filter(|(end, _)| *end <= begun).map(|(_, depth)| *depth).max();
        ended.push((end, before.unwrap_or_default() + 1));
    }
    ended.into_iter().map(|(_, depth)| depth).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_is_no_deeper() {
        assert_eq!(depth([].into_iter()), 0);
        assert_eq!(depth([[0, 9], [1, 8], [2, 10]].into_iter()), 1);
        assert_eq!(depth([[0, 4], [1, 9], [5, 8], [9, 10]].into_iter()), 3);
    }
}
