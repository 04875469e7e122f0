//! The record of calls: the calls of each invocation, with their order, their times and their units.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{StatusCode, header::CONTENT_LENGTH, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::call::{self, Lost, Service};

/// The time for which each answer is held back. Concurrent calls then overlap in the record, however fast the engine
/// and however slow the machine are: a call that began after another had ended was made after it.
const HELD: Duration = Duration::from_millis(50);

/// The largest request and answer, in bytes: a batch of items (16 MB) and its frame.
const MAX_BODY: usize = 16 * 1024 * 1024 + 64 * 1024;

/// One call of an invocation. Times are nanoseconds since the runtime's start.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// The service that was called.
    pub service: Service,
    /// Such as `GetItem`, or the method of a call to a socket or a bucket.
    pub operation: String,
    /// The tables that the request names, once each.
    pub tables: BTreeSet<String>,
    /// The status of the answer, 0 before it.
    pub status: u16,
    /// When the request had arrived.
    pub begun: u64,
    /// When the answer was ready; `None` before that.
    pub ended: Option<u64>,
    /// Read units, as the engine counts them.
    pub read_units: f64,
    /// Write units, as the engine counts them.
    pub write_units: f64,
}

/// One event in one instance. Times are nanoseconds since the runtime's start.
#[derive(Clone, Debug, Serialize)]
pub struct Invocation {
    /// The function's label.
    pub function: String,
    /// When the instance got the event.
    pub begun: u64,
    /// When the instance had answered or died; `None` before that.
    pub ended: Option<u64>,
    /// The calls, in the order of their beginnings.
    pub calls: Vec<Call>,
}

/// All invocations since the start.
#[derive(Debug)]
pub struct Record {
    start: Instant,
    invocations: Mutex<BTreeMap<usize, Invocation>>,
}

impl Default for Record {
    fn default() -> Self {
        Self { start: Instant::now(), invocations: Mutex::default() }
    }
}

impl Record {
    /// All invocations since the start, oldest first.
    #[must_use]
    pub fn invocations(&self) -> Vec<Invocation> {
        self.recorded().values().cloned().collect()
    }

    /// Records that an instance gets an event.
    pub(crate) fn begin(&self, invocation: usize, function: &str) {
        let begun = self.now();
        let begins = Invocation { function: function.to_owned(), begun, ended: None, calls: Vec::new() };
        self.recorded().insert(invocation, begins);
    }

    /// Records that the instance has answered or died.
    pub(crate) fn end(&self, invocation: usize) {
        let ended = self.now();
        if let Some(invocation) = self.recorded().get_mut(&invocation) {
            invocation.ended = Some(ended);
        }
    }

    /// Answers a call by `serve`, and records it.
    pub(crate) async fn around(
        &self,
        call: &call::Call,
        mut parts: Parts,
        body: Body,
        serve: impl AsyncFnOnce(Parts, Body) -> Result<Response, Lost>,
    ) -> Result<Response, Lost> {
        let slot = self.add(call);
        let Ok(mut body) = to_bytes(body, MAX_BODY).await else {
            return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
        };
        let mut tables = BTreeSet::new();
        if call.service == Service::Dynamodb {
            tables = self::tables(&body);
            body = with_consumed_capacity(body);
            // The engine verifies lengths, not signatures.
            parts.headers.remove(CONTENT_LENGTH);
        }
        let (parts, body) = serve(parts, body.into()).await?.into_parts();
        let Ok(body) = to_bytes(body, MAX_BODY).await else {
            return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        tokio::time::sleep(HELD).await;
        self.answered(call, slot, parts.status, tables, units(&body));
        Ok(Response::from_parts(parts, body.into()))
    }

    /// Adds a call to its invocation, and returns its index there.
    fn add(&self, call: &call::Call) -> usize {
        let begun = self.now();
        let mut record = self.recorded();
        let Some(invocation) = record.get_mut(&call.invocation) else { return 0 };
        invocation.calls.push(Call {
            service: call.service,
            operation: call.operation.clone(),
            tables: BTreeSet::new(),
            status: 0,
            begun,
            ended: None,
            read_units: 0.0,
            write_units: 0.0,
        });
        invocation.calls.len() - 1
    }

    fn answered(&self, call: &call::Call, slot: usize, status: StatusCode, tables: BTreeSet<String>, units: f64) {
        let is_read =
            matches!(call.operation.as_str(), "BatchGetItem" | "GetItem" | "Query" | "Scan" | "TransactGetItems");
        let ended = self.now();
        let mut record = self.recorded();
        if let Some(call) = record.get_mut(&call.invocation).and_then(|invocation| invocation.calls.get_mut(slot)) {
            call.status = status.as_u16();
            call.tables = tables;
            *(if is_read { &mut call.read_units } else { &mut call.write_units }) = units;
            call.ended = Some(ended);
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn recorded(&self) -> MutexGuard<'_, BTreeMap<usize, Invocation>> {
        self.invocations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request with `ReturnConsumedCapacity` set. DynamoDB itself refuses a body that is not JSON.
fn with_consumed_capacity(body: Bytes) -> Bytes {
    let Ok(Value::Object(mut request)) = serde_json::from_slice(&body) else { return body };
    request.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
    serde_json::to_vec(&request).map_or(body, Bytes::from)
}

/// The tables that a request names: as `TableName`, in a transaction too, or as keys of `RequestItems` in a batch.
fn tables(body: &[u8]) -> BTreeSet<String> {
    fn collect(value: &Value, tables: &mut BTreeSet<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| collect(item, tables)),
            Value::Object(object) => {
                let batch = object.get("RequestItems").and_then(Value::as_object);
                tables.extend(batch.into_iter().flatten().map(|(name, _)| name.clone()));
                tables.extend(object.get("TableName").and_then(Value::as_str).map(str::to_owned));
                object.values().for_each(|value| collect(value, tables));
            }
            _ => {}
        }
    }
    let mut tables = BTreeSet::new();
    collect(&serde_json::from_slice(body).unwrap_or_default(), &mut tables);
    tables
}

/// The units of an answer, summed over its tables. A write whose condition fails consumes units, too (Amazon DynamoDB
/// Developer Guide, "DynamoDB read and write operations"). The engine does not count them; a small item costs one.
fn units(body: &[u8]) -> f64 {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let kind = body.get("__type").and_then(Value::as_str);
    if kind.is_some_and(|kind| kind.ends_with("#ConditionalCheckFailedException")) {
        return 1.0;
    }
    let of_table = |consumed: &Value| consumed.get("CapacityUnits").and_then(Value::as_f64).unwrap_or_default();
    match body.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables.iter().map(of_table).sum(),
        Some(table) => of_table(table),
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn units_are_summed_over_the_tables() {
        let one = json!({"ConsumedCapacity": {"CapacityUnits": 0.5}});
        let batch = json!({"ConsumedCapacity": [{"CapacityUnits": 1.5}, {"CapacityUnits": 2.0}]});
        let refused = json!({"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"});
        let units = [one, batch, refused, json!({})].map(|body| units(body.to_string().as_bytes()).to_string());
        assert_eq!(units, ["0.5", "3.5", "1", "0"]);
    }

    #[test]
    fn a_call_a_batch_and_a_transaction_name_their_tables() {
        let call = json!({"TableName": "A", "Key": {"id": {"N": "1"}}});
        let batch = json!({"RequestItems": {"B": [], "A": []}});
        let transaction = json!({"TransactItems": [{"Put": {"TableName": "B"}}, {"Delete": {"TableName": "A"}}]});
        for (body, expected) in [(call, &["A"] as &[&str]), (batch, &["A", "B"]), (transaction, &["A", "B"])] {
            assert!(tables(body.to_string().as_bytes()).iter().eq(expected), "{body}");
        }
    }

    #[test]
    fn a_body_that_is_not_json_is_left_to_dynamodb() {
        assert_eq!(with_consumed_capacity(Bytes::from_static(b"{")), "{");
    }
}
