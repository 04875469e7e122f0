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
    /// The cost of the last invocation of a function, or nothing while there is none, or any invocation runs.
    pub(crate) fn of_last(function: &str, invocations: &Value) -> Option<Self> {
        let invocations = invocations.as_array().expect("invocations are a list");
        if invocations.iter().any(|invocation| invocation["ended"].is_null()) {
            return None;
        }
        let last = invocations.iter().rfind(|invocation| invocation["function"] == function)?;
        let calls = last["calls"].as_array().expect("calls are a list");
        let of = |service| calls.iter().filter(|call| call["service"] == service).collect::<Vec<_>>();
        let (dynamodb, sockets) = (of("dynamodb"), of("connections"));
        assert!(dynamodb.iter().all(|call| call["status"] == 200), "{dynamodb:#?}");
        let sum = |unit: &str| dynamodb.iter().map(|call| call[unit].as_f64().expect("units are a number")).sum();
        Some(Self {
            calls: dynamodb.len(),
            depth: depth(dynamodb.iter().map(|call| [&call["begun"], &call["ended"]].map(time))),
            reads: sum("read_units"),
            writes: sum("write_units"),
            pushes: sockets.len(),
        })
    }
}

/// The methods of the calls of S3 that the last invocation of a function has made, in their order.
pub(crate) fn objects_of_last(function: &str, invocations: &Value) -> Vec<String> {
    let invocations = invocations.as_array().expect("invocations are a list");
    let last = invocations.iter().rfind(|invocation| invocation["function"] == function);
    let calls = last.and_then(|last| last["calls"].as_array()).into_iter().flatten();
    let objects = calls.filter(|call| call["service"] == "s3");
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
