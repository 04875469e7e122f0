//! Rooms from before there were owners, whose creator has left: the longest-standing member becomes the owner with the
//! first call that needs one.

use e2e::{Answer, File, Server, User, assert_id, download};
use serde_json::json;

use crate::support::items::{BECAUSE, changes_room};

/// The calls that need an admin or the owner.
const CALLS: [&str; 4] = ["set-role", "set-room", "remove-member", "delete-chatroom"];

async fn calls(user: &User, call: &str, other: &User, room: u64) -> Answer {
    let body = match call {
        "set-role" => json!({"conversation_id": room, "user": other.id, "role": "admin"}),
        "set-room" => json!({"conversation_id": room, "access": "invite"}),
        "remove-member" => json!({"conversation_id": room, "user": other.id}),
        _ => return user.delete(&format!("/{call}/{room}/")).await,
    };
    user.post(&format!("/{call}/"), &body).await
}

#[tokio::test]
async fn the_longest_standing_member_of_a_room_without_an_owner_owns_it() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    for call in CALLS {
        let room = ann.creates_room_with(&[&bob]).await;
        cem.joins(room).await;
        ann.leaves(room).await;
        let creator = json!({":creator": {"N": ann.id.to_string()}});
        changes_room(&server, room, "SET created_by = :creator REMOVE #owner", creator).await;
        calls(&cem, call, &bob, room).await.refuses(403, "not_an_admin");
        calls(&bob, call, &cem, room).await.is(200);
    }
}

#[tokio::test]
async fn the_answers_and_events_of_a_room_have_its_picture() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = assert_id(&ann.creates_room_with_picture(&File::picture(), &[&bob]).await["id"]);
    let mut at_bobs = bob.opens_socket(room).await;
    for call in ["set-role", "set-room"] {
        let answer = calls(&ann, call, &bob, room).await.is(200);
        let event = at_bobs.next_of("room").await;
        for shown in [&answer, &event["room"]] {
            for link in ["url", "thumbnail_url"] {
                download(&shown["picture"][link]).await;
            }
        }
    }
}
