//! Many items by key, in as few calls as possible.

use std::collections::HashMap;

use aws::backoff;
use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, WriteRequest};
use domain::Error;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{ATTEMPTS, Consistency, Item, Store, error::failed};

/// The number of keys that one `BatchGetItem` accepts.
const MAX_KEYS: usize = 100;
/// The number of writes that one `BatchWriteItem` accepts.
const MAX_WRITES: usize = 25;
/// The number of calls at once.
const CONCURRENCY: usize = 8;
/// The number of calls for a batch, parts of which DynamoDB may leave unprocessed.
const MAX_ATTEMPTS: u32 = 6;

impl Store {
    /// Reads items. Returns the existing ones, in no order.
    pub(crate) async fn batch_get(
        &self,
        table: &str,
        keys: Vec<Item>,
        consistency: Consistency,
    ) -> Result<Vec<Item>, Error> {
        let chunks: Vec<_> = keys.chunks(MAX_KEYS).map(<[Item]>::to_vec).collect();
        stream::iter(chunks)
            .map(|keys| self.batch_get_chunk(table, keys, consistency))
            .buffer_unordered(CONCURRENCY)
            .try_concat()
            .await
    }

    async fn batch_get_chunk(
        &self,
        table: &str,
        keys: Vec<Item>,
        consistency: Consistency,
    ) -> Result<Vec<Item>, Error> {
        const DOING: &str = "reading a batch of items";
        let mut wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(consistency == Consistency::Strong)
            .build()
            .map_err(|error| Error::internal(DOING, error))?;
        let mut found = Vec::new();
        for attempt in 1..=MAX_ATTEMPTS {
            let output =
                self.client.batch_get_item().request_items(table, wanted).send().await.map_err(failed(DOING))?;
            found.extend(output.responses.unwrap_or_default().remove(table).unwrap_or_default());
            match output.unprocessed_keys.unwrap_or_default().remove(table) {
                None => return Ok(found),
                Some(unprocessed) => wanted = unprocessed,
            }
            backoff(ATTEMPTS.backoff, attempt).await;
        }
        Err(Error::Unavailable { doing: DOING, source: "keys stay unprocessed".into() })
    }

    /// Deletes items. Skips those that do not exist.
    pub(crate) async fn batch_delete(&self, table: &str, keys: Vec<Item>) -> Result<(), Error> {
        let deletes = keys.into_iter().map(delete).collect::<Result<Vec<_>, _>>()?;
        let chunks: Vec<_> = deletes.chunks(MAX_WRITES).map(<[WriteRequest]>::to_vec).collect();
        stream::iter(chunks)
            .map(|writes| self.batch_write_chunk(table, writes))
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await
    }

    async fn batch_write_chunk(&self, table: &str, mut writes: Vec<WriteRequest>) -> Result<(), Error> {
        const DOING: &str = "deleting a batch of items";
        for attempt in 1..=MAX_ATTEMPTS {
            let wanted = HashMap::from([(table.to_owned(), writes)]);
            let output =
                self.client.batch_write_item().set_request_items(Some(wanted)).send().await.map_err(failed(DOING))?;
            match output.unprocessed_items.unwrap_or_default().remove(table) {
                None => return Ok(()),
                Some(unprocessed) => writes = unprocessed,
            }
            backoff(ATTEMPTS.backoff, attempt).await;
        }
        Err(Error::Unavailable { doing: DOING, source: "items stay unprocessed".into() })
    }
}

fn delete(key: Item) -> Result<WriteRequest, Error> {
    let delete = DeleteRequest::builder().set_key(Some(key)).build();
    let delete = delete.map_err(|error| Error::internal("building a batch", error))?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}
