//! `GET /list-changes/{conversation_id}/`

use std::collections::BTreeSet;

use e2e::{Answer, Cost, Server, User, crash_points};
use futures_util::future::join_all;
use serde_json::json;

use super::{delete_message::deletes, edit_message};
use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("GET /list-changes/{conversation_id}/", |_| Ask::Query(vec![(
    "after",
    "0".to_owned()
)])));

async fn asks(user: &User, room: u64) -> Answer {
    user.get(&format!("/list-changes/{room}/?after=0")).await
}

#[tokio::test]
async fn a_client_that_was_away_gets_each_changed_message_as_it_is() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let [first, second] = [ann.sends(room, "first").await, ann.sends(room, "second").await];
    assert_eq!(asks(&bob, room).await.is(200), json!({"changed": [], "change": 0, "more": false, "reset": false}));
    edit_message::asks(&ann, room, &first).await.is(200);
    let deleted = deletes(&ann, room, &first, "everyone").await.is(200);
    let edited = edit_message::asks(&ann, room, &second).await.is(200);
    let all = asks(&bob, room).await.is(200);
    assert_eq!(all, json!({"changed": [deleted, edited], "change": 3, "more": false, "reset": false}));
    let since = bob.get(&format!("/list-changes/{room}/?after=2")).await.is(200);
    assert_eq!(since, json!({"changed": [edited], "change": 3, "more": false, "reset": false}));
}

#[tokio::test]
async fn a_client_begins_without_a_number() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let begun = ann.get(&format!("/list-changes/{room}/")).await.is(200);
    assert_eq!(begun, json!({"changed": [], "change": 0, "more": false, "reset": false}));
    for query in ["?after=", "?after=-1", "?after=x", "?after=9007199254740992"] {
        ann.get(&format!("/list-changes/{room}/{query}")).await.blames("after");
    }
}

/// Twenty messages are edited at the same moment, and a reader asks meanwhile.
#[tokio::test]
async fn no_reader_passes_a_change_on_its_way() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut messages = Vec::new();
    for _ in 0..20 {
        messages.push(ann.sends(room, "hello").await);
    }
    let edits = join_all(messages.iter().map(|message| edit_message::asks(&ann, room, message)));
    let mut seen = BTreeSet::new();
    let reads = async {
        let mut after = 0;
        while seen.len() < messages.len() {
            let changes = bob.get(&format!("/list-changes/{room}/?after={after}")).await.is(200);
            // Changes up to the number count: the reader does not ask for them again.
            let number = changes["change"].as_u64().unwrap();
            if number > after {
                let listed = changes["changed"].as_array().unwrap();
                seen.extend(listed.iter().filter(|one| one["version"] == 2).map(|one| one["id"].as_u64().unwrap()));
            }
            assert!(number >= after && number <= 20);
            after = number;
            if number == 20 {
                break;
            }
        }
    };
    let (edited, ()) = tokio::join!(edits, reads);
    for answer in &edited {
        answer.is(200);
    }
    assert_eq!(seen.len(), messages.len());
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;

    asks(&bob, room).await.refuses(403, "not_a_member");
    asks(&bob, 9_007_199_254_740_991).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "list-changes", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let message = ann.sends(room, "hello").await;
        let reply = json!({"conversation_id": room, "text": "hello", "reply_to": message["id"]});
        let reply = ann.post("/send-message/", &reply).await.is(201);
        edit_message::asks(&ann, room, &reply).await.is(200);

        crash.is_near().await;
        let answer = asks(&ann, room).await;
        let struck = crash.has_struck().await;
        if struck {
            answer.is_broken();
        }
        let answer = if struck { asks(&ann, room).await } else { answer };
        assert_eq!(answer.is(200)["changed"][0]["quoted"]["id"], message["id"]);
    })
    .await;
    assert!(points >= 8, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    edit_message::asks(&ann, room, &message).await.is(200);
    asks(&ann, room).await.is(200);

    let cost = Cost { calls: 6, depth: 2, reads: 4.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("list-changes").await, cost);

    // A message that only another user has changed for themselves is not read.
    deletes(&bob, room, &message, "me").await.is(200);
    ann.get(&format!("/list-changes/{room}/?after=1")).await.is(200);
    assert_eq!(server.cost("list-changes").await, Cost { calls: 5, depth: 1, reads: 3.5, ..cost });
}
