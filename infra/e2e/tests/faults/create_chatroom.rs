use std::collections::BTreeSet;

use e2e::{Server, User, assert_id, crash_points};
use serde_json::{Value, json};

use crate::{BECAUSE, rooms::are_members};

/// More members than fit into one transaction.
const MANY: u64 = 60;

async fn rooms(user: &User) -> BTreeSet<u64> {
    user.lists("/list-chatrooms/").await.iter().map(|room| assert_id(&room["id"])).collect()
}

#[tokio::test]
async fn a_room_is_there_for_all_its_members_or_for_none() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let new = json!({"members": [bob.id]});
    let _listening = bob.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "create-chatroom", async |crash| {
        let before = rooms(&ann).await;
        crash.is_near().await;
        let answer = ann.post("/create-chatroom/", &new).await;
        let made = if crash.has_struck().await {
            answer.is_broken();
            ann.post("/create-chatroom/", &new).await.is(201)
        } else {
            answer.is(201)
        };
        let after = rooms(&ann).await;
        assert!(after.contains(&assert_id(&made["id"])));
        // The one that crashed may be there as well: nothing says that the two were meant to be one.
        let new: Vec<u64> = after.difference(&before).copied().collect();
        assert!((1..=2).contains(&new.len()), "{new:?}");
        assert_eq!(rooms(&bob).await, after);
        for room in new {
            are_members(room, &[&ann, &bob], &[&cem]).await;
        }
    })
    .await;
    assert!(points >= 12, "{points}");
}

/// Their memberships come in transactions of their own, and the room last.
#[tokio::test]
async fn a_room_of_many_is_there_for_all_or_for_none() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let crowd: Vec<u64> = (1_000..1_000 + MANY).collect();
    for members in crowd.chunks(25) {
        let put = |id: &u64| {
            let item =
                json!({"id": {"N": id.to_string()}, "username": {"S": format!("user{id}")}, "created_at": {"N": "0"}});
            json!({"PutRequest": {"Item": item}})
        };
        let puts: Vec<Value> = members.iter().map(put).collect();
        server.dynamodb("BatchWriteItem", &json!({"RequestItems": {"UsersTable": puts}})).await;
    }
    let new = json!({"members": crowd.iter().chain([&bob.id]).collect::<Vec<_>>()});
    let points = crash_points(&server, "create-chatroom", async |crash| {
        let before = rooms(&ann).await;
        crash.is_near().await;
        let answer = ann.post("/create-chatroom/", &new).await;
        if crash.has_struck().await {
            answer.is_broken();
            ann.post("/create-chatroom/", &new).await.is(201);
        }
        let after = rooms(&ann).await;
        assert_eq!(rooms(&bob).await, after);
        for room in after.difference(&before) {
            let members = ann.lists(&format!("/list-members/{room}/")).await;
            assert_eq!(members.len() as u64, MANY + 2, "{room}");
            assert_eq!(bob.sends(*room, "hi").await["receivers"].as_array().unwrap().len() as u64, MANY + 1);
        }
    })
    .await;
    assert!(points >= 12, "{points}");
}
