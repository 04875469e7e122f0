//! Who may do what: every call that needs a token and every route of the sockets, tried by everybody who might.
//!
//! The rows are those of `openapi.yaml` and `template.yaml`: one that is there and not here fails, and the reverse.

use std::{collections::BTreeSet, fs, path::Path};

use e2e::{Answer, File, Forgery, PASSWORD, Server, Signer, Socket, User};
use reqwest::{Method, RequestBuilder};
use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::{Value, json};

/// What needs a token, and how to ask for it such that a member succeeds.
struct Row {
    /// As the descriptions have it.
    route: &'static str,
    ask: fn(&World) -> Ask,
    /// Whether it is refused to whoever is not in the room.
    for_members: bool,
}

enum Ask {
    Rest(Value),
    /// With this query.
    Handshake(String),
    /// Over a socket for all rooms.
    Frame(Value),
}

const fn anybody(route: &'static str, ask: fn(&World) -> Ask) -> Row {
    Row { route, ask, for_members: false }
}

const fn members(route: &'static str, ask: fn(&World) -> Ask) -> Row {
    Row { route, ask, for_members: true }
}

const CALLS: [Row; 14] = [
    anybody("POST /auth/change-password/", |_| {
        Ask::Rest(json!({"current_password": PASSWORD, "new_password": "staple battery horse correct"}))
    }),
    anybody("POST /auth/logout/", |_| Ask::Rest(Value::Null)),
    anybody("POST /auth/logout-all/", |_| Ask::Rest(Value::Null)),
    members("POST /create-attachment/", |world| Ask::Rest(File::picture().announcement(world.room))),
    anybody("POST /create-chatroom/", |_| Ask::Rest(json!({}))),
    anybody("GET /find-user/", |_| Ask::Rest(Value::Null)),
    anybody("POST /join-chatroom/", |world| Ask::Rest(json!({"chatroom_id": world.room}))),
    members("DELETE /leave-chatroom/{conversation_id}/", |_| Ask::Rest(Value::Null)),
    anybody("GET /list-chatrooms/", |_| Ask::Rest(Value::Null)),
    members("GET /list-conversation-messages/{conversation_id}/", |_| Ask::Rest(Value::Null)),
    members("GET /list-members/{conversation_id}/", |_| Ask::Rest(Value::Null)),
    anybody("GET /list-messages/", |_| Ask::Rest(Value::Null)),
    members("POST /read-message/", |world| {
        Ask::Rest(json!({"conversation_id": world.room, "message_ids": [world.message["id"]]}))
    }),
    members("POST /send-message/", |world| Ask::Rest(json!({"conversation_id": world.room, "text": "hi"}))),
];

const SOCKETS: [Row; 5] = [
    anybody("$connect", |_| Ask::Handshake(String::new())),
    members("$connect", |world| Ask::Handshake(format!("room_name={}", world.room))),
    members("message", |world| Ask::Frame(json!({"type": "message", "conversation": world.room, "text": "hi"}))),
    members("typing", |world| Ask::Frame(json!({"type": "typing", "conversation": world.room}))),
    anybody("$default", |_| Ask::Frame(json!({"type": "ping"}))),
];

/// What became of a try: nothing stood against it, or a status, and a code where there is a body for it.
type Outcome = Result<(), (u16, Option<String>)>;

/// A room with two members, and two users who are not in it, one of whom has been.
struct World {
    server: Server,
    member: User,
    other_member: User,
    outsider: User,
    former_member: User,
    room: u64,
    message: Value,
}

impl World {
    async fn new(server: &Server, row: usize) -> Self {
        let names = ["ann", "bob", "cem", "dan"].map(|name| format!("{name}{row}"));
        let [member, other_member, outsider, former_member] = server.users(names.each_ref().map(String::as_str)).await;
        let room = member.creates_room_with(&[&other_member, &former_member]).await;
        let message = member.sends(room, "hello").await;
        former_member.leaves(room).await;
        Self { server: server.clone(), member, other_member, outsider, former_member, room, message }
    }

    /// All that a refused try could have changed.
    async fn state(&self) -> Value {
        let members = self.member.lists(&format!("/list-members/{}/", self.room)).await;
        let members: Vec<_> = members.iter().map(|member| json!([member["user"], member["last_read"]])).collect();
        json!([members, self.member.sees_messages(self.room).await, self.member.lists("/list-chatrooms/").await])
    }

    /// Tries all cells of a row, and gives those that are wrong. First come those that must be refused, and change nothing.
    async fn fills(&self, row: &Row, bad_tokens: Vec<(String, Option<String>)>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut cell = |who: &str, right: bool, outcome: &Outcome| {
            if !right {
                wrong.push(format!("{who}: {outcome:?}"));
            }
        };
        let before = self.state().await;
        for (who, token) in bad_tokens {
            let outcome = self.tries(row, token.as_deref()).await;
            cell(&who, is(&outcome, 401, "unauthenticated"), &outcome);
        }
        let strangers = [("outsider", &self.outsider), ("former member", &self.former_member)];
        if row.for_members {
            for (who, user) in strangers {
                let outcome = self.tries(row, Some(&user.token)).await;
                cell(who, is(&outcome, 403, "not_a_member"), &outcome);
            }
        }
        assert_eq!(self.state().await, before, "{}: what was refused has changed something", row.route);
        let allowed = strangers.into_iter().filter(|_| !row.for_members);
        for (who, user) in allowed.chain([("member", &self.member)]) {
            let outcome = self.tries(row, Some(&user.token)).await;
            cell(who, outcome.is_ok(), &outcome);
        }
        wrong
    }

    async fn tries(&self, row: &Row, token: Option<&str>) -> Outcome {
        match (row.ask)(self) {
            Ask::Rest(body) => self.asks(row.route, &body, token).await,
            Ask::Handshake(query) => self.opens(&query, token).await.map(drop),
            Ask::Frame(frame) => self.says(&frame, token).await,
        }
    }

    async fn asks(&self, route: &str, body: &Value, token: Option<&str>) -> Outcome {
        let (method, path) = route.split_once(' ').unwrap();
        let path = path.replace("{conversation_id}", &self.room.to_string());
        let mut request = self.server.request(method.parse().unwrap(), &path);
        if path.starts_with("/find-user") {
            request = request.query(&[("username", &self.member.name)]);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = Answer::to(with(request, token)).await;
        if answer.status < 300 {
            return Ok(());
        }
        let code = answer.json()["code"].as_str().unwrap().to_owned();
        answer.refuses(answer.status, &code);
        Err((answer.status, Some(code)))
    }

    async fn opens(&self, query: &str, token: Option<&str>) -> Result<Socket, (u16, Option<String>)> {
        let subprotocols: Vec<&str> = token.into_iter().flat_map(|token| ["bearer", token]).collect();
        self.server.handshake(query, &subprotocols).await.map_err(|refusal| (refusal.status, None))
    }

    /// A frame that is taken is heard by its sender or by whoever else is in the room, and one that is refused by its sender.
    async fn says(&self, frame: &Value, token: Option<&str>) -> Outcome {
        let mut socket = self.opens("", token).await?;
        let mut listener = self.other_member.opens_socket(self.room).await;
        socket.sends(frame).await;
        let event = tokio::select! {
            event = socket.next_event() => event,
            event = listener.next_event() => event,
        };
        match event["code"].as_str() {
            // The handshake's status for the same.
            Some("not_a_member") => Err((403, Some("not_a_member".to_owned()))),
            Some(code) => panic!("{frame} is refused with {code}"),
            None => Ok(()),
        }
    }

    /// Tokens that the system must not believe, each made of the member's own.
    async fn bad_tokens(&self, secret: Option<&str>, elsewhere: Option<&Server>) -> Vec<(String, Option<String>)> {
        let revoked = self.member.logs_in_again().await;
        revoked.logs_out().await;
        let mut tokens = vec![("nobody".to_owned(), None), ("revoked".to_owned(), Some(revoked.token))];
        let genuine = &self.member.token;
        tokens.extend(Forgery::ALL.map(|forgery| (format!("{forgery:?}"), Some(forgery.of(genuine)))));
        if let Some(secret) = secret {
            let misused = Signer::new(secret).misused(genuine);
            tokens.extend(misused.map(|(name, token)| (name.to_owned(), Some(token))));
        }
        if let Some(elsewhere) = elsewhere {
            let there = elsewhere.user(&self.member.name).await.token;
            tokens.push(("of another stage".to_owned(), Some(there)));
            let signed_there = Signer::new(&elsewhere.signing_secret()).renewed(genuine);
            tokens.push(("with another stage's key".to_owned(), Some(signed_there)));
        }
        tokens
    }
}

fn with(request: RequestBuilder, token: Option<&str>) -> RequestBuilder {
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

/// Whether an outcome is a refusal with this status, and this code where it has one.
fn is(outcome: &Outcome, status: u16, code: &str) -> bool {
    matches!(outcome, Err((found, why)) if *found == status && why.as_deref().is_none_or(|why| why == code))
}

#[tokio::test]
async fn everybody_may_call_what_they_may_and_nothing_else() {
    everybody_tries(&CALLS).await;
}

#[tokio::test]
async fn everybody_may_say_over_a_socket_what_they_may_and_nothing_else() {
    everybody_tries(&SOCKETS).await;
}

async fn everybody_tries(rows: &[Row]) {
    let because = "nobody else has its signing key";
    let on_disk = Server::start_on_disk(because).await;
    let elsewhere = Server::start_on_disk(because).await;
    let secret = on_disk.as_ref().map(Server::signing_secret);
    let server = match on_disk {
        Some(server) => server,
        None => Server::start().await,
    };
    let mut wrong = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let world = World::new(&server, number).await;
        let tokens = world.bad_tokens(secret.as_deref(), elsewhere.as_ref()).await;
        let cells = world.fills(row, tokens).await;
        wrong.extend(cells.into_iter().map(|cell| format!("{}, {cell}", row.route)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_route_that_needs_a_token_has_its_row_and_every_row_its_route() {
    let rows: BTreeSet<String> = CALLS.iter().chain(&SOCKETS).map(|row| row.route.to_owned()).collect();
    let sockets = yaml("template.yaml");
    let sockets = sockets["Resources"]["WebSocketApi"]["Properties"]["Routes"].as_mapping().unwrap();
    let sockets = sockets.keys().map(|route| route.as_str().unwrap().to_owned());
    // No client calls it.
    let sockets = sockets.filter(|route| route != "$disconnect");
    let calls = calls().into_iter().map(|(method, path)| format!("{method} {path}/"));
    assert_eq!(rows, calls.chain(sockets).collect());
}

/// Every call of `openapi.yaml` that needs a token, without the slash at its end.
pub(crate) fn calls() -> Vec<(Method, String)> {
    operations().into_iter().filter(|(.., public)| !public).map(|(method, path, _)| (method, path)).collect()
}

/// Every call of `openapi.yaml`, without the slash at its end, and whether it is for everybody.
pub(crate) fn operations() -> Vec<(Method, String, bool)> {
    let openapi = yaml("infra/openapi.yaml");
    let mut operations = Vec::new();
    for (path, item) in openapi["paths"].as_mapping().unwrap() {
        let path = path.as_str().unwrap();
        for (method, operation) in item.as_mapping().unwrap() {
            // Beside the operations there are the parameters of them all.
            if operation.as_mapping().is_none() {
                continue;
            }
            let method = method.as_str().unwrap().to_uppercase().parse::<Method>().unwrap();
            let security = operation.as_mapping_get("security").and_then(Yaml::as_sequence);
            let path = if path == "/" { path } else { path.trim_end_matches('/') };
            operations.push((method, path.to_owned(), security.is_some_and(Vec::is_empty)));
        }
    }
    operations
}

fn yaml(path: &str) -> Yaml<'static> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let text: &'static str = fs::read_to_string(root.join(path)).unwrap().leak();
    Yaml::load_from_str(text).unwrap().remove(0)
}
