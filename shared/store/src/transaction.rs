//! Transactions: either all writes happen or none does.

use aws::backoff;
use aws_sdk_dynamodb::{
    error::BuildError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem, Update},
};
use domain::Error;

use crate::{ATTEMPTS, Item, Store, error::failed};

/// The number of actions that one `TransactWriteItems` accepts.
pub(crate) const MAX_ACTIONS: usize = 100;
/// The number of attempts of a transaction that conflicts with others.
const MAX_ATTEMPTS: u32 = 6;

const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// The codes of reasons that pass by themselves: conflicts and load.
const PASSING: [&str; 3] = ["ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"];

/// The reasons why a transaction was cancelled: one for each action, with the item whose condition failed.
pub(crate) struct Cancelled(Vec<CancellationReason>);

impl Cancelled {
    /// Whether the condition of this action, counted from 0, failed.
    pub(crate) fn failed(&self, action: usize) -> bool {
        self.0.get(action).is_some_and(|reason| reason.code() == Some(CONDITION_FAILED))
    }

    /// The item on which the condition of this action failed, if the item exists and the action requested it.
    pub(crate) fn item(&self, action: usize) -> Option<Item> {
        self.0.get(action)?.item().cloned()
    }

    fn any(&self, codes: &[&str]) -> bool {
        self.0.iter().any(|reason| reason.code().is_some_and(|code| codes.contains(&code)))
    }
}

impl Store {
    /// Runs a transaction, and repeats it if it conflicts with another one. The inner error means that a condition
    /// failed and nothing was written.
    pub(crate) async fn transact(
        &self,
        doing: &'static str,
        actions: Vec<TransactWriteItem>,
    ) -> Result<Result<(), Cancelled>, Error> {
        for attempt in 1..=MAX_ATTEMPTS {
            let call = self.client.transact_write_items().set_transact_items(Some(actions.clone()));
            let Err(error) = call.send().await else { return Ok(Ok(())) };
            let cancelled = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    Cancelled(cancelled.cancellation_reasons().to_vec())
                }
                _ => return Err(failed(doing)(error)),
            };
            if cancelled.any(&[CONDITION_FAILED]) {
                return Ok(Err(cancelled));
            }
            if !cancelled.any(&PASSING) {
                return Err(Error::internal(doing, error));
            }
            backoff(ATTEMPTS.backoff, attempt).await;
        }
        Err(Error::Unavailable { doing, source: "the transaction keeps running into others".into() })
    }
}

/// A `ConditionCheck` as an action of a transaction.
pub(crate) fn check(check: Result<ConditionCheck, BuildError>) -> Result<TransactWriteItem, Error> {
    Ok(TransactWriteItem::builder().condition_check(built(check)?).build())
}

/// A `Put` as an action of a transaction.
pub(crate) fn put(put: Result<Put, BuildError>) -> Result<TransactWriteItem, Error> {
    Ok(TransactWriteItem::builder().put(built(put)?).build())
}

/// An `Update` as an action of a transaction.
pub(crate) fn update(update: Result<Update, BuildError>) -> Result<TransactWriteItem, Error> {
    Ok(TransactWriteItem::builder().update(built(update)?).build())
}

/// A `Delete` as an action of a transaction.
pub(crate) fn delete(delete: Result<Delete, BuildError>) -> Result<TransactWriteItem, Error> {
    Ok(TransactWriteItem::builder().delete(built(delete)?).build())
}

fn built<T>(action: Result<T, BuildError>) -> Result<T, Error> {
    action.map_err(|error| Error::internal("building a transaction", error))
}
