//! Writes that conflict with a transaction.

use axum::{
    body::{Body, to_bytes},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};

use super::{MAX_REQUEST, error, error_with};

/// The refusal of a write, or of a transaction with a conflict in its first action.
pub(crate) async fn refusal(operation: &str, body: Body) -> Response {
    const MESSAGE: &str = "Transaction is ongoing for the item";
    if operation != "TransactWriteItems" {
        return error(StatusCode::BAD_REQUEST, "TransactionConflictException", MESSAGE);
    }
    let body = to_bytes(body, MAX_REQUEST).await.unwrap_or_default();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let actions = request.get("TransactItems").and_then(Value::as_array).map_or(1, Vec::len);
    let reasons: Vec<Value> = (0..actions)
        .map(|action| match action {
            0 => json!({"Code": "TransactionConflict", "Message": MESSAGE}),
            _ => json!({"Code": "None"}),
        })
        .collect();
    let codes = std::iter::once("TransactionConflict").chain(std::iter::repeat_n("None", actions.saturating_sub(1)));
    let codes = codes.collect::<Vec<_>>().join(", ");
    let message = format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]");
    let more = [("CancellationReasons".to_owned(), reasons.into())].into_iter().collect();
    error_with(StatusCode::BAD_REQUEST, "TransactionCanceledException", &message, more)
}
