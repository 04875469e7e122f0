//! The sockets in the table of a local system, dead ones among them.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

pub(crate) use e2e::connections::{ages, before_now, key, known};
use e2e::{Server, Socket, User};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(10);

/// A local system, whose table of sockets tests can read and write.
pub(crate) async fn server() -> Option<Server> {
    Server::local("the tables of a deployed system are not for tests").start().await
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
