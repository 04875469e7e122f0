//! `GET /list-chatrooms/`

use e2e::{Cost, Server, User, assert_has, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    items::{BECAUSE, counted_rooms, haunts},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("GET /list-chatrooms/", |_| Ask::Rest(Value::Null)));

async fn ids(user: &User) -> Vec<Value> {
    user.lists("/list-chatrooms/").await.iter().map(|room| room["id"].clone()).collect()
}

#[tokio::test]
async fn nobody_is_in_a_room_at_first() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_room().await;
    assert_eq!(bob.get("/list-chatrooms/").await.is(200), json!([]));
}

#[tokio::test]
async fn shows_each_room_as_it_was_created_and_what_is_new_in_it() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let body = json!({"name": "Fun", "type": "group", "members": [bob.id]});
    let created = ann.post("/create-chatroom/", &body).await.is(201);
    let room = created["id"].as_u64().unwrap();
    let listed = bob.sees_room(room).await;
    let mut expected = created;
    expected["role"] = json!("member");
    assert_has(&listed, &expected);
    assert_has(&listed, &json!({"unread": 0, "last_message": null}));

    let message = ann.sends(room, "hi").await;
    let listed = bob.sees_room(room).await;
    assert_has(&listed, &json!({"unread": 1, "last_message": message, "updated_at": message["created_at"]}));
}

#[tokio::test]
async fn the_most_recently_active_is_last() {
    let server = Server::start().await;
    let ([ann, bob], first) = server.room_of(["ann", "bob"]).await;
    let second = ann.creates_room_with(&[&bob]).await;
    assert_eq!(ids(&bob).await, [first, second]);
    ann.sends(first, "hi").await;
    assert_eq!(ids(&bob).await, [second, first]);
    bob.sends(second, "hi").await;
    assert_eq!(ids(&bob).await, [first, second]);
}

#[tokio::test]
async fn unread_is_what_others_said_since_one_read_or_spoke() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let unread = async |user: &User| user.sees_room(room).await["unread"].as_u64().unwrap();

    let first = ann.sends(room, "one").await;
    ann.sends(room, "two").await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 2));
    bob.reads(room, &first).await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 1));
    bob.sends(room, "three").await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (1, 0));
    let fourth = ann.sends(room, "four").await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 1));
    bob.reads(room, &fourth).await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 0));
}

#[tokio::test]
async fn to_a_newcomer_nothing_is_unread() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let before = ann.sends(room, "before").await;
    bob.joins(room).await;
    assert_has(&bob.sees_room(room).await, &json!({"unread": 0, "last_message": before}));
    ann.sends(room, "after").await;
    assert_eq!(bob.sees_room(room).await["unread"], 1);
}

#[tokio::test]
async fn the_last_message_is_cut_and_says_so() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for (length, shown, truncated) in [(200, 200, Value::Null), (201, 200, json!(true)), (4096, 200, json!(true))] {
        ann.sends(room, &"😀".repeat(length)).await;
        let last = ann.sees_room(room).await["last_message"].clone();
        assert_eq!((last["text"].as_str().unwrap().chars().count(), &last["truncated"]), (shown, &truncated));
    }
}

#[tokio::test]
async fn the_list_goes_on_before_a_place_in_it() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let rooms = [ann.creates_room().await, ann.creates_room().await, ann.creates_room().await];
    for room in rooms {
        ann.sends(room, "hi").await;
    }
    let all = ann.lists("/list-chatrooms/").await;
    assert_eq!(all.iter().map(|room| room["id"].as_u64().unwrap()).collect::<Vec<_>>(), rooms);
    // The place right before a room, as a `Link` has it: the time of its last message, and its id.
    let before = |room: &Value| {
        let millis = (room["last_message"]["id"].as_u64().unwrap() >> 12) + 1_577_836_800_000;
        format!("/list-chatrooms/?before={millis}-{}", room["id"])
    };
    assert_eq!(ann.lists(&before(&all[2])).await, all[..2]);
    assert!(ann.lists(&before(&all[0])).await.is_empty());
    for wrong in ["x", "1", "1-", "-1", "1-0"] {
        ann.get(&format!("/list-chatrooms/?before={wrong}")).await.blames("before");
    }
}

/// Rooms that a stranger could have made: each part is as long as it may be, in characters that JSON writes long.
#[tokio::test]
async fn a_list_that_fits_no_answer_has_pages() {
    const ROOMS: u64 = 499;
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ann = server.user("ann").await;
    let first = ann.creates_room().await;
    for rooms in (first + 1..first + ROOMS).collect::<Vec<_>>().chunks(8) {
        let puts = |item: &dyn Fn(u64) -> Value| {
            rooms.iter().map(|&room| json!({"PutRequest": {"Item": item(room)}})).collect::<Vec<_>>()
        };
        let tables = json!({
            "RoomsTable": puts(&|room| long_room(room, ann.id)),
            "MessagesTable": puts(&|room| long_message(room, ann.id)),
            "MembershipsTable": puts(&|room| json!({
                "user_id": n(ann.id), "room_id": n(room), "id": n(1), "joined_at": n(0), "read_sequence": n(0),
            })),
        });
        server.dynamodb("BatchWriteItem", &json!({"RequestItems": tables})).await;
    }
    let pages = ann.pages_through("/list-chatrooms/").await;
    assert!((2..=5).contains(&pages.len()), "{}", pages.len());
    let listed: Vec<u64> = pages.iter().rev().flatten().map(|room| room["id"].as_u64().unwrap()).collect();
    let expected: Vec<u64> = (first + 1..first + ROOMS).chain([first]).collect();
    assert_eq!(listed, expected);
    for page in pages {
        let wrapped = serde_json::to_string(&serde_json::to_string(&page).unwrap()).unwrap();
        assert!(wrapped.len() <= 4 * 1024 * 1024, "{}", wrapped.len());
    }
}

fn n(number: u64) -> Value {
    json!({"N": number.to_string()})
}

fn s(text: &str, times: usize) -> Value {
    json!({"S": text.repeat(times)})
}

fn long_room(room: u64, member: u64) -> Value {
    let members: Vec<String> = (0..32).map(|number| (member + number).to_string()).collect();
    json!({
        "id": n(room), "name": s("\"", 255), "description": s("\\", 1000), "type": s("group", 1),
        "members": {"NS": members}, "max_members": n(32), "created_by": n(member), "created_at": n(0),
        "updated_at": n(room), "last_message_id": n(9), "sequence": n(1), "sent": {"M": {}},
    })
}

fn long_message(room: u64, sender: u64) -> Value {
    let id = s("7d2e1f0a-5b6c-4d7e-8f90-a1b2c3d4e5f6", 1);
    let picture = json!({"id": id, "content_type": s("image/png", 1), "size": n(9), "name": s("😀", 63)});
    json!({
        "room_id": n(room), "id": n(9), "sender": n(sender), "text": s("\"", 4096), "sequence": n(1),
        "picture": {"M": picture},
    })
}

#[tokio::test]
async fn memberships_without_a_room_go_away() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let others = ann.creates_room().await;
    haunts(&server, &bob, 99_999).await;
    haunts(&server, &bob, others).await;
    assert_eq!(counted_rooms(&server, &bob).await, 3);
    assert_eq!(ids(&bob).await, [room]);
    assert_eq!(counted_rooms(&server, &bob).await, 1);
    assert_eq!((ids(&bob).await, ids(&ann).await), (vec![json!(room)], vec![json!(room), json!(others)]));
}

#[tokio::test]
async fn each_call_that_meets_a_membership_without_a_room_removes_it() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, bob], _) = server.room_of(["ann", "bob"]).await;
    let others = ann.creates_room().await;
    let [message, deleted] = [ann.sends(others, "hi").await, ann.sends(others, "bye").await];
    let about = |message: &Value, more: Value| {
        let mut body = more;
        body["conversation_id"] = json!(others);
        body["message_id"] = message["id"].clone();
        body
    };
    let reaction = about(&message, json!({"emoji": "👍"}));
    bob.joins(others).await;
    bob.post("/react-to-message/", &reaction).await.is(200);
    bob.leaves(others).await;
    let deletion = about(&deleted, json!({"for": "everyone"}));
    ann.post("/delete-message/", &deletion).await.is(200);
    for call in
        ["all messages", "news", "its messages", "changes", "searching", "reading", "editing", "reacting", "deleting"]
    {
        haunts(&server, &bob, others).await;
        match call {
            "all messages" => assert!(bob.lists("/list-messages/").await.is_empty()),
            "news" => assert!(bob.lists("/list-messages/?after=1").await.is_empty()),
            "its messages" => {
                bob.get(&format!("/list-conversation-messages/{others}/")).await.refuses(403, "not_a_member");
            }
            "changes" => {
                bob.get(&format!("/list-changes/{others}/?after=0")).await.refuses(403, "not_a_member");
            }
            "searching" => {
                let search = format!("/search-messages/?conversation_id={others}&q=hi");
                bob.get(&search).await.refuses(403, "not_a_member");
            }
            "editing" => {
                let edit = about(&message, json!({"text": "ho"}));
                bob.post("/edit-message/", &edit).await.refuses(403, "not_a_member");
            }
            "reacting" => {
                bob.post("/react-to-message/", &reaction).await.refuses(403, "not_a_member");
            }
            "deleting" => {
                bob.post("/delete-message/", &deletion).await.refuses(403, "not_a_member");
            }
            _ => {
                let mark = json!({"conversation_id": others, "message_ids": [message["id"]]});
                bob.post("/read-message/", &mark).await.refuses(403, "not_a_member");
            }
        }
        assert_eq!(counted_rooms(&server, &bob).await, 1, "{call}");
    }
}

/// A function that dies after it took the turn leaves a sequence without a message.
#[tokio::test]
async fn a_message_that_never_came_leaves_a_gap_and_nothing_else() {
    let Some(server) = Server::local("the tables of a deployed system are not for tests").start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let stored = ann.sends(room, "stored").await;
    let lost = stored["id"].as_u64().unwrap() + 1;
    let turn = json!({
        "TableName": "RoomsTable", "Key": {"id": {"N": room.to_string()}},
        "UpdateExpression": "SET last_message_id = :lost, #sequence = #sequence + :one, sent.#ann = #sequence + :one",
        "ExpressionAttributeNames": {"#sequence": "sequence", "#ann": ann.id.to_string()},
        "ExpressionAttributeValues": {":lost": {"N": lost.to_string()}, ":one": {"N": "1"}},
    });
    server.dynamodb("UpdateItem", &turn).await;

    assert_has(&bob.sees_room(room).await, &json!({"unread": 1, "last_message": stored}));
    let next = ann.sends(room, "next").await;
    assert_eq!(next["sequence"], 3);
    assert_eq!(bob.sees_room(room).await["last_message"], next);
    assert_eq!(bob.sees_messages(room).await, [stored, next]);
}

#[tokio::test]
async fn after_a_crash_the_list_is_the_same() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    bob.creates_room_with(&[&ann]).await;
    ann.sends(room, "hi").await;
    let asks = crashes::asks_again(&ann, "/list-chatrooms/".to_owned());
    let points = crash_points(&server, "list-chatrooms", asks).await;
    assert!(points >= 8, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    const ROOMS: usize = 4;
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    for _ in 0..ROOMS {
        let room = ann.creates_room().await;
        ann.sends(room, "hi").await;
    }
    ann.get("/list-chatrooms/").await.is(200);
    // The session, the call and the memberships; the rooms; their last messages.
    let cost = Cost { calls: 5, depth: 3, reads: 7.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("list-chatrooms").await, cost);
    // One unread message is the last one. Of several, the first one is read.
    let bob = server.user("bob").await;
    let room = bob.creates_room_with(&[&ann]).await;
    for (calls, depth, reads) in [(5, 3, 9.0), (6, 4, 10.0)] {
        bob.sends(room, "hi").await;
        ann.get("/list-chatrooms/").await.is(200);
        assert_eq!(server.cost("list-chatrooms").await, Cost { calls, depth, reads, ..cost });
    }
}
