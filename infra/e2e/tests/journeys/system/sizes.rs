//! The costs of operations in rooms of 10, 100 and 1,024 members. [`crate::sockets::message`] counts those of messages.

use std::collections::BTreeMap;

use e2e::{Cost, Server, User};
use serde_json::{Value, json};

use crate::support::{
    costs,
    items::{BECAUSE, grows},
};

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
        ("read-message", [cost(7, 3, 8.5, 2.0, 2), cost(7, 3, 4.0, 2.0, 1), cost(7, 3, 6.0, 2.0, 1)]),
        // The room; the memberships, names, sockets and blocks of at most 100 members.
        ("list-members", [cost(7, 2, 25.5, 1.0, 0), cost(8, 2, 250.5, 1.0, 0), cost(8, 2, 252.5, 1.0, 0)]),
        // The memberships; the rooms; the messages.
        ("list-messages", [cost(5, 3, 3.5, 1.0, 0), cost(5, 3, 3.5, 1.0, 0), cost(5, 3, 5.5, 1.0, 0)]),
        ("list-conversation-messages", [cost(5, 1, 3.5, 1.0, 0), cost(5, 1, 3.5, 1.0, 0), cost(5, 1, 5.5, 1.0, 0)]),
        ("list-chatrooms", [cost(5, 3, 3.0, 1.0, 0), cost(5, 3, 3.0, 1.0, 0), cost(5, 3, 5.0, 1.0, 0)]),
    ] {
        let counted: Vec<_> = found.iter().map(|costs| costs[call]).collect();
        assert_eq!(counted, expected, "{call}");
    }
}

/// What members who have written leave in a room goes away at the next change, as at the next message.
#[tokio::test]
async fn each_change_tidies_up_a_large_room() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ann = server.user("ann").await;
    for call in ["/edit-message/", "/react-to-message/", "/forward-message/"] {
        let room = ann.creates_room().await;
        let message = ann.sends(room, "hi").await;
        let all: Vec<u64> = (ann.id..ann.id + 40).collect();
        grows(&server, room, all.clone()).await;
        assert!(leftovers(&server, room).await.len() >= 40, "{call}");
        let body = json!({
            "conversation_id": room, "message_id": message["id"], "text": "ho", "emoji": "👍", "to": [room],
            "client_id": "f1",
        });
        ann.post(call, &body).await.is(200);
        let own = [format!("pace {}", ann.id), format!("sent {}", ann.id)];
        let left = leftovers(&server, room).await;
        assert!(left.iter().all(|name| own.contains(name)), "{call}: {left:?}");
    }
}

/// The paces and sequences that members have left in a room.
async fn leftovers(server: &Server, room: u64) -> Vec<String> {
    let key = json!({"TableName": "RoomsTable", "Key": {"id": {"N": room.to_string()}}, "ConsistentRead": true});
    let item = server.dynamodb("GetItem", &key).await["Item"].take();
    let names =
        |attributes: &Value| attributes.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let (paces, sent): (Vec<String>, Vec<String>) = (names(&item), names(&item["sent"]["M"]));
    let paces = paces.into_iter().filter(|name| name.starts_with("pace "));
    paces.chain(sent.into_iter().map(|user| format!("sent {user}"))).collect()
}
