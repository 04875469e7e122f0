use std::cell::RefCell;

use e2e::{Server, crash_points};
use futures_util::future::join_all;
use serde_json::json;

use crate::{BECAUSE, reader::Reader};

/// After the crash others go on, a reader reads on, and then the sender tries again.
#[tokio::test]
async fn a_message_that_is_sent_again_is_there_once_and_nobody_reads_over_it() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let readers = RefCell::new(Vec::new());
    let points = crash_points(&server, "send-message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let _listening = bob.opens_socket(room).await;
        let first = ann.sends(room, "first").await;
        let mut reader = Reader::after(&bob, room, first);
        let send = async || {
            let body = json!({"conversation_id": room, "text": "again", "client_id": "1"});
            ann.post("/send-message/", &body).await
        };
        crash.is_near().await;
        let answer = send().await;
        let crashed = crash.has_struck().await;
        reader.reads_on().await;
        let stored = if crashed {
            answer.is_broken();
            ann.sees_messages(room).await.len() == 2
        } else {
            answer.is(201);
            true
        };
        bob.sends(room, "between").await;
        reader.reads_on().await;
        let again = send().await;
        let again = again.is(if stored { 200 } else { 201 });
        reader.reads_on().await;
        assert!(ann.sees_messages(room).await.contains(&again), "what was acknowledged is listed");
        readers.borrow_mut().push((reader, stored));
    })
    .await;
    assert!(points >= 12, "{points}");
    // A hole becomes final in its own time: in that of all of them at once.
    join_all(readers.into_inner().into_iter().map(async |(reader, stored)| {
        let texts = if stored { ["first", "again", "between"] } else { ["first", "between", "again"] };
        reader.has_read(&texts, 1).await;
    }))
    .await;
}
