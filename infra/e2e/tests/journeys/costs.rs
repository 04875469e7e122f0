//! What each operation costs: calls of DynamoDB, how many of them one after another, units, calls for sockets. Counted,
//! not timed, so the same everywhere.
//!
//! The units are those of small items: each is rounded up to 1 KB where it is written, to 4 KB where it is read, and a read
//! that may lag costs half. A transaction costs twice its writes.

use std::time::Duration;

use e2e::{Cost, File, Server, Socket, User};
use futures_util::future::join_all;
use serde_json::json;

const BECAUSE: &str = "a deployed system does not tell its calls";
/// Whoever writes to a room again after this long is not ahead of their pace.
const UNHURRIED: Duration = Duration::from_millis(200);

/// A room of three: ann, and the others. All listen.
struct Room {
    server: Server,
    ann: User,
    id: u64,
    anns: Socket,
    others: Vec<Socket>,
}

impl Room {
    async fn of_three() -> Option<Self> {
        let server = Server::start_counting(BECAUSE).await?;
        let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
        let id = ann.creates_room_with(&[&bob, &cem]).await;
        let (anns, bobs, cems) = tokio::join!(ann.opens_socket(id), bob.opens_socket(id), cem.opens_socket(id));
        Some(Self { server, ann, id, anns, others: vec![bobs, cems] })
    }

    async fn others_hear(&mut self, kind: &str) {
        join_all(self.others.iter_mut().map(|socket| socket.next_of(kind))).await;
    }

    async fn cost(&self, function: &str) -> Cost {
        self.server.cost(function).await
    }
}

#[tokio::test]
async fn a_message_over_a_socket() {
    let Some(mut room) = Room::of_three().await else { return };
    room.anns.says(room.id, "hi").await;
    room.others_hear("message").await;
    // The turn; then the message, and at once the sockets of the audience.
    let turn_and_message = Cost { calls: 3, depth: 2, reads: 1.5, writes: 2.0, pushes: 3 };
    assert_eq!(room.cost("message").await, turn_and_message);

    // Of another sender, who is not ahead of their pace.
    room.others[0].sends(&json!({"type": "message", "text": "hi", "client_id": "1"})).await;
    room.others_hear("message").await;
    // Whether the client id has made a message is asked before the turn is taken, so that a retry leaves no hole.
    let with_client_id = Cost { calls: 4, depth: 3, reads: 2.5, writes: 5.0, pushes: 3 };
    assert_eq!(room.cost("message").await, with_client_id);
}

#[tokio::test]
async fn a_message_over_rest() {
    let Some(mut room) = Room::of_three().await else { return };
    room.ann.sends(room.id, "hi").await;
    room.others_hear("message").await;
    // The session, and then as over a socket.
    assert_eq!(room.cost("send-message").await, Cost { calls: 4, depth: 3, reads: 2.5, writes: 2.0, pushes: 3 });

    tokio::time::sleep(UNHURRIED).await;
    let body = json!({"conversation_id": room.id, "text": "hi", "client_id": "1"});
    room.ann.post("/send-message/", &body).await.is(201);
    room.others_hear("message").await;
    assert_eq!(room.cost("send-message").await, Cost { calls: 5, depth: 3, reads: 3.5, writes: 5.0, pushes: 3 });

    room.ann.post("/send-message/", &body).await.is(200);
    // The session and the client id, and the message of before.
    assert_eq!(room.cost("send-message").await, Cost { calls: 3, depth: 2, reads: 3.0, writes: 0.0, pushes: 0 });
}

#[tokio::test]
async fn typing() {
    let Some(mut room) = Room::of_three().await else { return };
    room.anns.sends(&json!({"type": "typing", "conversation": room.id})).await;
    room.others_hear("typing").await;
    assert_eq!(room.cost("typing").await, Cost { calls: 2, depth: 2, reads: 2.0, writes: 0.0, pushes: 2 });
}

#[tokio::test]
async fn reading() {
    let Some(mut room) = Room::of_three().await else { return };
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(room.ann.sends(room.id, "hi").await["id"].clone());
        room.others_hear("message").await;
    }
    let body = json!({"conversation_id": room.id, "message_ids": ids});
    room.ann.post("/read-message/", &body).await.is(200);
    room.others_hear("read").await;
    // The session; the room and 4 messages; the mark, and at once the sockets of the audience.
    assert_eq!(room.cost("read-message").await, Cost { calls: 5, depth: 3, reads: 5.0, writes: 1.0, pushes: 3 });

    let body = json!({"conversation_id": room.id, "message_ids": [ids[0], 1]});
    room.ann.post("/read-message/", &body).await.refuses(404, "message_not_found");
    // The session; the room and 2 messages; the one that was missed, without a lag.
    assert_eq!(room.cost("read-message").await, Cost { calls: 4, depth: 3, reads: 3.5, writes: 0.0, pushes: 0 });
}

#[tokio::test]
async fn the_messages_of_a_room() {
    let Some(server) = Server::start_counting(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    for _ in 0..2 {
        // An item of 4 KB and a little more.
        ann.sends(room, &"x".repeat(4_096)).await;
    }
    ann.sees_messages(room).await;
    // The session, the membership and the messages, all at once; these are rounded up together, to 12 KB.
    let cost = server.cost("list-conversation-messages").await;
    assert_eq!(cost, Cost { calls: 3, depth: 1, reads: 3.0, writes: 0.0, pushes: 0 });
}

#[tokio::test]
async fn the_rooms_of_a_user_and_what_is_in_them() {
    const ROOMS: usize = 4;
    let Some(server) = Server::start_counting(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let mut sent = Vec::new();
    for _ in 0..ROOMS {
        let room = ann.creates_room().await;
        sent.push(ann.sends(room, "hi").await);
    }
    // The session, the members, the id of the room, the room with the membership, the sockets.
    assert_eq!(server.cost("create-chatroom").await, Cost { calls: 6, depth: 5, reads: 3.0, writes: 7.0, pushes: 0 });

    ann.get("/list-chatrooms/").await.is(200);
    // The session and the memberships; the rooms; their last messages.
    assert_eq!(server.cost("list-chatrooms").await, Cost { calls: 4, depth: 3, reads: 5.5, writes: 0.0, pushes: 0 });

    ann.get("/list-messages/").await.is(200);
    // The session and the memberships; then each room.
    assert_eq!(server.cost("list-messages").await, Cost { calls: 6, depth: 2, reads: 4.0, writes: 0.0, pushes: 0 });

    ann.get(&format!("/list-messages/?after={}", sent[ROOMS - 2]["id"])).await.is(200);
    // The session and the memberships; the rooms; and that one which has anything new.
    assert_eq!(server.cost("list-messages").await, Cost { calls: 4, depth: 3, reads: 7.0, writes: 0.0, pushes: 0 });
}

#[tokio::test]
async fn people() {
    let Some(server) = Server::start_counting(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    // The name, the count and the registrations from this address; the user in three tables and the count, in a transaction.
    assert_eq!(server.cost("register").await, Cost { calls: 4, depth: 2, reads: 2.0, writes: 9.0, pushes: 0 });
    // The password and the attempt, counted twice; the session in a transaction with the password, and the attempt forgiven.
    assert_eq!(server.cost("login").await, Cost { calls: 5, depth: 2, reads: 1.0, writes: 7.0, pushes: 0 });

    ann.creates_room_with(&[&bob]).await;
    // The session, the members, the id of the room, the room with the memberships, the sockets.
    assert_eq!(server.cost("create-chatroom").await, Cost { calls: 6, depth: 5, reads: 5.0, writes: 11.0, pushes: 0 });

    let room = ann.creates_room().await;
    bob.joins(room).await;
    assert_eq!(server.cost("join-chatroom").await, Cost { calls: 5, depth: 4, reads: 4.0, writes: 6.0, pushes: 0 });
    ann.get(&format!("/list-members/{room}/")).await.is(200);
    assert_eq!(server.cost("list-members").await, Cost { calls: 5, depth: 2, reads: 4.5, writes: 0.0, pushes: 0 });
    bob.leaves(room).await;
    assert_eq!(server.cost("leave-chatroom").await, Cost { calls: 4, depth: 4, reads: 3.0, writes: 6.0, pushes: 0 });
    ann.get("/find-user/?username=bob").await.is(200);
    assert_eq!(server.cost("find-user").await, Cost { calls: 2, depth: 1, reads: 1.5, writes: 0.0, pushes: 0 });
    bob.logs_out().await;
    assert_eq!(server.cost("logout").await, Cost { calls: 2, depth: 2, reads: 1.0, writes: 1.0, pushes: 0 });
}

#[tokio::test]
async fn a_socket() {
    let Some(server) = Server::start_counting(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let mut socket = ann.opens_socket(room).await;
    // The session and the membership.
    assert_eq!(server.cost("authorize").await, Cost { calls: 2, depth: 1, reads: 1.5, writes: 0.0, pushes: 0 });
    // The socket; then the session once more, which may have ended meanwhile.
    assert_eq!(server.cost("connect").await, Cost { calls: 2, depth: 2, reads: 1.0, writes: 1.0, pushes: 0 });

    socket.sends(&json!({"type": "ping"})).await;
    socket.next_of("pong").await;
    assert_eq!(server.cost("default").await, Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 1 });

    ann.logs_out().await;
    // The session, the sockets, one of which is closed and then forgotten.
    assert_eq!(server.cost("logout").await, Cost { calls: 3, depth: 3, reads: 1.0, writes: 2.0, pushes: 1 });
}

#[tokio::test]
async fn a_picture() {
    let Some(server) = Server::start_counting(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let id = ann.uploads(room, &File::photo()).await;
    // The session; the membership; the announcement.
    assert_eq!(server.cost("create-attachment").await, Cost { calls: 3, depth: 3, reads: 1.5, writes: 1.0, pushes: 0 });
    assert_eq!(server.objects("create-attachment").await, [""; 0]);
    // The claim, and what was found.
    assert_eq!(server.cost("check-attachment").await, Cost { calls: 2, depth: 2, reads: 0.0, writes: 2.0, pushes: 0 });
    // The upload; the picture and its thumbnail; the upload is gone.
    assert_eq!(server.objects("check-attachment").await, ["GET", "PUT", "PUT", "DELETE"]);

    ann.tries_to_attach(room, "picture", &id).await.is(201);
    // The session, the membership and the attachment; the turn; the message with the attachment, and the sockets.
    assert_eq!(server.cost("send-message").await, Cost { calls: 6, depth: 4, reads: 3.0, writes: 5.0, pushes: 0 });
    // The picture and its thumbnail are kept.
    assert_eq!(server.objects("send-message").await, ["DELETE", "DELETE"]);
}
