//! The cost of each operation in dollars: its counted calls at AWS's list prices. This test compares them with the
//! tables in the documents.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed test")]

mod operation;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    time::Duration,
};

use e2e::{File, PASSWORD, Server, Socket, User, assert_part, connections::known};
use futures_util::future::join_all;
use harness::workspace;
use load::price;
use serde_json::json;
use template::{Secrets, Template};
use tokio::time::sleep;

use self::operation::{Operation, Way};

/// The number of members of the room, all online.
const MEMBERS: usize = 10;

/// The document with the table.
const COSTS: &str = "infra/docs/costs.md";

const PAUSE: Duration = Duration::from_millis(50);

const SENT: &str = "send a message over a socket";

/// The functions that make no calls: they serve files, or the build.
const CALLING_NOBODY: [&str; 3] = ["docs", "version", "web-client"];

/// Ten users, and the operations that were counted.
struct World {
    server: Server,
    people: Vec<User>,
    room: u64,
    /// The memory size of each function, in gigabytes.
    memory: BTreeMap<String, f64>,
    operations: Vec<Operation>,
    /// The functions of the counted operations.
    counted: BTreeSet<String>,
}

/// Returns the memory sizes of the template.
fn memory() -> BTreeMap<String, f64> {
    let template = fs::read_to_string(workspace().join("template.yaml")).unwrap();
    let functions = Template::parse(&template, &mut Secrets::in_memory()).unwrap().functions;
    functions
        .into_iter()
        .map(|function| (function.label().to_owned(), f64::from(function.memory_size) / 1024.0))
        .collect()
}

impl World {
    async fn count(&mut self, name: &'static str, way: Way, functions: &[&str]) {
        let (mut costs, mut objects) = (Vec::new(), 0.0);
        for function in functions {
            self.counted.insert((*function).to_owned());
            costs.push(self.server.cost(function).await);
            objects += self.server.objects(function).await.iter().map(|method| price::object(method)).sum::<f64>();
        }
        let memory = functions.iter().map(|function| self.memory[*function]).collect();
        self.operations.push(Operation { name, way, costs, memory, objects });
    }

    async fn rest(&mut self, name: &'static str, function: &str) {
        self.count(name, Way::Rest, &[function]).await;
    }
}

#[tokio::test]
async fn the_costs_of_each_operation_are_in_the_document() {
    let Some(server) = Server::local("a deployed system does not show its calls").recording_calls().start().await
    else {
        return;
    };
    let mut people = Vec::new();
    for number in 0..MEMBERS {
        people.push(server.user(&format!("user{number}")).await);
    }
    let mut world =
        World { server, people, room: 0, memory: memory(), operations: Vec::new(), counted: BTreeSet::new() };
    world.count("register", Way::RestToHash(1), &["register"]).await;
    world.count("log in", Way::RestToHash(1), &["login"]).await;
    let mut login = json!({"username": world.people[0].name, "password": PASSWORD});
    for _ in 0..2 {
        let body = world.server.post("/auth/login/", &login).await.is(200);
        login["device_token"] = body["device_token"].clone();
    }
    world.count("… on a known device", Way::RestToHash(1), &["login"]).await;
    sessions(&mut world).await;
    rooms(&mut world).await;
    let mut sockets = opened(&mut world).await;
    messages(&mut world, &mut sockets).await;
    pictures(&mut world, &mut sockets).await;
    members(&mut world, &mut sockets).await;
    two_people(&mut world).await;
    lists(&mut world).await;
    left(&mut world, sockets).await;
    let uncounted: Vec<&String> = world.memory.keys().filter(|function| !world.counted.contains(*function)).collect();
    assert_eq!(uncounted, CALLING_NOBODY, "an operation without a row");

    assert_part(COSTS, "costs", &table(&world.operations));

    let sent = world.operations.iter().find(|operation| operation.name == SENT).unwrap();
    let millions = |count: f64| count * (sent.dollars() + price::LOG);
    let row = format!("| messages, with 1 KB of logs each | – | ${:.2} | ${:.2} |\n", millions(0.3), millions(30.0));
    let costs = fs::read_to_string(workspace().join(COSTS)).unwrap();
    assert!(costs.contains(&row), "{COSTS} should have this row, and its sums:\n{row}");
}

fn table(operations: &[Operation]) -> String {
    let mut table = "| operation | calls | in a row | read units | write units | pushes | $ per million |\n\
                     |---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for operation in operations {
        writeln!(table, "{}", operation.row()).unwrap();
    }
    table
}

async fn sessions(world: &mut World) {
    let phone = world.people[0].logs_in_again().await;
    phone.refreshes().await.is(200);
    world.rest("refresh a session", "refresh").await;
    phone.get("/list-sessions/").await.is(200);
    world.rest("list one's sessions (four)", "list-sessions").await;
    world.people[0].delete(&format!("/end-session/{}/", phone.session())).await.is(200);
    world.rest("end another session, without sockets", "end-session").await;
}

async fn rooms(world: &mut World) {
    let (last, members) = world.people.split_last().unwrap();
    let others: Vec<&User> = members[1..].iter().collect();
    world.room = members[0].creates_room_with(&others).await;
    last.joins(world.room).await;
    world.rest("make a room of nine", "create-chatroom").await;
    world.rest("join it", "join-chatroom").await;
}

async fn opened(world: &mut World) -> Vec<Socket> {
    let mut sockets = Vec::new();
    for person in &world.people {
        sockets.push(person.opens_socket(world.room).await);
    }
    world.count("open a socket", Way::Lifecycle, &["authorize", "connect"]).await;
    sockets
}

async fn all_hear(sockets: &mut [Socket], kind: &str) {
    join_all(sockets.iter_mut().map(|socket| socket.next_of(kind))).await;
}

async fn messages(world: &mut World, sockets: &mut [Socket]) {
    let room = world.room;
    sockets[0].says(room, "hi").await;
    all_hear(sockets, "message").await;
    world.count(SENT, Way::Frame, &["message"]).await;
    // Each message has another sender, so that none is ahead of their pace.
    sockets[1].sends(&json!({"type": "message", "text": "hi", "client_id": "1"})).await;
    all_hear(sockets, "message").await;
    world.count("… with a client_id", Way::Frame, &["message"]).await;
    let message = world.people[2].sends(room, "hi").await;
    all_hear(sockets, "message").await;
    world.rest("send a message over REST", "send-message").await;
    let body = json!({"conversation_id": room, "text": "hi", "client_id": "2"});
    let last = world.people[3].post("/send-message/", &body).await.is(201);
    all_hear(sockets, "message").await;
    world.rest("… with a client_id", "send-message").await;
    world.people[3].post("/send-message/", &body).await.is(200);
    world.rest("… once more", "send-message").await;
    sockets[0].sends(&json!({"type": "typing"})).await;
    all_hear(&mut sockets[1..], "typing").await;
    world.count("type", Way::Frame, &["typing"]).await;
    world.people[1].reads(room, &message).await;
    // The senders of the messages that the mark covers, and the reader.
    all_hear(&mut sockets[..4], "read").await;
    world.rest("read a message", "read-message").await;
    for (name, kind) in [("say that one has it, over a socket", "delivered"), ("… that one has read it", "read")] {
        let marks = json!([{"conversation": room, "message": last["id"]}]);
        sockets[4].sends(&json!({"type": kind, "marks": marks})).await;
        all_hear(&mut sockets[..4], kind).await;
        world.count(name, Way::Frame, &["marks"]).await;
    }
    world.people[2].get(&format!("/message-info/{room}/{}/", message["id"])).await.is(200);
    world.rest("ask who has read it", "message-info").await;
    world.people[2]
        .post("/edit-message/", &json!({"conversation_id": room, "message_id": message["id"], "text": "Hello again"}))
        .await
        .is(200);
    all_hear(sockets, "edited").await;
    world.rest("edit message", "edit-message").await;
    world.people[2]
        .post("/react-to-message/", &json!({"conversation_id": room, "message_id": message["id"], "emoji": "👍"}))
        .await
        .is(200);
    all_hear(sockets, "reaction").await;
    world.rest("react to a message", "react-to-message").await;
    world.people[2].get(&format!("/list-reactions/{room}/{}/", message["id"])).await.is(200);
    world.rest("list reactions", "list-reactions").await;
    let forward = json!({"conversation_id": room, "message_id": message["id"], "to": [room], "client_id": "f1"});
    world.people[2].post("/forward-message/", &forward).await.is(200);
    all_hear(sockets, "message").await;
    world.rest("forward a message to a room", "forward-message").await;
    let body = json!({"conversation_id": room, "text": "hi", "reply_to": message["id"]});
    world.people[4].post("/send-message/", &body).await.is(201);
    all_hear(sockets, "message").await;
    world.rest("answer a message", "send-message").await;
    world.people[2]
        .post("/delete-message/", &json!({"conversation_id": room, "message_id": message["id"], "for": "everyone"}))
        .await
        .is(200);
    all_hear(sockets, "deleted").await;
    world.rest("delete message", "delete-message").await;
    world.people[2].get(&format!("/list-changes/{room}/?after=0")).await.is(200);
    world.rest("list changes", "list-changes").await;
    world.people[3]
        .post("/delete-message/", &json!({"conversation_id": room, "message_id": message["id"], "for": "me"}))
        .await
        .is(200);
    all_hear(&mut sockets[3..4], "deleted").await;
    world.rest("delete a message for oneself", "delete-message").await;
    world.people[2].get(&format!("/search-messages/?conversation_id={room}&q=hi")).await.is(200);
    world.rest("search a room", "search-messages").await;
    world.people[2].get(&format!("/get-presence/?users={}", world.people[1].id)).await.is(200);
    world.rest("get the presence of a user", "get-presence").await;
    let mute = json!({"conversation_id": room, "muted_until": "2100-01-01T00:00:00Z"});
    world.people[2].post("/set-chat/", &mute).await.is(200);
    all_hear(&mut sockets[2..3], "chat").await;
    world.rest("mute a chat", "set-chat").await;
    let known = json!({"rooms": {room.to_string(): {"after": message["id"], "change": 0}}});
    let news = world.people[2].post("/sync/", &known).await.is(200)["rooms"][room.to_string()].clone();
    world.rest("catch up with one's rooms (one, with news)", "sync").await;
    let last = news["messages"].as_array().and_then(|messages| messages.last()).map(|last| last["id"].clone());
    let known = json!({"rooms": {room.to_string(): {"after": last, "change": news["change"]}}});
    world.people[2].post("/sync/", &known).await.is(200);
    world.rest("… without news", "sync").await;
    sockets[0].sends(&json!({"type": "ping"})).await;
    all_hear(&mut sockets[..1], "pong").await;
    world.count("ping", Way::Frame, &["default"]).await;
}

async fn pictures(world: &mut World, sockets: &mut [Socket]) {
    let (room, sender) = (world.room, world.people[0].clone());
    let id = sender.uploads(room, &File::photo()).await;
    world.rest("announce a picture", "create-attachment").await;
    world.count("upload it (640 × 480)", Way::Upload, &["check-attachment"]).await;
    sender.tries_to_attach(room, "picture", &id).await.is(201);
    all_hear(sockets, "message").await;
    world.rest("send a message with it", "send-message").await;
}

async fn members(world: &mut World, sockets: &mut [Socket]) {
    let (room, owner) = (world.room, world.people[0].clone());
    let invite = owner.resets_invite(room).await;
    world.rest("create an invite code", "reset-invite").await;
    world.people[9].post("/preview-invite/", &json!({"invite": invite})).await.is(200);
    world.rest("preview a room", "preview-invite").await;
    let [newcomer, guest] = world.server.users(["newcomer", "guest"]).await;
    let adds = async |user: &User| {
        owner.post("/add-members/", &json!({"conversation_id": room, "members": [user.id]})).await.is(200);
    };
    adds(&newcomer).await;
    all_hear(sockets, "joined").await;
    world.rest("add a user to a room", "add-members").await;
    guest.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    world.rest("change one's privacy", "set-privacy").await;
    adds(&guest).await;
    world.rest("… who gets an invitation", "add-members").await;
    guest.get("/list-invitations/").await.is(200);
    world.rest("list one's invitations (one)", "list-invitations").await;
    guest.post("/answer-invitation/", &json!({"conversation_id": room, "accept": true})).await.is(200);
    all_hear(sockets, "joined").await;
    world.rest("accept an invitation", "answer-invitation").await;
    owner.post("/remove-member/", &json!({"conversation_id": room, "user": newcomer.id})).await.is(200);
    all_hear(sockets, "left").await;
    world.rest("remove a member", "remove-member").await;
    let role = json!({"conversation_id": room, "user": world.people[1].id, "role": "admin"});
    owner.post("/set-role/", &role).await.is(200);
    all_hear(sockets, "room").await;
    world.rest("make a member an admin", "set-role").await;
    owner.post("/set-room/", &json!({"conversation_id": room, "name": "Garden"})).await.is(200);
    all_hear(sockets, "room").await;
    world.rest("rename a room", "set-room").await;
}

async fn two_people(world: &mut World) {
    let [ann, bob] = [9, 8].map(|person| world.people[person].clone());
    ann.post("/open-direct/", &json!({"user": bob.id})).await.is(201);
    world.rest("open a direct room", "open-direct").await;
    ann.post("/open-direct/", &json!({"user": bob.id})).await.is(200);
    world.rest("… once more", "open-direct").await;
    ann.post("/set-block/", &json!({"user": bob.id, "blocked": true})).await.is(200);
    world.rest("block a user", "set-block").await;
    ann.get("/list-blocks/").await.is(200);
    world.rest("list the users that one blocks (one)", "list-blocks").await;
}

async fn lists(world: &mut World) {
    let reader = world.people[1].clone();
    for (name, path, function) in [
        (
            "list the messages of a room",
            format!("/list-conversation-messages/{}/", world.room),
            "list-conversation-messages",
        ),
        ("list the members of a room", format!("/list-members/{}/", world.room), "list-members"),
        ("list one's rooms (one)", "/list-chatrooms/".to_owned(), "list-chatrooms"),
        ("list all one's messages", "/list-messages/".to_owned(), "list-messages"),
        ("find a user", "/find-user/?username=user0".to_owned(), "find-user"),
    ] {
        reader.get(&path).await.is(200);
        world.rest(name, function).await;
    }
}

async fn left(world: &mut World, mut sockets: Vec<Socket>) {
    world.people[2].leaves(world.room).await;
    all_hear(&mut sockets, "left").await;
    world.rest("leave a room", "leave-chatroom").await;
    world.people[3].logs_out().await;
    sockets[3].is_closed().await;
    world.rest("log out", "logout").await;
    world.people[4].logs_in_again().await;
    world.people[4].post("/auth/logout-all/", &json!({})).await.is(200);
    sockets[4].is_closed().await;
    world.rest("… everywhere (two sessions)", "logout-all").await;
    world.people[5].logs_in_again().await;
    let change = json!({"current_password": PASSWORD, "new_password": "another password"});
    world.people[5].post("/auth/change-password/", &change).await.is(200);
    sockets[5].is_closed().await;
    world.count("change a password (two sessions)", Way::RestToHash(2), &["change-password"]).await;
    // The sockets that are closed are forgotten a moment later, and the deletion of the room may meet them.
    for person in &world.people[3..6] {
        while !known(person).await.is_empty() {
            sleep(PAUSE).await;
        }
    }
    world.count("close a socket", Way::Lifecycle, &["disconnect"]).await;
    world.people[0].delete(&format!("/delete-chatroom/{}/", world.room)).await.is(200);
    world.rest("delete a room", "delete-chatroom").await;
    world.count("… erase it", Way::Request, &["erase-room"]).await;
}
