//! The record of calls: what each invocation asked of DynamoDB and of its sockets, in which order, and for how many units.
//!
//! A function is known by the credentials of its instance, and an instance serves one event at a time: so a call belongs to
//! the invocation that runs in the instance which signed it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, StatusCode, header::CONTENT_LENGTH, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::Value;

/// How long the answer to a call is held back while calls are recorded. Those that a function makes at once overlap then,
/// however fast the engine is and however slow the machine: that one began after another had ended is no matter of luck.
const HELD: Duration = Duration::from_millis(50);

/// The largest request and answer, in bytes: a batch of items.
const MAX_BODY: usize = 16 * 1024 * 1024 + 64 * 1024;

/// One call of an invocation. Times are nanoseconds since the runtime's start.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// `dynamodb`, or `connections` for the sockets.
    pub service: &'static str,
    /// Such as `GetItem`, or the method of a call for a socket.
    pub operation: String,
    /// The tables that it names, once each.
    pub tables: BTreeSet<String>,
    /// The status of the answer.
    pub status: u16,
    /// When the request was here.
    pub begun: u64,
    /// When the answer was ready, or nothing while it is not.
    pub ended: Option<u64>,
    /// Read units, as the engine counts them.
    pub read_units: f64,
    /// Write units, as the engine counts them.
    pub write_units: f64,
}

/// One event, served by one instance. Times are nanoseconds since the runtime's start.
#[derive(Clone, Debug, Serialize)]
pub struct Invocation {
    /// The function, by the name of its binary.
    pub function: String,
    /// When the instance got it.
    pub begun: u64,
    /// When it had answered, or nothing while it has not.
    pub ended: Option<u64>,
    /// In the order in which they began.
    pub calls: Vec<Call>,
}

/// All invocations since the start.
#[derive(Debug)]
pub struct Calls {
    start: Instant,
    record: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    invocations: Vec<Invocation>,
    /// By the access key of the instance, which of the invocations it serves.
    running: HashMap<String, usize>,
}

impl Default for Calls {
    fn default() -> Self {
        Self { start: Instant::now(), record: Mutex::default() }
    }
}

impl Calls {
    /// All invocations since the start, oldest first.
    #[must_use]
    pub fn invocations(&self) -> Vec<Invocation> {
        self.record().invocations.clone()
    }

    /// The instance with this access key gets an event.
    pub(crate) fn begin(&self, access_key: &str, function: &str) {
        let begun = self.now();
        let mut record = self.record();
        let index = record.invocations.len();
        record.invocations.push(Invocation { function: function.to_owned(), begun, ended: None, calls: Vec::new() });
        record.running.insert(access_key.to_owned(), index);
    }

    /// The instance with this access key has answered, or is dead.
    pub(crate) fn end(&self, access_key: &str) {
        let ended = self.now();
        let mut record = self.record();
        if let Some(index) = record.running.remove(access_key)
            && let Some(invocation) = record.invocations.get_mut(index)
        {
            invocation.ended = Some(ended);
        }
    }

    /// Answers a request by `serve`, and records it where an invocation has made it.
    pub(crate) async fn around(
        &self,
        service: &'static str,
        operation: String,
        mut parts: Parts,
        body: Body,
        serve: impl AsyncFnOnce(Parts, Body) -> Response,
    ) -> Response {
        let is_write =
            !matches!(operation.as_str(), "BatchGetItem" | "GetItem" | "Query" | "Scan" | "TransactGetItems");
        let slot = self.add(&parts.headers, service, operation);
        let Ok(mut body) = to_bytes(body, MAX_BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
        let mut tables = BTreeSet::new();
        if service == "dynamodb" && slot.is_some() {
            tables = self::tables(&body);
            body = asking_for_units(body);
            // Signatures are not verified, lengths are.
            parts.headers.remove(CONTENT_LENGTH);
        }
        let response = serve(parts, body.into()).await;
        let (parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, MAX_BODY).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        if let Some(slot) = slot {
            let units = units(&body);
            tokio::time::sleep(HELD).await;
            let ended = self.now();
            let mut record = self.record();
            let invocation = record.invocations.get_mut(slot.invocation);
            if let Some(call) = invocation.and_then(|invocation| invocation.calls.get_mut(slot.call)) {
                call.status = parts.status.as_u16();
                call.tables = tables;
                *(if is_write { &mut call.write_units } else { &mut call.read_units }) = units;
                call.ended = Some(ended);
            }
        }
        Response::from_parts(parts, body.into())
    }

    /// A new call of the invocation that runs in the instance which signed the request, if one does.
    fn add(&self, headers: &HeaderMap, service: &'static str, operation: String) -> Option<Slot> {
        let begun = self.now();
        let access_key = crate::iam::access_key(headers)?;
        let mut record = self.record();
        let invocation = *record.running.get(access_key)?;
        let calls = &mut record.invocations.get_mut(invocation)?.calls;
        calls.push(Call {
            service,
            operation,
            tables: BTreeSet::new(),
            status: 0,
            begun,
            ended: None,
            read_units: 0.0,
            write_units: 0.0,
        });
        Some(Slot { invocation, call: calls.len() - 1 })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a call is in the record.
struct Slot {
    invocation: usize,
    call: usize,
}

/// The request with the wish to be told of the units. DynamoDB itself refuses what is no JSON.
fn asking_for_units(body: Bytes) -> Bytes {
    let Ok(Value::Object(mut request)) = serde_json::from_slice(&body) else { return body };
    request.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
    serde_json::to_vec(&request).map_or(body, Bytes::from)
}

/// The tables that a request names: as `TableName`, in a transaction too, or in a batch by their names alone.
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

/// The units of an answer, of all tables together.
fn units(body: &[u8]) -> f64 {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
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
    fn units_are_those_of_all_tables() {
        let one = json!({"ConsumedCapacity": {"CapacityUnits": 0.5}});
        let batch = json!({"ConsumedCapacity": [{"CapacityUnits": 1.5}, {"CapacityUnits": 2.0}]});
        let units = [one, batch, json!({})].map(|body| units(body.to_string().as_bytes()).to_string());
        assert_eq!(units, ["0.5", "3.5", "0"]);
    }

    #[test]
    fn tables_are_those_that_a_call_a_batch_or_a_transaction_names() {
        let call = json!({"TableName": "A", "Key": {"id": {"N": "1"}}});
        let batch = json!({"RequestItems": {"B": [], "A": []}});
        let transaction = json!({"TransactItems": [{"Put": {"TableName": "B"}}, {"Delete": {"TableName": "A"}}]});
        for (body, expected) in [(call, &["A"] as &[&str]), (batch, &["A", "B"]), (transaction, &["A", "B"])] {
            assert!(tables(body.to_string().as_bytes()).iter().eq(expected), "{body}");
        }
    }

    #[test]
    fn what_is_no_json_is_left_to_dynamodb() {
        assert_eq!(asking_for_units(Bytes::from_static(b"{")), "{");
    }
}
