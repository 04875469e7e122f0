//! The event of S3 for the request to erase a deleted room.

use e2e::{Cost, Server, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    erasing::{FullRoom, remains},
    items::{BECAUSE, counted_rooms},
};

/// Stores messages of a room past the functions.
async fn puts_messages(server: &Server, room: u64, ids: impl Iterator<Item = u64>) {
    let n = |number: u64| json!({"N": number.to_string()});
    let put =
        |id: u64| json!({"PutRequest": {"Item": {"room_id": n(room), "id": n(id), "sender": n(1), "sequence": n(1)}}});
    let puts: Vec<Value> = ids.map(put).collect();
    for some in puts.chunks(25) {
        server.dynamodb("BatchWriteItem", &json!({"RequestItems": {"MessagesTable": some}})).await;
    }
}

#[tokio::test]
async fn nothing_of_a_deleted_room_stays() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (room, other) = (FullRoom::of(&ann, &bob).await, ann.creates_room_with(&[&bob]).await);
    ann.sends(other, "stays").await;
    let path = format!("/delete-chatroom/{}/", room.id);
    ann.delete(&path).await.is(200);
    server.has_logged("erase-room").await;
    // Its sender had its turn before the deletion.
    puts_messages(&server, room.id, 5..6).await;
    room.is_erased(&server).await;
    assert_eq!([counted_rooms(&server, &ann).await, counted_rooms(&server, &bob).await], [1, 1]);
    assert_eq!(bob.sees_messages(other).await.len(), 1);

    ann.delete(&path).await.is(200);
    room.is_erased(&server).await;
    bob.delete(&path).await.refuses(404, "room_not_found");
    assert!(ann.creates_room().await > other);
}

#[tokio::test]
async fn more_messages_than_one_event_erases() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = FullRoom::of(&ann, &bob).await;
    puts_messages(&server, room.id, 1..5001).await;
    room.was_deleted_by(&ann).await;
    room.is_to_be_erased(&server).await;
    room.is_erased(&server).await;
}

#[tokio::test]
async fn a_room_that_is_not_deleted_stays() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = FullRoom::of(&ann, &bob).await;
    let before = remains(&server, room.id).await.len();
    room.is_to_be_erased(&server).await;
    server.has_logged("it is not deleted").await;
    assert_eq!(remains(&server, room.id).await.len(), before);
    room.was_deleted_by(&ann).await;
    room.is_to_be_erased(&server).await;
    room.is_erased(&server).await;
}

#[tokio::test]
async fn an_erasure_that_dies_is_finished() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "erase-room", async |crash| {
        let room = FullRoom::of(&ann, &bob).await;
        room.was_deleted_by(&ann).await;
        crash.is_near().await;
        room.is_to_be_erased(&server).await;
        if crash.has_struck().await {
            crash.has_served(2).await;
        }
        room.is_erased(&server).await;
        assert_eq!([counted_rooms(&server, &ann).await, counted_rooms(&server, &bob).await], [0, 0]);
    })
    .await;
    assert!(points >= 20, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = FullRoom::of(&ann, &bob).await;
    room.was_deleted_by(&ann).await;
    room.is_to_be_erased(&server).await;
    room.is_erased(&server).await;
    // The tombstone, two memberships, the bans and theirs, the picture; the messages with the attachments and client
    // ids, and once more none; the end of the tombstone.
    let cost = Cost { calls: 12, depth: 10, reads: 4.0, writes: 19.0, pushes: 0 };
    assert_eq!(server.cost("erase-room").await, cost);
}
