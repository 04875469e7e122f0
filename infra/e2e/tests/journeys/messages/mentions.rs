//! Mentions: `mentions` and `mentions_all` of sent and shown messages.

use e2e::{Cost, Server};
use serde_json::{Value, json};

use crate::support::{
    costs::Room,
    items::{BECAUSE, grows},
};

/// The mentions of a message, and whether it mentions all.
fn mentions(message: &Value) -> [Value; 2] {
    [message["mentions"].clone(), message["mentions_all"].clone()]
}

#[tokio::test]
async fn members_are_mentioned_over_rest_and_over_sockets() {
    let server = Server::start().await;
    let ([ann, bob, cem], room) = server.room_of(["ann", "bob", "cem"]).await;
    let eve = server.user("eve").await;
    let (mut anns, mut bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
    for (ids, all, shown) in [
        (json!([bob.id, cem.id]), Value::Null, [json!([bob.id, cem.id]), json!(false)]),
        (json!([cem.id, bob.id, cem.id]), Value::Null, [json!([bob.id, cem.id]), json!(false)]),
        (json!([eve.id, 9_007_199_254_740_991_u64, cem.id]), json!(false), [json!([cem.id]), json!(false)]),
        (json!([ann.id]), Value::Null, [json!([]), json!(false)]),
        (json!([]), Value::Null, [json!([]), json!(false)]),
        (Value::Null, Value::Null, [json!([]), json!(false)]),
        (Value::Null, json!(true), [json!([]), json!(true)]),
        (json!([bob.id]), json!(true), [json!([]), json!(true)]),
    ] {
        let body = json!({"conversation_id": room, "text": "by rest", "mentions": ids, "mentions_all": all});
        assert_eq!(mentions(&ann.post("/send-message/", &body).await.is(201)), shown, "{ids}");
        assert_eq!(mentions(&bobs.receives("by rest").await), shown);
        anns.receives("by rest").await;
        let frame = json!({"type": "message", "text": "by socket", "mentions": ids, "mentions_all": all});
        anns.sends_text(&frame.to_string()).await;
        assert_eq!(mentions(&bobs.receives("by socket").await), shown, "{ids}");
        anns.receives("by socket").await;
        let listed = bob.sees_messages(room).await;
        assert!(listed.iter().rev().take(2).all(|message| mentions(message) == shown), "{ids}");
        assert_eq!(mentions(&bob.sees_room(room).await["last_message"]), shown);
    }
}

#[tokio::test]
async fn what_is_no_list_of_ids_is_refused() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut anns = ann.opens_socket(room).await;
    for mentions in [
        json!("everybody"),
        json!(bob.id),
        json!(bob.id.to_string()),
        json!([bob.id.to_string()]),
        json!([0]),
        json!([[bob.id]]),
        json!([null]),
        json!({"id": bob.id}),
        json!(vec![bob.id; 101]),
    ] {
        let body = json!({"conversation_id": room, "text": "hi", "mentions": mentions});
        ann.post("/send-message/", &body).await.blames("mentions");
        anns.sends_text(&json!({"type": "message", "text": "hi", "mentions": mentions}).to_string()).await;
        anns.hears_error("invalid_request").await;
    }
    let body = json!({"conversation_id": room, "text": "hi", "mentions_all": "all"});
    ann.post("/send-message/", &body).await.blames("mentions_all");
    let body = json!({"conversation_id": room, "text": "hi", "mentions": vec![bob.id; 100]});
    let sent = ann.post("/send-message/", &body).await.is(201);
    assert_eq!((&sent["sequence"], &sent["mentions"]), (&json!(1), &json!([bob.id])));
}

#[tokio::test]
async fn all_members_of_a_large_room_are_mentioned_by_admins_only() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let all = json!({"conversation_id": room, "text": "hear, hear", "mentions_all": true, "client_id": "1"});
    let others = 1_000..1_000 + 30;
    grows(&server, room, [ann.id, bob.id].into_iter().chain(others.clone()).collect()).await;
    let mut all_of_32 = all.clone();
    all_of_32["client_id"] = json!("2");
    bob.post("/send-message/", &all_of_32).await.is(201);
    grows(&server, room, [ann.id, bob.id, 2_000].into_iter().chain(others).collect()).await;
    bob.post("/send-message/", &all).await.refuses(403, "not_an_admin");
    let mut bobs = bob.opens_socket(room).await;
    bobs.sends(&json!({"type": "message", "text": "hear, hear", "mentions_all": true})).await;
    bobs.hears_error("not_an_admin").await;
    assert_eq!(ann.post("/send-message/", &all).await.is(201)["sequence"], 2);
    ann.post("/set-role/", &json!({"conversation_id": room, "user": bob.id, "role": "admin"})).await.is(200);
    assert_eq!(bob.post("/send-message/", &all).await.is(201)["sequence"], 3);
}

#[tokio::test]
async fn what_mentions_cost() {
    let Some(mut room) = Room::of_three().await else { return };
    // A write for each of the two others who are mentioned by their ids.
    for (all, calls, writes) in [(false, 7, 5.0), (true, 5, 3.0)] {
        let frame = json!({"type": "message", "text": "hi", "mentions": [1, 2, 3], "mentions_all": all});
        room.anns.sends(&frame).await;
        room.others_hear("message").await;
        assert_eq!(room.cost("message").await, Cost { calls, depth: 2, reads: 2.5, writes, pushes: 3 });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}
