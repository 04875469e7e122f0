use e2e::{Server, crash_points};
use serde_json::json;

use crate::{BECAUSE, rooms::are_members};

#[tokio::test]
async fn whoever_joins_again_is_in_the_room_once() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let _listening = ann.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "join-chatroom", async |crash| {
        // Two fit into it, and one crash must not take the place of the other.
        let room = ann.post("/create-chatroom/", &json!({"max_members": 2})).await.is(201)["id"].as_u64().unwrap();
        let join = async || bob.post("/join-chatroom/", &json!({"chatroom_id": room})).await;
        crash.is_near().await;
        let answer = join().await;
        if crash.has_struck().await {
            answer.is_broken();
            let again = join().await;
            assert_eq!(again.is(if again.status == 200 { 200 } else { 201 })["user"], bob.id);
        } else {
            answer.is(201);
        }
        are_members(room, &[&ann, &bob], &[&cem]).await;
        join().await.is(200);
        bob.leaves(room).await;
        are_members(room, &[&ann], &[&bob]).await;
    })
    .await;
    assert!(points >= 12, "{points}");
}
