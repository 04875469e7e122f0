//! `signing_keys`: the public keys that access tokens are verified with, all under one partition key, so that one query
//! reads them. `login` publishes its key before it signs with it. DynamoDB's time to live removes a key one day after
//! its last token has ended. An operator revokes a key by `revoked_at`, and removes its `expires_at`, so that it stays
//! revoked.

use domain::{Error, Timestamp, causes};
use serde::Deserialize;

use crate::{
    Item, Store,
    error::{failed, refusal},
    from_item, n, s,
};

/// The partition key of all items.
const PURPOSE: &str = "access";

/// A public key of Ed25519 (RFC 8032).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The `kid` of the tokens that it verifies: its thumbprint (RFC 7638).
    pub kid: String,
    /// The key, in base64url (RFC 8037, the parameter `x`).
    pub x: String,
}

/// An item, which operators edit by hand.
#[derive(Deserialize)]
struct Row {
    kid: String,
    x: Option<String>,
    /// In seconds since 1970. Up to two days pass before DynamoDB removes the item.
    expires_at: Option<u64>,
    revoked_at: Option<u64>,
}

impl Row {
    fn key(self, now: Timestamp) -> Option<PublicKey> {
        let Self { kid, x, expires_at, revoked_at } = self;
        let is_valid = revoked_at.is_none() && expires_at.is_some_and(|end| end > now.seconds());
        x.filter(|_| is_valid).map(|x| PublicKey { kid, x })
    }
}

impl Store {
    /// The valid keys. The read is strongly consistent, so that a published or revoked key counts at once. Skips an
    /// item that cannot be read, because otherwise one mistake would refuse all tokens.
    pub async fn signing_keys(&self, now: Timestamp) -> Result<Vec<PublicKey>, Error> {
        let mut keys = Vec::new();
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.signing_keys)
            .key_condition_expression("purpose = :purpose")
            .expression_attribute_values(":purpose", s(PURPOSE))
            .consistent_read(true)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            for item in page.map_err(failed("reading the signing keys"))?.items.unwrap_or_default() {
                match from_item::<Row>(item) {
                    Ok(row) => keys.extend(row.key(now)),
                    Err(error) => tracing::error!(cause = causes(&error), "a signing key cannot be read"),
                }
            }
        }
        Ok(keys)
    }

    /// Makes a key valid until `expires_at`, in seconds since 1970. Returns `false` if the key was revoked.
    pub async fn publish_signing_key(&self, key: &PublicKey, expires_at: u64) -> Result<bool, Error> {
        let published = self
            .client
            .update_item()
            .table_name(&self.tables.signing_keys)
            .set_key(Some(Item::from([("purpose".to_owned(), s(PURPOSE)), ("kid".to_owned(), s(&key.kid))])))
            .update_expression("SET x = :x, expires_at = :expires_at")
            .condition_expression("attribute_not_exists(revoked_at)")
            .expression_attribute_values(":x", s(&key.x))
            .expression_attribute_values(":expires_at", n(expires_at))
            .send()
            .await;
        match published {
            Ok(_) => Ok(true),
            Err(error) => refusal("publishing a signing key", error).map(|_| false),
        }
    }
}
