//! The size of answers: Lambda's own limit is 6 MB, and a list that does not fit could never be read again. The lists
//! are full, of the longest values, and of the characters that take the most bytes.

use std::collections::BTreeSet;

use e2e::{File, Server, User, next_page};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{items::BECAUSE, openapi};

/// The most bytes of an answer, as Lambda's response counts them.
const MOST: usize = 4_000_000;
/// Takes six bytes in JSON, and seven where Lambda wraps the answer into JSON. Texts and names of before may have it.
const COSTLY: &str = "\u{1}";
/// The longest name of a user, of the longest letters.
const LETTER: &str = "\u{20000}";

// The lists, as the description names them.
const ROOM_MESSAGES: &str = "/list-conversation-messages/{conversation_id}/";
const MESSAGES: &str = "/list-messages/";
const ROOMS: &str = "/list-chatrooms/";
const MEMBERS: &str = "/list-members/{conversation_id}/";
const BLOCKS: &str = "/list-blocks/";
const SESSIONS: &str = "/list-sessions/";
const INVITATIONS: &str = "/list-invitations/";
const REACTIONS: &str = "/list-reactions/{conversation_id}/{message_id}/";
const RECEIPTS: &str = "/message-info/{conversation_id}/{message_id}/";
const PRESENCE: &str = "/get-presence/";

fn n(number: u64) -> Value {
    json!({"N": number.to_string()})
}

async fn item(server: &Server, table: &str, key: Value) -> Value {
    let found = server.dynamodb("GetItem", &json!({"TableName": table, "Key": key})).await;
    found["Item"].clone()
}

/// Writes items, of which few fit into one call.
async fn puts(server: &Server, table: &str, items: impl Iterator<Item = Value>) {
    let puts: Vec<_> = items.map(|item| json!({"PutRequest": {"Item": item}})).collect();
    for some in puts.chunks(100) {
        let batches = some.chunks(25).map(|batch| {
            let request = json!({"RequestItems": {table: batch}});
            async move { server.dynamodb("BatchWriteItem", &request).await }
        });
        join_all(batches).await;
    }
}

/// An item with other values.
fn with(item: &Value, changes: &Value) -> Value {
    let mut item = item.as_object().unwrap().clone();
    item.extend(changes.as_object().unwrap().clone());
    item.into()
}

/// Reads all pages of a list. Returns the number of rows of each.
async fn pages(user: &User, path: &str) -> Vec<usize> {
    let (mut rows, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        // Not by `User::get`, because values of before are not as the descriptions say.
        let answer = user.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        next = next_page(answer.url(), answer.headers());
        let body = answer.text().await.unwrap();
        let size = serde_json::to_string(&body).unwrap().len();
        assert!(size <= MOST, "{path} has {size} bytes");
        let list: Value = serde_json::from_str(&body).unwrap();
        rows.push(list.as_array().unwrap().len());
        assert!(rows.len() < 100, "{path} has no end");
    }
    rows
}

/// Makes users with the longest names.
async fn crowd(server: &Server, ids: std::ops::Range<u64>) {
    let user = |id| json!({"id": n(id), "username": {"S": LETTER.repeat(300)}, "created_at": n(0)});
    puts(server, "UsersTable", ids.map(user)).await;
}

/// A room of Ann, and the items of the room, of her membership and of a message with a picture.
struct Scene {
    server: Server,
    ann: User,
    room: u64,
    room_item: Value,
    membership: Value,
    message: Value,
}

impl Scene {
    async fn new() -> Option<Self> {
        let server = Server::local(BECAUSE).start().await?;
        let ([ann], room) = server.room_of(["ann"]).await;
        let id = ann.uploads(room, &File::photo()).await;
        let sent = ann.tries_to_attach(room, "picture", &id).await.is(201);
        let message = json!({"room_id": n(room), "id": n(sent["id"].as_u64().unwrap())});
        let message = item(&server, "MessagesTable", message).await;
        let mut picture = message["picture"].clone();
        picture["M"]["name"] = json!({"S": "\"".repeat(255)});
        let text = json!({"S": COSTLY.repeat(4096)});
        let receivers: Vec<_> = (0..32).map(|id| (u64::pow(2, 53) - 1 - id).to_string()).collect();
        let message = with(
            &message,
            &json!({"text": text, "picture": picture, "video": picture, "receivers": {"NS": receivers}}),
        );
        let room_item = item(&server, "RoomsTable", json!({"id": n(room)})).await;
        let named = json!({
            "name": {"S": COSTLY.repeat(255)}, "description": {"S": COSTLY.repeat(1000)}, "picture": picture,
        });
        let room_item = with(&room_item, &named);
        let membership = json!({"user_id": n(ann.id), "room_id": n(room)});
        let membership = item(&server, "MembershipsTable", membership).await;
        Some(Self { server, ann, room, room_item, membership, message })
    }

    /// The path of a list, of the room if it is of one.
    fn path(&self, list: &str) -> String {
        openapi::with_ids(list, &self.room.to_string(), "")
    }

    /// Adds rooms with these ids, each with such a message, of which lists show 200 characters. Ann is their only member.
    async fn has_rooms(&self, ids: std::ops::Range<u64>) {
        let rooms = ids.clone().map(|id| with(&self.room_item, &json!({"id": n(id)})));
        puts(&self.server, "RoomsTable", rooms).await;
        let stays = ids.clone().map(|id| with(&self.membership, &json!({"room_id": n(id)})));
        puts(&self.server, "MembershipsTable", stays).await;
        let text = json!({"S": COSTLY.repeat(201)});
        let messages = ids.map(|id| with(&self.message, &json!({"room_id": n(id), "text": text})));
        puts(&self.server, "MessagesTable", messages).await;
    }
}

#[test]
fn every_list_of_the_api_is_filled_here() {
    let filled =
        [ROOM_MESSAGES, MESSAGES, ROOMS, MEMBERS, BLOCKS, SESSIONS, INVITATIONS, REACTIONS, RECEIPTS, PRESENCE];
    assert_eq!(BTreeSet::from_iter(openapi::lists()), filled.map(str::to_owned).into());
}

#[tokio::test]
async fn the_list_of_sessions_has_at_most_4_mb() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ann = server.user("ann").await;
    let session = item(&server, "SessionsTable", json!({"user_id": n(ann.id), "id": {"S": ann.session()}})).await;
    let mut renewal = session["renewal"].clone();
    renewal["M"]["device"] = json!({"S": COSTLY.repeat(150)});
    let sessions = (0..150).map(|id| with(&session, &json!({"id": {"S": format!("{id:032x}")}, "renewal": renewal})));
    puts(&server, "SessionsTable", sessions).await;
    assert_eq!(pages(&ann, SESSIONS).await, [100]);
}

#[tokio::test]
async fn the_list_of_reactions_has_at_most_4_mb() {
    let Some(Scene { server, ann, room, message, .. }) = Scene::new().await else { return };
    // The longest emoji.
    let reaction = json!({"L": [n(u64::pow(2, 53) - 1), {"S": "👩🏻‍❤️‍💋‍👩🏼"}]});
    let reactions = (0..1024).map(|id| ((u64::pow(2, 53) - 1 - id).to_string(), reaction.clone()));
    let reactions = json!({"M": reactions.collect::<serde_json::Map<_, _>>()});
    puts(&server, "MessagesTable", [with(&message, &json!({"reactions": reactions}))].into_iter()).await;
    let id = message["id"]["N"].as_str().unwrap();
    assert_eq!(pages(&ann, &openapi::with_ids(REACTIONS, &room.to_string(), id)).await, [1024]);
}

#[tokio::test]
async fn lists_of_messages_have_at_most_4_mb() {
    const COUNT: u64 = 150;
    let Some(scene) = Scene::new().await else { return };
    let last: u64 = scene.message["id"]["N"].as_str().unwrap().parse().unwrap();
    let older = (0..COUNT).map(|older| with(&scene.message, &json!({"id": n(last - older)})));
    puts(&scene.server, "MessagesTable", older).await;
    for list in [ROOM_MESSAGES, MESSAGES].map(|list| scene.path(list)) {
        for query in ["limit=100", "limit=100&after=1"] {
            let rows = pages(&scene.ann, &format!("{list}?{query}")).await;
            assert_eq!(rows.iter().sum::<usize>(), usize::try_from(COUNT).unwrap(), "{list}: {rows:?}");
        }
    }
}

#[tokio::test]
async fn the_list_of_rooms_has_at_most_4_mb() {
    let Some(scene) = Scene::new().await else { return };
    scene.has_rooms(10_000..10_499).await;
    let rows = pages(&scene.ann, ROOMS).await;
    assert!(rows.len() > 1, "all rooms together have more");
    assert_eq!(rows.iter().sum::<usize>(), 500, "{rows:?}");
}

#[tokio::test]
async fn the_news_of_all_rooms_have_at_most_4_mb() {
    const ROOMS: std::ops::Range<u64> = 10_000..10_016;
    const EACH: u64 = 20;
    let Some(scene) = Scene::new().await else { return };
    scene.has_rooms(ROOMS).await;
    let last: u64 = scene.message["id"]["N"].as_str().unwrap().parse().unwrap();
    for room in ROOMS {
        let older = (1..EACH).map(|older| with(&scene.message, &json!({"room_id": n(room), "id": n(last - older)})));
        puts(&scene.server, "MessagesTable", older).await;
    }
    let mut known: Value = ROOMS.map(|room| (room.to_string(), json!({"after": 0, "change": 0}))).collect();
    known[scene.room.to_string()] = json!({"after": last, "change": 0});
    let (mut messages, mut calls) = (0, 0);
    while messages < EACH * (ROOMS.end - ROOMS.start) {
        let request = scene.ann.request(Method::POST, "/sync/").json(&json!({"rooms": known}));
        let body = request.send().await.unwrap().text().await.unwrap();
        let size = serde_json::to_string(&body).unwrap().len();
        assert!(size <= MOST, "the news have {size} bytes");
        let news: Value = serde_json::from_str(&body).unwrap();
        for (room, news) in news["rooms"].as_object().unwrap() {
            let listed = news["messages"].as_array().unwrap();
            messages += listed.len() as u64;
            known[room]["after"] = listed.last().unwrap()["id"].clone();
        }
        calls += 1;
        assert!(calls < 20, "{messages}");
    }
    assert!(calls > 1, "all messages together have more");
}

#[tokio::test]
async fn the_list_of_members_has_at_most_4_mb() {
    const COUNT: u64 = 1024;
    let Some(scene) = Scene::new().await else { return };
    let others = 10_000..10_000 + COUNT - 1;
    crowd(&scene.server, others.clone()).await;
    let stays = others.clone().map(|id| with(&scene.membership, &json!({"user_id": n(id)})));
    puts(&scene.server, "MembershipsTable", stays).await;
    let members: Vec<_> = others.chain([scene.ann.id]).map(|id| id.to_string()).collect();
    let room = with(&scene.room_item, &json!({"members": {"NS": members}, "members_count": n(COUNT)}));
    puts(&scene.server, "RoomsTable", [room].into_iter()).await;
    let rows = pages(&scene.ann, &format!("{}?limit={COUNT}", scene.path(MEMBERS))).await;
    assert_eq!(rows, [1024]);
    // The receivers of a message that does not name them.
    let message = with(&scene.message, &json!({"receivers_count": n(COUNT - 1)}));
    puts(&scene.server, "MessagesTable", [message].into_iter()).await;
    let path = openapi::with_ids(RECEIPTS, &scene.room.to_string(), scene.message["id"]["N"].as_str().unwrap());
    assert_eq!(pages(&scene.ann, &format!("{path}?limit={COUNT}")).await, [1023]);
}

#[tokio::test]
async fn the_lists_of_blocks_and_invitations_have_at_most_4_mb() {
    let Some(scene) = Scene::new().await else { return };
    let bob = scene.server.user("bob").await;
    let others = 10_000..11_000;
    crowd(&scene.server, others.clone()).await;
    let blocks = others.clone().map(|id| json!({"user_id": n(scene.ann.id), "blocked_id": n(id), "at": n(id)}));
    puts(&scene.server, "BlocksTable", blocks).await;
    assert_eq!(pages(&scene.ann, BLOCKS).await, [1000]);

    scene.has_rooms(20_000..20_500).await;
    let invitation =
        |(id, by)| json!({"user_id": n(bob.id), "room_id": n(id), "invited_by": n(by), "expires_at": n(4_102_444_800)});
    puts(&scene.server, "InvitationsTable", (20_000..20_500).zip(others).map(invitation)).await;
    let rows = pages(&bob, INVITATIONS).await;
    assert!(rows[0] > 300, "{rows:?}");
}

#[tokio::test]
async fn the_presence_of_as_many_users_as_a_call_may_name_fits_an_answer() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let users: Vec<_> = (1..=50).map(|id: u64| id.to_string()).collect();
    assert_eq!(pages(&ann, &format!("{PRESENCE}?users={}", users.join(","))).await, [50]);
}
