//! The sockets in the table of a local system, dead ones among them.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use e2e::{Server, Socket, User};
use serde_json::{Map, Value, json};

const PATIENCE: Duration = Duration::from_secs(10);

/// A local system, whose table of sockets tests can read and write.
pub(crate) async fn server() -> Option<Server> {
    Server::local("the tables of a deployed system are not for tests").start().await
}

/// The key of a user's sockets.
pub(crate) fn key(user: &User) -> Value {
    json!({"user_id": {"N": user.id.to_string()}})
}

/// Returns the connection ids of a user in the table.
pub(crate) async fn known(user: &User) -> BTreeSet<String> {
    let get = json!({"TableName": "ConnectionsTable", "Key": key(user), "ConsistentRead": true});
    let found = user.server.dynamodb("GetItem", &get).await;
    let attributes = found["Item"].as_object().into_iter().flat_map(serde_json::Map::keys);
    attributes.filter(|name| !["user_id", "expires_at"].contains(&name.as_str())).cloned().collect()
}

/// Waits until the table has exactly these sockets of a user. No event reports the end of the work that a frame starts.
pub(crate) async fn knows_only(user: &User, sockets: &BTreeSet<String>) {
    let deadline = Instant::now() + PATIENCE;
    while known(user).await != *sockets {
        assert!(Instant::now() < deadline, "{:?} instead of {sockets:?}", known(user).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A connection id in the form of API Gateway's.
pub(crate) const DEAD: &str = "L0SM9cOFvHcCIhw=";

/// A time as it is stored: milliseconds since 1970.
pub(crate) fn before_now(age: Duration) -> Value {
    let time = SystemTime::now().checked_sub(age).unwrap();
    json!({"N": time.duration_since(UNIX_EPOCH).unwrap().as_millis().to_string()})
}

/// Makes a user's sockets so old, except one that is older.
pub(crate) async fn ages(user: &User, age: Duration, oldest: Option<&str>) {
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

/// Adds a socket that was opened at this age and whose `$disconnect` never came.
pub(crate) async fn dies_unnoticed(user: &User, age: Duration) {
    dies_unnoticed_as(DEAD, user, age).await;
}

pub(crate) async fn dies_unnoticed_as(id: &str, user: &User, age: Duration) {
    let socket = json!({"M": {"session": {"S": "gone"}, "connected_at": before_now(age)}});
    let update = json!({
        "TableName": "ConnectionsTable", "Key": key(user), "UpdateExpression": "SET #socket = :socket",
        "ExpressionAttributeNames": {"#socket": id}, "ExpressionAttributeValues": {":socket": socket},
    });
    user.server.dynamodb("UpdateItem", &update).await;
}

/// Asserts that an event reaches a user's living socket, and that it removes a dead one from the table.
pub(crate) async fn meets_dead_socket(event: &str, user: &User, living: &mut Socket, happens: impl Future) {
    let alive = known(user).await;
    dies_unnoticed(user, Duration::from_mins(1)).await;
    happens.await;
    living.next_of(event).await;
    knows_only(user, &alive).await;
}
