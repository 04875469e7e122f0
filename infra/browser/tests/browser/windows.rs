//! More windows than a user may have sockets.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use browser::{Screen, Window};
use e2e::{Server, User};
use serde_json::{Map, json};

const TOO_MANY: &str = "The chat is open in too many windows.";
/// Longer than the page waits before it connects again after a lost connection.
const A_WHILE: Duration = Duration::from_secs(3);

/// Makes the sockets of a user so old that they are not connecting any more.
async fn ages(user: &User) {
    let key = json!({"user_id": {"N": user.id.to_string()}});
    let found = user.server.dynamodb("GetItem", &json!({"TableName": "ConnectionsTable", "Key": key})).await;
    let sockets = found["Item"].as_object().unwrap().iter().filter(|(_, attribute)| attribute.get("M").is_some());
    let names: Map<_, _> = sockets.enumerate().map(|(number, (id, _))| (format!("#{number}"), json!(id))).collect();
    let sets: Vec<_> = names.keys().map(|name| format!("{name}.connected_at = :then")).collect();
    let then = (SystemTime::now() - Duration::from_mins(1)).duration_since(UNIX_EPOCH).unwrap();
    let update = json!({
        "TableName": "ConnectionsTable", "Key": key, "UpdateExpression": format!("SET {}", sets.join(", ")),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":then": {"N": then.as_millis().to_string()}},
    });
    user.server.dynamodb("UpdateItem", &update).await;
}

#[tokio::test]
async fn a_window_that_was_replaced_waits_until_its_user_comes_back() {
    let Some(server) = Server::local("it changes tables").start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    bob.sends(room, "one").await;
    window.sees_messages(&["one"]).await;

    ages(&ann).await;
    let mut others = Vec::new();
    for _ in 0..16 {
        others.push(ann.opens_socket_for_all_rooms().await);
    }
    window.sees(TOO_MANY).await;
    window.is_accessible("replaced").await;
    tokio::time::sleep(A_WHILE).await;
    window.sees(TOO_MANY).await;
    for other in &mut others {
        other.stays_silent().await;
    }
    // It can still send.
    window.sends("two").await;
    window.sees_messages(&["one", "two"]).await;

    ages(&ann).await;
    window.clicks("Use it here").await;
    window.sees_no_more(TOO_MANY).await;
    bob.sends(room, "three").await;
    window.sees_messages(&["one", "two", "three"]).await;
}
