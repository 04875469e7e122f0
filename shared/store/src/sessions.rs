//! `sessions`: one item a login, by session id. Read by every authenticated request, removed at logout, expired by
//! DynamoDB's time to live.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::{Error, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{Item, Store, error::failed, from_item, s, to_item};

/// A login that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Which one.
    pub id: String,
    /// Whose.
    pub user_id: UserId,
    /// When it ends by itself, in seconds since 1970. Up to two days pass before DynamoDB removes it.
    pub expires_at: u64,
}

fn unless_over(item: Option<Item>, now: Timestamp) -> Result<Option<Session>, Error> {
    let session = item.map(from_item::<Session>).transpose()?;
    Ok(session.filter(|session| session.expires_at > now.seconds()))
}

impl Store {
    /// Opens the connection to DynamoDB, so that the first event need not wait for it. Every function may read sessions
    /// for this, at least.
    pub async fn open(&self) {
        // No session has this id; the answer does not matter, only that there was one.
        let read = self.client.get_item().table_name(&self.tables.sessions).key("id", s("warm-up"));
        drop(read.send().await);
    }

    /// Opens a session.
    pub async fn put_session(&self, session: &Session) -> Result<(), Error> {
        self.client
            .put_item()
            .table_name(&self.tables.sessions)
            .set_item(Some(to_item(session)?))
            .send()
            .await
            .map_err(failed("opening a session"))?;
        Ok(())
    }

    /// The session, unless it has ended. Strongly consistent: a logout counts at once.
    pub async fn session(&self, id: &str, now: Timestamp) -> Result<Option<Session>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.sessions)
            .key("id", s(id))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading a session"))?;
        unless_over(found.item, now)
    }

    /// Ends a session. Returns it, unless it had ended before.
    pub async fn end_session(&self, id: &str, now: Timestamp) -> Result<Option<Session>, Error> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.tables.sessions)
            .key("id", s(id))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(failed("ending a session"))?;
        unless_over(deleted.attributes, now)
    }
}
