//! `credentials`: password hashes and failed logins, by folded username.
//!
//! Failed logins are counted for names that nobody has as well, so that a lock tells nothing about who exists; such an
//! item has no user and expires.

use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValue;
use domain::{Error, Timestamp, User, UserId, Username};
use serde::{Deserialize, Serialize};

use crate::{
    Store,
    error::{failed, refused},
    from_item, n, s,
};

/// How long failed logins for a name that nobody has are remembered.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

/// What is known of a name that somebody logs in with.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Whose name it is, and the hash of their password as a PHC string.
    pub user: Option<(User, String)>,
    /// How many logins in a row have failed.
    pub failed_logins: u64,
    /// Until when none is tried.
    pub locked_until: Option<Timestamp>,
}

/// The item of a user.
#[derive(Serialize)]
pub(crate) struct UserItem<'a> {
    pub(crate) username: &'a str,
    pub(crate) user_id: UserId,
    pub(crate) display_name: &'a Username,
    pub(crate) password_hash: &'a str,
}

#[derive(Deserialize)]
struct CredentialsItem {
    user_id: Option<UserId>,
    display_name: Option<Username>,
    password_hash: Option<String>,
    #[serde(default)]
    failed_logins: u64,
    locked_until: Option<u64>,
}

#[derive(Deserialize)]
struct FailedLogins {
    failed_logins: u64,
}

impl From<CredentialsItem> for Credentials {
    fn from(item: CredentialsItem) -> Self {
        let user = match (item.user_id, item.display_name, item.password_hash) {
            (Some(id), Some(username), Some(hash)) => Some((User { id, username }, hash)),
            _ => None,
        };
        Self { user, failed_logins: item.failed_logins, locked_until: item.locked_until.map(Timestamp::from_millis) }
    }
}

impl Store {
    /// What is known of a folded name; nothing is known of one that nobody has and nobody tried.
    pub async fn credentials(&self, folded: &str) -> Result<Credentials, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.credentials)
            .key("username", s(folded))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading credentials"))?;
        Ok(found.item.map(from_item::<CredentialsItem>).transpose()?.map(Credentials::from).unwrap_or_default())
    }

    /// Counts a failed login; returns how many there are now in a row.
    pub async fn count_failed_login(&self, folded: &str, known: bool, now: Timestamp) -> Result<u64, Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.tables.credentials)
            .key("username", s(folded))
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::UpdatedNew);
        let update = if known {
            update.update_expression("ADD failed_logins :one")
        } else {
            update
                .update_expression("SET expires_at = :expires_at ADD failed_logins :one")
                .condition_expression("attribute_not_exists(user_id)")
                .expression_attribute_values(":expires_at", n((now + FORGOTTEN_AFTER).seconds()))
        };
        match update.send().await {
            Ok(updated) => Ok(from_item::<FailedLogins>(updated.attributes.unwrap_or_default())?.failed_logins),
            // Somebody has registered the name meanwhile; their count starts at none.
            Err(error) if refused(&error) => Ok(0),
            Err(error) => Err(failed("counting a failed login")(error)),
        }
    }

    /// Tries no login with this name until then.
    pub async fn lock_login(&self, folded: &str, until: Timestamp) -> Result<(), Error> {
        self.client
            .update_item()
            .table_name(&self.tables.credentials)
            .key("username", s(folded))
            .update_expression("SET locked_until = :until")
            .expression_attribute_values(":until", n(until.millis()))
            .send()
            .await
            .map_err(failed("locking a login"))?;
        Ok(())
    }

    /// Forgets the failed logins.
    pub async fn clear_failed_logins(&self, folded: &str) -> Result<(), Error> {
        self.client
            .update_item()
            .table_name(&self.tables.credentials)
            .key("username", s(folded))
            .update_expression("REMOVE failed_logins, locked_until")
            .send()
            .await
            .map_err(failed("clearing failed logins"))?;
        Ok(())
    }
}
