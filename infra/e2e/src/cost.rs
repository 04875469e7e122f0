//! The cost of an invocation as counts, which are the same on every machine.

use serde_json::Value;

/// The calls of DynamoDB and of sockets that one invocation made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// The number of calls of DynamoDB.
    pub calls: usize,
    /// The length of the longest chain of these calls in which each began after its predecessor had ended.
    pub depth: usize,
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
    /// The number of calls for sockets.
    pub pushes: usize,
}

impl Cost {
    /// The cost of an invocation.
    pub(crate) fn of(invocation: &Value) -> Self {
        let calls = invocation["calls"].as_array().expect("calls are a list");
        let of = |service| calls.iter().filter(|call| call["service"] == service).collect::<Vec<_>>();
        let (dynamodb, sockets) = (of("dynamodb"), of("connections"));
        // A failed condition costs as much as a write.
        let is_expected = |call: &&Value| call["status"] == 200 || call["write_units"] == 1.0;
        assert!(dynamodb.iter().all(is_expected), "{dynamodb:#?}");
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

/// The last invocation of a function; `None` before the first one, and while any invocation runs.
pub(crate) fn last<'a>(function: &str, invocations: &'a Value) -> Option<&'a Value> {
    let invocations = invocations.as_array().expect("invocations are a list");
    let ended = invocations.iter().all(|invocation| !invocation["ended"].is_null());
    invocations.iter().rfind(|invocation| ended && invocation["function"] == function)
}

/// The calls of an invocation, each as its operation, its tables and the status of its answer. Sorted, because
/// concurrent calls have no order.
pub(crate) fn asked(invocation: &Value) -> Vec<String> {
    let calls = invocation["calls"].as_array().expect("calls are a list");
    let asked = calls.iter().map(|call| format!("{} {} {}", call["operation"], call["tables"], call["status"]));
    let mut asked: Vec<_> = asked.collect();
    asked.sort_unstable();
    asked
}

/// The methods of an invocation's calls of S3, in their order.
pub(crate) fn objects(invocation: &Value) -> Vec<String> {
    let calls = invocation["calls"].as_array().expect("calls are a list");
    let objects = calls.iter().filter(|call| call["service"] == "s3");
    objects.map(|call| call["operation"].as_str().expect("a call has a method").to_owned()).collect()
}

fn time(time: &Value) -> u64 {
    time.as_u64().expect("a call has begun and ended")
}

/// The length of the longest chain of spans in which each begins after its predecessor has ended. The spans are in the
/// order of their beginnings.
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
    fn overlapping_spans_add_no_depth() {
        assert_eq!(depth([].into_iter()), 0);
        assert_eq!(depth([[0, 9], [1, 8], [2, 10]].into_iter()), 1);
        assert_eq!(depth([[0, 4], [1, 9], [5, 8], [9, 10]].into_iter()), 3);
    }
}
