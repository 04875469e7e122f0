//! `POST /sync/`

use std::time::Duration;

use e2e::{Answer, Cost, File, Server, User, assert_has, crash_points, fetch};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{delete_message::deletes, edit_message};
use crate::support::{
    costs, crashes,
    items::{BECAUSE, changes_room, counted_rooms, haunts},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /sync/", |world| Ask::Rest(
    json!({"rooms": {world.room.to_string(): {}}})
)));

/// Asks with one room.
pub(crate) async fn asks(user: &User, room: u64, known: Value) -> Answer {
    user.post("/sync/", &json!({"rooms": {room.to_string(): known}})).await
}

/// Asks without a room.
async fn begins(user: &User) -> Value {
    user.post("/sync/", &json!({"rooms": {}})).await.is(200)
}

/// The numbers for the next call of a client with all of a room.
fn known(last: &Value, news: &Value) -> Value {
    json!({"after": last["id"], "change": news["change"], "membership": news["membership"]})
}

#[tokio::test]
async fn a_client_that_was_away_gets_what_differs() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let name = room.to_string();
    let first = ann.sends(room, "first").await;
    let begun = begins(&bob).await;
    let news = &begun["rooms"][&name];
    assert_has(news, &json!({"room": bob.sees_room(room).await, "messages": [], "changed": [], "reset": true}));
    let known = known(&first, news);
    let none = json!({"rooms": {}, "gone": [], "more": false});
    assert_eq!(asks(&bob, room, known.clone()).await.is(200), none);

    let edited = edit_message::asks(&ann, room, &first).await.is(200);
    let second = ann.sends(room, "second").await;
    let answer = asks(&bob, room, known).await.is(200);
    assert_eq!((&answer["gone"], &answer["more"]), (&json!([]), &json!(false)));
    let expected = json!({
        "room": bob.sees_room(room).await, "messages": [second], "changed": [edited], "change": 1,
        "marks": {bob.id.to_string(): {"last_delivered": null, "last_read": null}}, "more": false, "reset": false,
    });
    assert_has(&answer["rooms"][&name], &expected);
}

#[tokio::test]
async fn rooms_come_and_go() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let [left, new] = [ann.creates_room_with(&[&bob]).await, ann.creates_room_with(&[&bob]).await];
    bob.leaves(left).await;
    let nowhere = 9_007_199_254_740_991_u64;
    let rooms = json!({left.to_string(): {"after": 0, "change": 0}, nowhere.to_string(): {}});
    let answer = bob.post("/sync/", &json!({"rooms": rooms})).await.is(200);
    assert_eq!(answer["gone"], json!([left, nowhere]));
    assert_eq!(answer["rooms"].as_object().unwrap().keys().collect::<Vec<_>>(), [&new.to_string()]);
}

#[tokio::test]
async fn whoever_joins_a_room_again_lists_it_again() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hello").await;
    let known = known(&message, &begins(&bob).await["rooms"][room.to_string()]);
    bob.leaves(room).await;
    deletes(&ann, room, &message, "everyone").await.is(200);
    let joined = bob.joins(room).await;
    let again = asks(&bob, room, known).await.is(200);
    assert_has(&again["rooms"][room.to_string()], &json!({"reset": true, "membership": joined["id"]}));
}

#[tokio::test]
async fn marks_of_others_come_if_the_client_wants_them() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hello").await;
    bob.reads(room, &message).await;
    let (anns, bobs) = (ann.id.to_string(), bob.id.to_string());
    let nothing = json!({"last_delivered": null, "last_read": null});
    let both = json!({"last_delivered": message["id"], "last_read": message["id"]});
    for (marks, expected) in
        [(Value::Null, json!({&anns: nothing})), (json!(true), json!({&anns: nothing, &bobs: both}))]
    {
        let answer = ann.post("/sync/", &json!({"rooms": {}, "marks": marks})).await.is(200);
        assert_eq!(answer["rooms"][room.to_string()]["marks"], expected);
    }
    // Bob has read on another device.
    let known = json!({"after": message["id"], "change": 0, "last_read": message["id"].as_u64().unwrap() - 1});
    let news = asks(&bob, room, known).await.is(200)["rooms"][room.to_string()].clone();
    assert_has(&news, &json!({"messages": [], "marks": {bobs: both}}));
    assert_eq!(news["room"]["unread"], 0);
}

#[tokio::test]
async fn after_a_restore_rooms_are_listed_again() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let [first, second] = [ann.sends(room, "first").await, ann.sends(room, "second").await];
    edit_message::asks(&ann, room, &second).await.is(200);
    let known = known(&second, &json!({"change": 1, "membership": null}));
    assert_eq!(asks(&ann, room, known.clone()).await.is(200)["rooms"], json!({}));
    let values = json!({":first": {"N": first["id"].to_string()}, ":one": {"N": "1"}});
    changes_room(&server, room, "SET last_message_id = :first, #sequence = :one REMOVE changes, last_change", values)
        .await;
    let again = asks(&ann, room, known).await.is(200)["rooms"][room.to_string()].clone();
    assert_has(&again, &json!({"reset": true, "change": 0, "messages": []}));
}

#[tokio::test]
async fn each_answer_has_links_that_work() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let id = ann.uploads(room, &File::photo()).await;
    ann.tries_to_attach(room, "picture", &id).await.is(201);
    let answer = asks(&bob, room, json!({"after": 0, "change": 0})).await.is(200);
    let url = answer["rooms"][room.to_string()]["messages"][0]["attachment_picture"]["url"].clone();
    assert!(fetch(url.as_str().unwrap()).await.status().is_success());
}

#[tokio::test]
async fn a_direct_room_shows_its_peer() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    // It is listed with its first message.
    assert_eq!(begins(&bob).await["rooms"], json!({}));
    ann.sends(room, "hi").await;
    assert_eq!(begins(&bob).await["rooms"][room.to_string()]["room"]["peer"]["username"], "ann");
}

#[tokio::test]
async fn a_membership_without_a_room_goes_away() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let others = ann.creates_room().await;
    haunts(&server, &bob, others).await;
    assert_eq!(begins(&bob).await["rooms"], json!({}));
    assert_eq!(counted_rooms(&server, &bob).await, 0);
    haunts(&server, &bob, others).await;
    assert_eq!(asks(&bob, others, json!({})).await.is(200)["gone"], json!([others]));
    assert_eq!(counted_rooms(&server, &bob).await, 0);
}

#[tokio::test]
async fn wrong_numbers_are_refused() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for rooms in [json!(null), json!([]), json!({"x": {}}), json!({"1": 1}), json!({"1": {"after": -1}})] {
        ann.post("/sync/", &json!({"rooms": rooms})).await.blames("rooms");
    }
    let rooms: serde_json::Map<_, _> = (1..=501).map(|room| (room.to_string(), json!({}))).collect();
    ann.post("/sync/", &json!({"rooms": rooms})).await.blames("rooms");
    ann.post("/sync/", &json!({"rooms": {}, "marks": "all"})).await.blames("marks");
}

#[tokio::test]
async fn a_call_with_many_rooms_counts_as_several() {
    let parameters = ["CallsPerSecond=1"];
    let Some(server) = Server::local("its parameters are fixed").parameters(&parameters).start().await else { return };
    let ann = server.user("ann").await;
    let rooms: serde_json::Map<_, _> = (1..=500).map(|room| (room.to_string(), json!({}))).collect();
    let body = json!({"rooms": rooms});
    // It counts six times, and five are allowed at once.
    ann.post("/sync/", &body).await.is(200);
    ann.post("/sync/", &body).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn a_refused_call_reads_nothing() {
    let because = "a deployed system does not show its calls";
    let Some(server) = Server::local(because).parameters(&["CallsPerSecond=1"]).recording_calls().start().await else {
        return;
    };
    let ([ann], _) = server.room_of(["ann"]).await;
    let refused = loop {
        let answer = ann.post("/sync/", &json!({"rooms": {}})).await;
        if answer.status != 200 {
            break answer;
        }
    };
    refused.refuses(429, "rate_limited");
    // The session, and the write that the condition refuses, perhaps after another that found the user ahead of the
    // pace.
    let cost = server.cost("sync").await;
    assert!(cost.reads <= 1.0 && cost.calls <= 3, "{cost:?}");
    ann.logs_out().await;
    ann.post("/sync/", &json!({"rooms": {}})).await.refuses(401, "unauthenticated");
    // If the pace had allowed it, the call is taken back, perhaps by two writes as well.
    let cost = server.cost("sync").await;
    assert!(cost.reads <= 1.0 && cost.calls <= 5, "{cost:?}");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "sync", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let message = ann.sends(room, "hello").await;
        edit_message::asks(&ann, room, &message).await.is(200);
        let ask = async || asks(&bob, room, json!({"after": 0, "change": 0})).await;
        let (answer, _) = crashes::meets(crash, ask).await;
        let news = answer.is(200)["rooms"][room.to_string()].clone();
        assert_eq!((&news["change"], &news["changed"]), (&json!(1), &news["messages"]));
        assert_eq!(news["changed"][0]["version"], 2);
        bob.leaves(room).await;
    })
    .await;
    assert!(points >= 8, "{points}");
}

/// Asks with all of some rooms, of which the first have a message more, and asserts that so many have news. Returns the
/// cost.
async fn cost_of(server: &Server, ann: &User, rooms: &[(u64, u64)], newer: usize, news: usize) -> Cost {
    // Not ahead of the pace.
    sleep(Duration::from_millis(200)).await;
    let known = rooms.iter().enumerate().map(|(place, (room, last))| {
        let after = if place < newer { last - 1 } else { *last };
        (room.to_string(), json!({"after": after, "change": 0}))
    });
    let body = json!({"rooms": known.collect::<serde_json::Map<_, _>>()});
    let answer = ann.post("/sync/", &body).await.is(200);
    assert_eq!(answer["rooms"].as_object().unwrap().len(), news, "{answer}");
    server.cost("sync").await
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    let mut rooms = Vec::new();
    for _ in 0..10 {
        let room = ann.creates_room().await;
        rooms.push((room, ann.sends(room, "hi").await["id"].as_u64().unwrap()));
    }
    // The session and the pace; the memberships, the rooms; and of a room with a new message, this and the last one.
    let none = Cost { calls: 4, depth: 2, reads: 7.0, writes: 1.0, pushes: 0 };
    assert_eq!(cost_of(&server, &ann, &rooms, 0, 0).await, none);
    let one = Cost { calls: 6, depth: 3, reads: 9.0, ..none };
    assert_eq!(cost_of(&server, &ann, &rooms, 1, 1).await, one);
    let all = Cost { calls: 15, depth: 3, reads: 27.0, ..none };
    assert_eq!(cost_of(&server, &ann, &rooms, 10, 10).await, all);
    // A changed message is read after the records.
    let (room, message) = rooms[0];
    edit_message::asks(&ann, room, &json!({"id": message})).await.is(200);
    let changed = Cost { calls: 7, depth: 4, reads: 10.0, ..none };
    assert_eq!(cost_of(&server, &ann, &rooms, 0, 1).await, changed);
}

#[tokio::test]
async fn what_five_hundred_rooms_cost() {
    const ROOMS: u64 = 500;
    const CHANGED: usize = 10;
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    let first = ann.creates_room().await;
    let n = |number: u64| json!({"N": number.to_string()});
    let ids: Vec<u64> = (first + 1..first + ROOMS).collect();
    for some in ids.chunks(8) {
        let puts = |item: &dyn Fn(u64) -> Value| {
            some.iter().map(|&room| json!({"PutRequest": {"Item": item(room)}})).collect::<Vec<_>>()
        };
        let s = |text: &str| json!({"S": text});
        let tables = json!({
            "RoomsTable": puts(&|room| json!({
                "id": n(room), "name": s("a room"), "description": s("of ten people"), "type": s("group"),
                "members": {"NS": (0..10).map(|other| (ann.id + other).to_string()).collect::<Vec<_>>()},
                "max_members": n(32), "created_by": n(ann.id), "created_at": n(0), "updated_at": n(room),
                "last_message_id": n(9), "sequence": n(1), "sent": {"M": {}},
            })),
            "MessagesTable": puts(&|room| json!({
                "room_id": n(room), "id": n(9), "sender": n(ann.id), "text": s("hello"), "sequence": n(1),
            })),
            "MembershipsTable": puts(&|room| json!({
                "user_id": n(ann.id), "room_id": n(room), "id": n(1), "joined_at": n(0), "read_sequence": n(0),
            })),
        });
        server.dynamodb("BatchWriteItem", &json!({"RequestItems": tables})).await;
    }
    let mut rooms: Vec<_> = ids.into_iter().map(|room| (room, 9)).collect();
    rooms.push((first, 1));
    let cost = cost_of(&server, &ann, &rooms, CHANGED, CHANGED).await;
    // The budget, and the session.
    let [rooms, changed] = [rooms.len(), CHANGED].map(|count| f64::from(u32::try_from(count).unwrap()));
    assert!(cost.reads <= 1.0 + rooms / 10.0 + rooms / 2.0 + 2.0 * changed, "{cost:?}");
    // A pace takes a second write if the last call was a moment ago.
    assert!(cost.writes <= 2.0 && cost.depth <= 4, "{cost:?}");
}
