//! What must be true of a room whatever has crashed: all that tells who is in it agrees.

use std::collections::BTreeSet;

use e2e::User;
use serde_json::Value;

/// Asserts that exactly `members` are in a room, by everything that tells, and that they and no `others` may write.
pub async fn are_members(room: u64, members: &[&User], others: &[&User]) {
    let ids: BTreeSet<u64> = members.iter().map(|member| member.id).collect();
    let numbers = |list: &[Value], field: &str| -> Vec<u64> {
        let mut numbers: Vec<_> =
            list.iter().map(|value| value.get(field).unwrap_or(value).as_u64().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    };
    for member in members {
        let listed = member.lists(&format!("/list-members/{room}/")).await;
        assert_eq!(numbers(&listed, "user"), Vec::from_iter(ids.clone()), "list-members of {room}");
        let seen = member.sees_room(room).await;
        assert_eq!(numbers(seen["members"].as_array().unwrap(), ""), Vec::from_iter(ids.clone()), "room {room}");
        let sent = member.sends(room, "hi").await;
        let mut audience = numbers(sent["receivers"].as_array().unwrap(), "");
        audience.push(member.id);
        audience.sort_unstable();
        assert_eq!(audience, Vec::from_iter(ids.clone()), "the receivers in {room}");
    }
    for other in others {
        let rooms = other.lists("/list-chatrooms/").await;
        assert!(rooms.iter().all(|listed| listed["id"] != room), "{} is not in {room}: {rooms:?}", other.name);
        other.tries_to_send(room, "hi").await.refuses(403, "not_a_member");
        other.get(&format!("/list-members/{room}/")).await.refuses(403, "not_a_member");
        other.get(&format!("/list-conversation-messages/{room}/")).await.refuses(403, "not_a_member");
    }
}
