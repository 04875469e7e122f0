//! What each operation costs in dollars: its counted calls at AWS's list prices. The README carries the table, and this test
//! knows whether it is true.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed test")]

use std::{fmt::Write as _, fs, path::Path};

use e2e::{Cost, PASSWORD, Server, Socket, User};
use futures_util::future::join_all;
use serde_json::json;

/// List prices in `us-east-1`, in dollars per million, without the free tier, and without logs, data transfer and storage.
/// Taken in November 2026 from the pages named.
mod price {
    /// <https://aws.amazon.com/api-gateway/pricing/>, HTTP APIs, the first 300 million requests of a month, each 512 KB.
    pub const REQUEST: f64 = 1.0;
    /// <https://aws.amazon.com/api-gateway/pricing/>, WebSocket APIs, the first billion messages, each 32 KB, either way.
    pub const MESSAGE: f64 = 1.0;
    /// <https://aws.amazon.com/lambda/pricing/>
    pub const INVOCATION: f64 = 0.20;
    /// <https://aws.amazon.com/lambda/pricing/>, Arm, a gigabyte for a second.
    pub const GIGABYTE_SECOND: f64 = 13.3334;
    /// <https://aws.amazon.com/dynamodb/pricing/on-demand/>, standard tables.
    pub const WRITE_UNIT: f64 = 0.625;
    /// <https://aws.amazon.com/dynamodb/pricing/on-demand/>, standard tables.
    pub const READ_UNIT: f64 = 0.125;
}

/// Seconds that a function waits for a call of DynamoDB, or for its pushes: what AWS calls single-digit milliseconds.
const ROUND_TRIP: f64 = 0.005;
/// Seconds that a password takes on the vCPU that its functions have.
const HASH: f64 = 0.05;
/// Gigabytes, as in the template.
const MEMORY: f64 = 256.0 / 1024.0;
const MEMORY_TO_HASH: f64 = 1769.0 / 1024.0;
/// How many people are in the room, all online.
const MEMBERS: usize = 10;

const BEGIN: &str = "<!-- costs: infra/load/tests/costs.rs -->\n";
const END: &str = "<!-- /costs -->\n";

/// How an operation comes in.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Rest,
    /// With so many passwords hashed.
    RestToHash(u8),
    Frame,
    /// A socket opens or closes.
    Lifecycle,
}

struct Operation {
    name: &'static str,
    way: Way,
    /// Of each invocation.
    costs: Vec<Cost>,
}

impl Operation {
    fn row(&self) -> String {
        let sum = |part: fn(&Cost) -> f64| self.costs.iter().map(part).sum::<f64>() + 0.0;
        let count = |part: fn(&Cost) -> usize| self.costs.iter().map(part).sum::<usize>();
        let (reads, writes) = (sum(|cost| cost.reads), sum(|cost| cost.writes));
        let [calls, depth, pushes] = [count(|cost| cost.calls), count(|cost| cost.depth), count(|cost| cost.pushes)];
        let dollars = self.dollars(reads, writes, pushes);
        format!("| {} | {calls} | {depth} | {reads} | {writes} | {pushes} | {dollars:.2} |", self.name)
    }

    fn dollars(&self, reads: f64, writes: f64, pushes: usize) -> f64 {
        let incoming = match self.way {
            Way::Rest | Way::RestToHash(_) => price::REQUEST,
            Way::Frame => price::MESSAGE,
            Way::Lifecycle => 0.0,
        };
        let pushes = f64::from(u32::try_from(pushes).unwrap()) * price::MESSAGE;
        let units = reads * price::READ_UNIT + writes * price::WRITE_UNIT;
        incoming + pushes + units + self.costs.iter().map(|cost| self.invocation(cost)).sum::<f64>()
    }

    fn invocation(&self, cost: &Cost) -> f64 {
        let round_trips = cost.depth + usize::from(cost.pushes > 0);
        let seconds = ROUND_TRIP * f64::from(u32::try_from(round_trips).unwrap());
        let gigabyte_seconds = match self.way {
            Way::RestToHash(hashes) => (seconds + HASH * f64::from(hashes)) * MEMORY_TO_HASH,
            _ => seconds * MEMORY,
        };
        price::INVOCATION + gigabyte_seconds * price::GIGABYTE_SECOND
    }
}

/// Ten people, nine of whom are in a room.
struct World {
    server: Server,
    people: Vec<User>,
    room: u64,
    operations: Vec<Operation>,
}

impl World {
    async fn count(&mut self, name: &'static str, way: Way, functions: &[&str]) {
        let mut costs = Vec::new();
        for function in functions {
            costs.push(self.server.cost(function).await);
        }
        self.operations.push(Operation { name, way, costs });
    }

    async fn rest(&mut self, name: &'static str, function: &str) {
        self.count(name, Way::Rest, &[function]).await;
    }
}

#[tokio::test]
async fn the_readme_tells_what_each_operation_costs() {
    let Some(server) = Server::start_counting("a deployed system does not tell its calls").await else { return };
    let mut people = Vec::new();
    for number in 0..MEMBERS {
        people.push(server.user(&format!("user{number}")).await);
    }
    let mut world = World { server, people, room: 0, operations: Vec::new() };
    world.count("register", Way::RestToHash(1), &["register"]).await;
    world.count("log in", Way::RestToHash(1), &["login"]).await;
    rooms(&mut world).await;
    let mut sockets = opened(&mut world).await;
    messages(&mut world, &mut sockets).await;
    lists(&mut world).await;
    left(&mut world, sockets).await;

    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let carried = readme.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(table, _)| table);
    let table = table(&world.operations);
    assert_eq!(carried, Some(table.as_str()), "README.md should have, between its marks:\n{table}");
}

fn table(operations: &[Operation]) -> String {
    let mut table = "\n| operation | calls | in a row | read units | write units | pushes | $ per million |\n\
                     |---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for operation in operations {
        writeln!(table, "{}", operation.row()).unwrap();
    }
    table + "\n"
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
    world.count("send a message over a socket", Way::Frame, &["message"]).await;
    // Each of another sender: nobody is ahead of their pace.
    sockets[1].sends(&json!({"type": "message", "text": "hi", "client_id": "1"})).await;
    all_hear(sockets, "message").await;
    world.count("… with a client_id", Way::Frame, &["message"]).await;
    let message = world.people[2].sends(room, "hi").await;
    all_hear(sockets, "message").await;
    world.rest("send a message over REST", "send-message").await;
    let body = json!({"conversation_id": room, "text": "hi", "client_id": "2"});
    world.people[3].post("/send-message/", &body).await.is(201);
    all_hear(sockets, "message").await;
    world.rest("… with a client_id", "send-message").await;
    world.people[3].post("/send-message/", &body).await.is(200);
    world.rest("… once more", "send-message").await;
    sockets[0].sends(&json!({"type": "typing"})).await;
    all_hear(&mut sockets[1..], "typing").await;
    world.count("type", Way::Frame, &["typing"]).await;
    world.people[1].reads(room, &message).await;
    all_hear(sockets, "read").await;
    world.rest("read a message", "read-message").await;
    sockets[0].sends(&json!({"type": "ping"})).await;
    all_hear(&mut sockets[..1], "pong").await;
    world.count("ping", Way::Frame, &["default"]).await;
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
    world.count("close a socket", Way::Lifecycle, &["disconnect"]).await;
}
