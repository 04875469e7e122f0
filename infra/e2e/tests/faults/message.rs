use std::cell::RefCell;

use e2e::{Server, Socket, crash_points};
use futures_util::future::join_all;
use serde_json::json;

use crate::{BECAUSE, reader::Reader};

/// Waits for a message with this text; others may come before it.
async fn hears(socket: &mut Socket, text: &str) {
    while socket.next_of("message").await["text"] != text {}
}

#[tokio::test]
async fn a_frame_that_is_sent_again_makes_one_message_and_the_socket_stays_open() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let readers = RefCell::new(Vec::new());
    let points = crash_points(&server, "message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let first = ann.sends(room, "first").await;
        let mut reader = Reader::after(&bob, room, first);
        let (mut anns, mut bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
        let frame = json!({"type": "message", "text": "again", "client_id": "1"});
        crash.is_near().await;
        anns.sends(&frame).await;
        let crashed = crash.has_struck().await;
        reader.reads_on().await;
        let stored = ann.sees_messages(room).await.len() == 2;
        if crashed {
            anns.is_broken().await;
        } else {
            anns.receives("again").await;
            assert!(stored, "what was heard is stored");
        }
        bobs.says(room, "between").await;
        hears(&mut anns, "between").await;
        reader.reads_on().await;
        anns.sends(&frame).await;
        hears(&mut anns, "again").await;
        reader.reads_on().await;
        readers.borrow_mut().push((reader, stored));
    })
    .await;
    assert!(points >= 12, "{points}");
    join_all(readers.into_inner().into_iter().map(async |(reader, stored)| {
        let texts = if stored { ["first", "again", "between"] } else { ["first", "between", "again"] };
        reader.has_read(&texts, 1).await;
    }))
    .await;
}
