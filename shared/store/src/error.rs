//! Converts the errors of calls: to `Unavailable` if another attempt may succeed, to `Internal` otherwise.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::update_item::UpdateItemError,
};
use domain::Error;

use crate::Item;

/// Errors of DynamoDB that pass by themselves, beyond those that the SDK retries
/// (Amazon DynamoDB Developer Guide, "Error messages and codes").
const PASSING: [&str; 8] = [
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// Converts the error of a call. `doing` names the purpose of the call.
pub(crate) fn failed<E, R>(doing: &'static str) -> impl Fn(SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    move |error| {
        let passing = match &error {
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
            SdkError::ServiceError(error) => error.err().code().is_some_and(|code| PASSING.contains(&code)),
            _ => false,
        };
        if passing { Error::Unavailable { doing, source: error.into() } } else { Error::internal(doing, error) }
    }
}

/// Returns the current item if the update's condition failed, the item exists and the update requested it.
///
/// # Errors
/// Those of an update that failed for another reason.
pub(crate) fn refusal<R>(doing: &'static str, error: SdkError<UpdateItemError, R>) -> Result<Option<Item>, Error>
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refused)) => Ok(refused.item.clone()),
        _ => Err(failed(doing)(error)),
    }
}
