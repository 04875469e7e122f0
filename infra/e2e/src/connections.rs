//! The sockets of a user in the table of a local system.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value, json};

use crate::User;

/// The key of a user's sockets.
pub fn key(user: &User) -> Value {
    json!({"user_id": {"N": user.id.to_string()}})
}

/// Returns the connection ids of a user in the table.
pub async fn known(user: &User) -> BTreeSet<String> {
    let get = json!({"TableName": "ConnectionsTable", "Key": key(user), "ConsistentRead": true});
    let found = user.server.dynamodb("GetItem", &get).await;
    let attributes = found["Item"].as_object().into_iter().flat_map(Map::keys);
    attributes.filter(|name| !["user_id", "expires_at", "last_seen"].contains(&name.as_str())).cloned().collect()
}

/// A time as it is stored: milliseconds since 1970.
pub fn before_now(age: Duration) -> Value {
    let time = SystemTime::now().checked_sub(age).unwrap();
    json!({"N": time.duration_since(UNIX_EPOCH).unwrap().as_millis().to_string()})
}

/// Makes a user's sockets so old, except one that is older.
pub async fn ages(user: &User, age: Duration, oldest: Option<&str>) {
    let sockets = known(user).await;
    let (mut sets, mut names, mut values) = (Vec::new(), Map::new(), Map::new());
    for (number, id) in sockets.iter().enumerate() {
        let age = if Some(id.as_str()) == oldest { age * 2 } else { age };
        sets.push(format!("#socket{number}.connected_at = :then{number}"));
        names.insert(format!("#socket{number}"), json!(id));
        values.insert(format!(":then{number}"), before_now(age));
    }
    let update = json!({
        "TableName": "ConnectionsTable", "Key": key(user), "UpdateExpression": format!("SET {}", sets.join(", ")),
        "ExpressionAttributeNames": names, "ExpressionAttributeValues": values,
    });
    user.server.dynamodb("UpdateItem", &update).await;
}
