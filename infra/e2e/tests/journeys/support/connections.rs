//! The sockets that a local system knows of a user.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use e2e::User;
use serde_json::{Value, json};

/// The reason for a local system.
pub(crate) const BECAUSE: &str = "nobody may write to its tables";
const PATIENCE: Duration = Duration::from_secs(10);

/// The key of a user's sockets.
pub(crate) fn key(user: &User) -> Value {
    json!({"user_id": {"N": user.id.to_string()}})
}

/// The connection ids that are known of a user.
pub(crate) async fn known(user: &User) -> BTreeSet<String> {
    let get = json!({"TableName": "ConnectionsTable", "Key": key(user), "ConsistentRead": true});
    let found = user.server.dynamodb("GetItem", &get).await;
    let attributes = found["Item"].as_object().into_iter().flat_map(serde_json::Map::keys);
    attributes.filter(|name| !["user_id", "expires_at"].contains(&name.as_str())).cloned().collect()
}

/// Waits until these sockets of a user are known: nobody is told when what a frame has set off is done.
pub(crate) async fn knows_only(user: &User, sockets: &BTreeSet<String>) {
    let deadline = Instant::now() + PATIENCE;
    while known(user).await != *sockets {
        assert!(Instant::now() < deadline, "{:?} instead of {sockets:?}", known(user).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
