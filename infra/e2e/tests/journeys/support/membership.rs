//! Asserts that everything that lists the members of a room agrees after a crash.

use std::collections::BTreeSet;

use e2e::{Server, User, assert_id};
use serde_json::{Value, json};

/// Asserts that exactly `members` are in a room by every list, that they may write, and that `others` may not.
pub(crate) async fn are_members(room: u64, members: &[&User], others: &[&User]) {
    let ids: BTreeSet<u64> = members.iter().map(|member| member.id).collect();
    for member in members {
        let listed = member.lists(&format!("/list-members/{room}/")).await;
        assert_eq!(listed.len(), ids.len(), "{listed:?}");
        assert_eq!(set(listed.iter().map(|listed| &listed["user"])), ids, "list-members of {room}");
        assert_eq!(set(member.sees_room(room).await["members"].as_array().unwrap()), ids, "room {room}");
        let sent = member.sends(room, "hi").await;
        let mut audience = set(sent["receivers"].as_array().unwrap());
        assert!(audience.insert(member.id), "{sent}");
        assert_eq!(audience, ids, "whom a message in {room} reaches");
    }
    for other in others {
        let rooms = other.lists("/list-chatrooms/").await;
        assert!(rooms.iter().all(|listed| listed["id"] != room), "{} is not in {room}: {rooms:?}", other.name);
        other.tries_to_send(room, "hi").await.refuses(403, "not_a_member");
        other.get(&format!("/list-members/{room}/")).await.refuses(403, "not_a_member");
        other.get(&format!("/list-conversation-messages/{room}/")).await.refuses(403, "not_a_member");
    }
}

/// Asserts that the room of a local system is in order: one owner who is a member, admins who are members, and each
/// member with a membership.
pub(crate) async fn are_sound(server: &Server, room: u64) {
    let key = json!({"id": {"N": room.to_string()}});
    let get = json!({"TableName": "RoomsTable", "Key": key, "ConsistentRead": true});
    let item = server.dynamodb("GetItem", &get).await["Item"].clone();
    let numbers = |name: &str| -> BTreeSet<String> {
        let numbers = item[name]["NS"].as_array().into_iter().flatten();
        numbers.map(|number| number.as_str().unwrap().to_owned()).collect()
    };
    let (members, admins) = (numbers("members"), numbers("admins"));
    let owner = item["owner"]["N"].as_str().unwrap_or_default();
    assert!(members.is_empty() || members.contains(owner), "{item}");
    assert!(admins.is_subset(&members) && !admins.contains(owner), "{item}");
    assert_eq!(item["members_count"]["N"], members.len().to_string(), "{item}");
    let (room, scan) = (room.to_string(), json!({"TableName": "MembershipsTable", "ConsistentRead": true}));
    let stays = server.dynamodb("Scan", &scan).await;
    let stays = stays["Items"].as_array().unwrap().iter().filter(|stay| stay["room_id"]["N"] == room);
    let users: BTreeSet<String> = stays.map(|stay| stay["user_id"]["N"].as_str().unwrap().to_owned()).collect();
    assert_eq!(users, members, "{item}");
}

fn set<'a>(ids: impl IntoIterator<Item = &'a Value>) -> BTreeSet<u64> {
    ids.into_iter().map(assert_id).collect()
}
