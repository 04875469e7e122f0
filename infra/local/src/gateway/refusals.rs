//! The errors of a fault, in the words of the service that it strikes.

use axum::{http::StatusCode, response::Response};
use fastrand::Rng;
use s3s::s3_error;

use crate::{api_gateway::websocket::management, calls::Service, dynamodb, s3, secrets_manager};

/// Too many requests (DynamoDB: "Error messages and codes"; S3: "Error responses").
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

/// An internal error of the service.
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

/// A closed socket.
pub(super) fn gone() -> Response {
    management::gone()
}
