//! How the services say that something went wrong.

use axum::{
    body::{Body, to_bytes},
    http::StatusCode,
    response::Response,
};
use fastrand::Rng;
use s3s::s3_error;
use serde_json::{Value, json};

use crate::{api_gateway::websocket::management, dynamodb, intercept::Service, s3, secrets_manager};

/// "Error messages and codes", "ErrorResponses": too many requests.
pub(super) fn throttled(service: Service, rng: &mut Rng) -> Response {
    match service {
        Service::Dynamodb if rng.bool() => {
            let message = "The rate of control plane or data plane requests exceeds what is allowed.";
            dynamodb::error(StatusCode::BAD_REQUEST, "ThrottlingException", message)
        }
        Service::Dynamodb => {
            let kind = "ProvisionedThroughputExceededException";
            let message = "The level of configured provisioned throughput for the table was exceeded. Consider \
                           increasing your provisioning level with the UpdateTable API.";
            dynamodb::error(StatusCode::BAD_REQUEST, kind, message)
        }
        Service::Connections => management::limit_exceeded(),
        Service::S3 => s3::refusal(s3_error!(SlowDown, "Please reduce your request rate.")),
        Service::Secrets => secrets_manager::error(StatusCode::BAD_REQUEST, "ThrottlingException", "Rate exceeded"),
    }
}

/// The service has an error of its own.
pub(super) fn failed(service: Service) -> Response {
    const MESSAGE: &str = "Internal server error";
    match service {
        Service::Dynamodb => dynamodb::error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", MESSAGE),
        Service::Connections => {
            management::error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerErrorException", MESSAGE)
        }
        Service::S3 => s3::refusal(s3_error!(InternalError, "We encountered an internal error. Please try again.")),
        Service::Secrets => secrets_manager::error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError", MESSAGE),
    }
}

/// There is no such socket.
pub(super) fn gone() -> Response {
    management::gone()
}

/// A write ran into a transaction. One of the actions of a transaction did.
pub(super) async fn conflict(operation: &str, body: Body) -> Response {
    const MESSAGE: &str = "Transaction is ongoing for the item";
    if operation != "TransactWriteItems" {
        return dynamodb::error(StatusCode::BAD_REQUEST, "TransactionConflictException", MESSAGE);
    }
    let body = to_bytes(body, dynamodb::MAX_REQUEST).await.unwrap_or_default();
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
    dynamodb::error_with(StatusCode::BAD_REQUEST, "TransactionCanceledException", &message, more)
}
