//! Many items by key, in as few calls as possible.

use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::Error;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{Consistency, Item, Store, error::failed, transaction::backoff};

/// What one `BatchGetItem` takes.
const MAX_KEYS: usize = 100;
/// How many calls run at once.
const CONCURRENCY: usize = 8;
/// How often keys are asked for that DynamoDB has left unprocessed.
const MAX_ATTEMPTS: u32 = 6;

impl Store {
    /// Those of the items that exist, in no order.
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
        for attempt in 0..MAX_ATTEMPTS {
            let output =
                self.client.batch_get_item().request_items(table, wanted).send().await.map_err(failed(DOING))?;
            found.extend(output.responses.unwrap_or_default().remove(table).unwrap_or_default());
            match output.unprocessed_keys.unwrap_or_default().remove(table) {
                None => return Ok(found),
                Some(unprocessed) => wanted = unprocessed,
            }
            backoff(attempt).await;
        }
        Err(Error::Unavailable { doing: DOING, source: "keys stay unprocessed".into() })
    }
}
