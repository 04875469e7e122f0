//! The costs of operations in rooms of 10, 100 and 1,024 members. [`crate::sockets::message`] counts those of messages.

use std::collections::BTreeMap;

use e2e::{Cost, User};
use serde_json::json;

use crate::support::{costs, items::grows};

const fn cost(calls: usize, depth: usize, reads: f64, writes: f64, pushes: usize) -> Cost {
    Cost { calls, depth, reads, writes, pushes }
}

/// The costs in a room of so many members, with two sockets: one of Ann's, and one of Bob's. All members have written.
async fn counts(members: u64) -> Option<BTreeMap<&'static str, Cost>> {
    let server = costs::server().await?;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    grows(&server, room, (1..=members).collect()).await;
    let mut found = BTreeMap::new();
    let id = ann.sends(room, "hi").await["id"].clone();
    let (mut anns, _bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
    let typing = json!({"type": "typing", "conversation": room});
    anns.sends(&typing).await;
    found.insert("typing", server.cost("typing").await);
    let read = json!({"conversation_id": room, "message_ids": [id]});
    bob.post("/read-message/", &read).await.is(200);
    found.insert("read-message", server.cost("read-message").await);
    let lists = async |user: &User, call: &'static str, path: String| {
        user.get(&path).await.is(200);
        (call, server.cost(call).await)
    };
    let calls = [
        ("list-members", format!("/list-members/{room}/")),
        ("list-messages", "/list-messages/".to_owned()),
        ("list-conversation-messages", format!("/list-conversation-messages/{room}/")),
        ("list-chatrooms", "/list-chatrooms/".to_owned()),
    ];
    for (call, path) in calls {
        found.extend([lists(&bob, call, path).await]);
    }
    Some(found)
}

#[tokio::test]
async fn what_operations_cost_in_rooms_of_all_sizes() {
    let mut found = Vec::new();
    for members in [10, 100, 1024] {
        let Some(costs) = counts(members).await else { return };
        found.push(costs);
    }
    // Each has the session and the call. In a large room the item of the room is larger than 4 KB.
    for (call, expected) in [
        // The room and the pace; the sockets of the audience, if typing is pushed.
        ("typing", [cost(5, 2, 6.5, 2.0, 1), cost(4, 1, 1.5, 2.0, 0), cost(4, 1, 3.5, 2.0, 0)]),
        // The room, the membership and the message; the mark, and the sockets of the senders and the reader.
        ("read-message", [cost(7, 3, 8.0, 2.0, 2), cost(7, 3, 3.5, 2.0, 1), cost(7, 3, 5.5, 2.0, 1)]),
        // The room; the memberships, names and sockets of at most 100 members.
        ("list-members", [cost(6, 2, 16.5, 1.0, 0), cost(6, 2, 151.5, 1.0, 0), cost(6, 2, 153.5, 1.0, 0)]),
        // The memberships; the rooms; the messages.
        ("list-messages", [cost(5, 3, 3.5, 1.0, 0), cost(5, 3, 3.5, 1.0, 0), cost(5, 3, 5.5, 1.0, 0)]),
        ("list-conversation-messages", [cost(5, 1, 3.5, 1.0, 0), cost(5, 1, 3.5, 1.0, 0), cost(5, 1, 5.5, 1.0, 0)]),
        ("list-chatrooms", [cost(5, 3, 3.0, 1.0, 0), cost(5, 3, 3.0, 1.0, 0), cost(5, 3, 5.0, 1.0, 0)]),
    ] {
        let counted: Vec<_> = found.iter().map(|costs| costs[call]).collect();
        assert_eq!(counted, expected, "{call}");
    }
}
