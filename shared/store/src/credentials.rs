//! `credentials`: password hashes, by folded username. Beside them are the attempts to log in, and the registrations.

use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem, Update};
use domain::{Error, User, UserId, Username, stored};
use serde::{Deserialize, Serialize};

use crate::{
    Store,
    error::failed,
    from_item, s,
    transaction::{check, update},
};

#[derive(Serialize, Deserialize)]
pub(crate) struct CredentialsItem {
    pub(crate) username: String,
    pub(crate) user_id: UserId,
    #[serde(deserialize_with = "stored")]
    pub(crate) display_name: Username,
    pub(crate) password_hash: String,
}

impl Store {
    /// The user of a folded name, and the hash of their password as a PHC string.
    pub async fn credentials(&self, folded: &str) -> Result<Option<(User, String)>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.credentials)
            .key("username", s(folded))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading credentials"))?;
        let item = found.item.map(from_item::<CredentialsItem>).transpose()?;
        Ok(item.map(|item| (User { id: item.user_id, username: item.display_name }, item.password_hash)))
    }

    /// Replaces the hash `before` of a name by `after`, and ends a session, in one transaction. Returns `false` if the
    /// name has another hash.
    pub async fn change_password(
        &self,
        folded: &str,
        before: &str,
        after: &str,
        user: UserId,
        session: &str,
    ) -> Result<bool, Error> {
        let change = Update::builder()
            .table_name(&self.tables.credentials)
            .key("username", s(folded))
            .update_expression("SET password_hash = :after")
            .condition_expression("password_hash = :before")
            .expression_attribute_values(":before", s(before))
            .expression_attribute_values(":after", s(after));
        let actions = vec![update(change.build())?, self.delete_session(user, session)?];
        Ok(self.transact("changing a password", actions).await?.is_ok())
    }

    /// The condition that a name still has this hash, as an action of a transaction.
    pub(crate) fn check_password(&self, folded: &str, hash: &str) -> Result<TransactWriteItem, Error> {
        check(
            ConditionCheck::builder()
                .table_name(&self.tables.credentials)
                .key("username", s(folded))
                .condition_expression("password_hash = :hash")
                .expression_attribute_values(":hash", s(hash))
                .build(),
        )
    }
}
