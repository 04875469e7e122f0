//! `sessions`: an item per login, by user and session id. Read by every authenticated request, changed by a refresh,
//! removed at logout, expired by DynamoDB's time to live. One query reads all sessions of a user.

use aws_sdk_dynamodb::{
    operation::get_item::builders::GetItemFluentBuilder,
    types::{AttributeValue, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};
use domain::{DeviceName, Error, Stored as _, Timestamp, UserId, Username, stored};
use serde::{Deserialize, Serialize};

use crate::{
    Item, Store,
    error::{failed, refusal},
    from_item, n, s, to_item,
    transaction::{delete, put},
};

const USER_ID: &str = "user_id";
const ID: &str = "id";

/// A login that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Its user.
    pub user_id: UserId,
    /// When it ends by itself, in seconds since 1970. Up to two days pass before DynamoDB removes it.
    pub expires_at: u64,
    /// The id of the device that logged in. Absent in a session from before devices had ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// The state of its refresh token. Absent in a session from before there were refresh tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<Renewal>,
}

/// The state of the refresh token of a session. No token can be made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// The name of the user, for the access tokens. It never changes.
    pub username: String,
    /// The name of the device.
    #[serde(default, deserialize_with = "stored", skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// The time of the login, in milliseconds since 1970.
    pub created_at: u64,
    /// The time of the last refresh, or else of the login, in milliseconds since 1970.
    pub renewed_at: u64,
    /// The hash of the secret that all tokens of the session have.
    pub secret_hash: String,
    /// The nonce of the present token.
    pub nonce: String,
    /// The nonce of the token before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The time at which a whole burst of refreshes is possible again, in milliseconds since 1970.
    pub full_at: u64,
}

impl Renewal {
    /// The time of the last refresh, or else of the login.
    #[must_use]
    pub const fn renewed_at(&self) -> Timestamp {
        Timestamp::from_millis(self.renewed_at)
    }

    /// The name of the user.
    #[must_use]
    pub fn username(&self) -> Username {
        Username::stored(self.username.clone())
    }
}

fn unless_over(item: Option<Item>, now: Timestamp) -> Result<Option<Session>, Error> {
    let session = item.map(from_item::<Session>).transpose()?;
    Ok(session.filter(|session| session.expires_at > now.seconds()))
}

impl Store {
    /// Opens the connection to DynamoDB, so that the first event does not wait for it. Needs the permission `GetItem`
    /// on sessions. Functions that read keys or sign open the connection by that instead.
    pub async fn open(&self) {
        // No user has this id. Any answer means that the connection is open.
        drop(self.get_session(0, "warm-up").send().await);
    }

    /// Opens a session for a folded name. Returns `false` if `hash` is no longer the hash of its password: a change of
    /// the password ends all sessions, and no session of the old password may open afterwards.
    pub async fn open_session(&self, session: &Session, folded: &str, hash: &str) -> Result<bool, Error> {
        let open = Put::builder().table_name(&self.tables.sessions).set_item(Some(to_item(session)?)).build();
        let actions = vec![put(open)?, self.check_password(folded, hash)?];
        Ok(self.transact("opening a session", actions).await?.is_ok())
    }

    /// The session of a user, unless it has ended. The read is strongly consistent, so that a logout counts at once.
    pub async fn session(&self, user: UserId, id: &str, now: Timestamp) -> Result<Option<Session>, Error> {
        let read = self.get_session(user.get(), id).consistent_read(true);
        unless_over(read.send().await.map_err(failed("reading a session"))?.item, now)
    }

    /// Replaces the state of the refresh token of a session, unless it has another nonce than `before` meanwhile, and
    /// moves the end of the session. Returns the session as it is afterwards, unless it has ended: after another
    /// refresh at the same moment, that is the session of the other one.
    pub async fn renew_session(
        &self,
        session: &Session,
        before: &str,
        renewal: &Renewal,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Session>, Error> {
        const DOING: &str = "renewing a session";
        let renewed = self
            .client
            .update_item()
            .table_name(&self.tables.sessions)
            .set_key(Some(key(session.user_id.get(), &session.id)))
            .update_expression("SET renewal = :renewal, expires_at = :expires_at")
            // A session that has ended has no nonce, so it never comes back.
            .condition_expression("renewal.nonce = :before")
            .expression_attribute_values(":renewal", AttributeValue::M(to_item(renewal)?))
            .expression_attribute_values(":expires_at", n(expires_at.seconds()))
            .expression_attribute_values(":before", s(before))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let item = match renewed {
            Ok(renewed) => renewed.attributes,
            Err(error) => refusal(DOING, error)?,
        };
        unless_over(item, now)
    }

    /// All sessions of a user, strongly consistent, with those that have ended.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<Session>, Error> {
        let mut sessions = Vec::new();
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.sessions)
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", n(user.get()))
            .consistent_read(true)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let items = page.map_err(failed("reading the sessions of a user"))?.items.unwrap_or_default();
            for item in items {
                sessions.push(from_item(item)?);
            }
        }
        Ok(sessions)
    }

    /// Ends a session of a user. Returns the session, unless it had ended before.
    pub async fn end_session(&self, user: UserId, id: &str, now: Timestamp) -> Result<Option<Session>, Error> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.tables.sessions)
            .set_key(Some(key(user.get(), id)))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(failed("ending a session"))?;
        unless_over(deleted.attributes, now)
    }

    /// Ends sessions.
    pub async fn end_sessions(&self, sessions: &[Session]) -> Result<(), Error> {
        let keys = sessions.iter().map(|session| key(session.user_id.get(), &session.id)).collect();
        self.batch_delete(&self.tables.sessions, keys).await
    }

    /// The end of a session, as an action of a transaction.
    pub(crate) fn delete_session(&self, user: UserId, id: &str) -> Result<TransactWriteItem, Error> {
        delete(Delete::builder().table_name(&self.tables.sessions).set_key(Some(key(user.get(), id))).build())
    }

    fn get_session(&self, user: u64, id: &str) -> GetItemFluentBuilder {
        self.client.get_item().table_name(&self.tables.sessions).set_key(Some(key(user, id)))
    }
}

fn key(user: u64, id: &str) -> Item {
    Item::from([(USER_ID.to_owned(), n(user)), (ID.to_owned(), s(id))])
}
