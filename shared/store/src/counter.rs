//! Ids 1, 2, 3, …: the item with id 0 of a table counts the assigned ones.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::Error;
use serde::Deserialize;

use crate::{Store, error::failed, from_item, n};

#[derive(Deserialize)]
pub(crate) struct Counter {
    pub(crate) count: u64,
}

impl Store {
    /// Assigns the next id of a table. An id that is not used leaves a gap.
    pub(crate) async fn next_id(&self, table: &str) -> Result<u64, Error> {
        const DOING: &str = "counting up";
        let updated = self
            .client
            .update_item()
            .table_name(table)
            .key("id", n(0))
            .update_expression("ADD #count :one")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(failed(DOING))?;
        Ok(from_item::<Counter>(updated.attributes.unwrap_or_default())?.count)
    }
}
