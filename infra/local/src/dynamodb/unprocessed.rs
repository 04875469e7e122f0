//! Batches that are done in part: the rest is returned as unprocessed.

use axum::{
    body::{Body, to_bytes},
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, HeaderName},
        request::Parts,
    },
    response::{IntoResponse as _, Response},
};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{MAX_REQUEST, answer, operation};

const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-crc32");

/// Answers a batch by `serve`, without a part of it.
pub(crate) async fn in_part(
    mut parts: Parts,
    body: Body,
    rng: &mut Rng,
    serve: impl AsyncFnOnce(Parts, Body) -> Response,
) -> Response {
    let Ok(bytes) = to_bytes(body, MAX_REQUEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    // DynamoDB itself refuses a request that is not a batch.
    let Ok(mut request) = serde_json::from_slice::<Value>(&bytes) else { return serve(parts, bytes.into()).await };
    let Some(left_out) = leave_out(&mut request, rng) else { return serve(parts, bytes.into()).await };
    let is_read = operation(&parts) == Some("BatchGetItem");
    // The engine verifies lengths, not signatures.
    parts.headers.remove(CONTENT_LENGTH);
    let nothing = request.get("RequestItems").and_then(Value::as_object).is_none_or(Map::is_empty);
    let response = if nothing {
        self::answer(&if is_read { json!({"Responses": {}}) } else { json!({}) })
    } else {
        serve(parts, request.to_string().into()).await
    };
    if !response.status().is_success() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_REQUEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(Value::Object(mut answer)) = serde_json::from_slice(&bytes) else {
        return Response::from_parts(parts, bytes.into());
    };
    answer.insert(if is_read { "UnprocessedKeys" } else { "UnprocessedItems" }.to_owned(), left_out);
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(CHECKSUM);
    Response::from_parts(parts, Value::Object(answer).to_string().into())
}

/// Removes a part of a batch and returns it, by table: at least one key or item, at most all.
fn leave_out(request: &mut Value, rng: &mut Rng) -> Option<Value> {
    let tables = request.get_mut("RequestItems")?.as_object_mut()?;
    let count: usize = tables.values_mut().filter_map(entries).map(|entries| entries.len()).sum();
    let certain = (count > 0).then(|| rng.usize(..count))?;
    let mut index = 0;
    let mut left_out = Map::new();
    for (table, of_table) in tables.iter_mut() {
        let mut without = of_table.clone();
        let (Some(kept), Some(gone)) = (entries(of_table), entries(&mut without)) else { continue };
        gone.clear();
        kept.retain(|entry| {
            let leaves = index == certain || rng.bool();
            index += 1;
            if leaves {
                gone.push(entry.clone());
            }
            !leaves
        });
        if !gone.is_empty() {
            left_out.insert(table.clone(), without);
        }
    }
    tables.retain(|_, of_table| entries(of_table).is_none_or(|entries| !entries.is_empty()));
    Some(Value::Object(left_out))
}

/// The keys to read from a table, or the items to write to it.
fn entries(of_table: &mut Value) -> Option<&mut Vec<Value>> {
    match of_table {
        Value::Array(items) => Some(items),
        reads => reads.get_mut("Keys")?.as_array_mut(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(of: &Value) -> Vec<Value> {
        let tables = of.as_object().unwrap();
        tables.values().flat_map(|table| table["Keys"].as_array().unwrap().clone()).collect()
    }

    #[test]
    fn a_part_is_left_out_and_the_rest_is_kept() {
        for seed in 0..32 {
            let request = json!({"RequestItems": {
                "A": {"ConsistentRead": true, "Keys": [1, 2, 3]},
                "B": {"Keys": [4]},
            }});
            let mut rest = request.clone();
            let left_out = leave_out(&mut rest, &mut Rng::with_seed(seed)).unwrap();
            assert!(!keys(&left_out).is_empty());
            assert!(left_out.get("A").is_none_or(|table| table["ConsistentRead"] == true));
            let mut all = [keys(&left_out), keys(&rest["RequestItems"])].concat();
            all.sort_by_key(Value::as_u64);
            assert_eq!(all, keys(&request["RequestItems"]));
        }
    }

    #[test]
    fn the_only_write_of_a_batch_is_always_left_out() {
        let mut request = json!({"RequestItems": {"A": [{"PutRequest": 1}]}});
        let left_out = leave_out(&mut request, &mut Rng::with_seed(1)).unwrap();
        assert_eq!((left_out, request), (json!({"A": [{"PutRequest": 1}]}), json!({"RequestItems": {}})));
        assert_eq!(leave_out(&mut json!({"RequestItems": {}}), &mut Rng::with_seed(1)), None);
    }
}
