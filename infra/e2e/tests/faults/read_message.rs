use e2e::{Server, crash_points};
use serde_json::json;

use crate::BECAUSE;

#[tokio::test]
async fn a_mark_that_is_set_again_is_where_it_was_meant_to_be() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "read-message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let _listening = ann.opens_socket(room).await;
        let messages = [ann.sends(room, "one").await, ann.sends(room, "two").await];
        let [one, two] = &messages;
        let read = async || {
            let body = json!({"conversation_id": room, "message_ids": [one["id"], two["id"]]});
            bob.post("/read-message/", &body).await
        };
        crash.is_near().await;
        let answer = read().await;
        if crash.has_struck().await {
            answer.is_broken();
            let unread = bob.sees_room(room).await["unread"].as_u64().unwrap();
            assert!([0, 2].contains(&unread), "all or nothing: {unread}");
            read().await.is(200);
        } else {
            answer.is(200);
        }
        assert_eq!(bob.sees_room(room).await["unread"], 0);
        let members = ann.lists(&format!("/list-members/{room}/")).await;
        let bobs = members.iter().find(|member| member["user"] == bob.id).unwrap();
        assert_eq!(bobs["last_read"], two["id"]);
        ann.sends(room, "three").await;
        assert_eq!(bob.sees_room(room).await["unread"], 1);
    })
    .await;
    assert!(points >= 10, "{points}");
}
