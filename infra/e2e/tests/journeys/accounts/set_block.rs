//! `POST /set-block/`. The journey `blocks` shows its effects.

use std::cell::Cell;

use e2e::{Answer, Cost, Server, User, crash_points};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    ending::lost_answers,
    items::BECAUSE,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /set-block/", |world| Ask::Rest(
    json!({"user": world.other_member.id, "blocked": true})
)));

async fn asks(user: &User, other: &User, blocked: bool) -> Answer {
    user.post("/set-block/", &json!({"user": other.id, "blocked": blocked})).await
}

async fn blocked(user: &User) -> Vec<Value> {
    user.lists("/list-blocks/").await.into_iter().map(|blocked| blocked["user"].clone()).collect()
}

async fn opens(user: &User, other: &User) -> u64 {
    user.post("/open-direct/", &json!({"user": other.id})).await.json()["id"].as_u64().unwrap()
}

/// Whether a message of the first user reaches the other one.
async fn reaches(user: &User, other: &User, text: &str) -> bool {
    let room = opens(user, other).await;
    let sent = user.sends(room, text).await;
    other.sees_messages(room).await.contains(&sent)
}

#[tokio::test]
async fn a_block_is_set_and_lifted_however_often() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    for block in [false, true, true, false, false, true] {
        assert_eq!(asks(&ann, &bob, block).await.is(200), json!({"user": bob.id, "blocked": block}));
        assert_eq!(blocked(&ann).await.len(), usize::from(block));
        assert_eq!(reaches(&bob, &ann, "hi").await, !block);
    }
    assert!(blocked(&bob).await.is_empty());
}

#[tokio::test]
async fn only_others_who_exist_are_blocked() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for block in [true, false] {
        asks(&ann, &ann, block).await.blames("user");
        let unknown = json!({"user": 9_007_199_254_740_991_u64, "blocked": block});
        ann.post("/set-block/", &unknown).await.refuses(404, "user_not_found");
    }
    assert!(blocked(&ann).await.is_empty());
}

#[tokio::test]
async fn a_thousand_users_are_blocked_at_most() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let count = json!({"user_id": {"N": ann.id.to_string()}, "blocked_id": {"N": "0"}, "count": {"N": "999"}});
    server.dynamodb("PutItem", &json!({"TableName": "BlocksTable", "Item": count})).await;
    asks(&ann, &bob, true).await.is(200);
    asks(&ann, &cem, true).await.refuses(409, "too_many_blocks");
    asks(&ann, &bob, true).await.is(200);
    asks(&ann, &bob, false).await.is(200);
    asks(&ann, &cem, true).await.is(200);
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/set-block/", &json!({})).await;
    empty.blames("user");
    empty.blames("blocked");
    ann.post("/set-block/", &json!({"user": ann.id, "blocked": "yes"})).await.blames("blocked");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    opens(&ann, &bob).await;
    for block in [true, false] {
        let points = crash_points(&server, "set-block", async |crash| {
            asks(&ann, &bob, !block).await.is(200);
            let (answer, _) = crashes::meets(crash, async || asks(&ann, &bob, block).await).await;
            answer.is(200);
            assert_eq!(blocked(&ann).await.len(), usize::from(block));
            assert_eq!(reaches(&bob, &ann, "hi").await, !block);
        })
        .await;
        assert!(points >= 10, "{points}");
    }
}

#[tokio::test]
async fn a_lost_answer_counts_no_block_twice() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    opens(&ann, &bob).await;
    let block = Cell::new(false);
    let calls = lost_answers(&server, "set-block", async || {
        block.set(!block.get());
        asks(&ann, &bob, block.get()).await.is(200);
        assert_eq!(blocked(&ann).await.len(), usize::from(block.get()));
    })
    .await;
    assert!(calls >= 5, "{calls}");
    let key = json!({"user_id": {"N": ann.id.to_string()}, "blocked_id": {"N": "0"}});
    let count = server.dynamodb("GetItem", &json!({"TableName": "BlocksTable", "Key": key})).await;
    assert_eq!(count["Item"]["count"]["N"], usize::from(block.get()).to_string());
}

#[tokio::test]
async fn a_block_and_a_direct_room_at_the_same_moment_know_each_other() {
    let server = Server::start().await;
    for round in 0..6 {
        let names = [format!("ann{round}"), format!("bob{round}")];
        let [ann, bob] = server.users([&*names[0], &*names[1]]).await;
        let open = join_all([opens(&bob, &ann), opens(&ann, &bob), opens(&bob, &ann)]);
        let (rooms, block, other) = tokio::join!(open, asks(&ann, &bob, true), asks(&bob, &ann, true));
        assert!(rooms.iter().all(|room| *room == rooms[0]), "{rooms:?}");
        for answer in [block, other] {
            answer.is(200);
        }
        for (one, other) in [(&ann, &bob), (&bob, &ann)] {
            assert!(!reaches(one, other, "psst").await);
        }
        asks(&ann, &bob, false).await.is(200);
        assert!(!reaches(&ann, &bob, "still").await);
        asks(&bob, &ann, false).await.is(200);
        assert!(reaches(&ann, &bob, "hi").await);
    }
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    opens(&ann, &bob).await;
    // The session and the call with the user; the direct room; the transaction.
    let lift = Cost { calls: 5, depth: 3, reads: 2.5, writes: 7.0, pushes: 0 };
    // It has the times in which it was closed.
    let room = |cost: Cost| Cost { calls: cost.calls + 1, depth: 4, reads: cost.reads + 1.0, ..cost };
    // A block is a change that counts.
    let set = Cost { calls: 6, writes: 8.0, ..lift };
    for (other, block, cost) in
        [(&bob, true, room(set)), (&bob, false, room(lift)), (&cem, true, set), (&cem, false, lift)]
    {
        asks(&ann, other, block).await.is(200);
        assert_eq!(server.cost("set-block").await, cost, "{} {block}", other.name);
    }
}
