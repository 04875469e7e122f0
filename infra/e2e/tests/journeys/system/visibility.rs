//! What people see of a room: everybody who may be near it, times every call that reads it.

use e2e::{Answer, Server, User};
use serde_json::{Value, json};

use crate::support::items::{BECAUSE, bans, closes_room, invites};

/// What somebody gets of one reading call.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    /// These texts.
    Texts(&'static [&'static str]),
    /// As much as of a room that does not exist.
    NoRoom,
    /// As much as of a message that does not exist.
    NoMessage,
}

use Seen::{NoMessage, NoRoom, Texts};

/// A closed room with a message from before and one from after the newcomer has joined.
struct Scene {
    room: u64,
    before: Value,
    after: Value,
}

impl Scene {
    /// The outcomes of all calls that read the room or its messages.
    async fn read_by(&self, user: &User) -> Vec<(&'static str, Seen)> {
        let Self { room, before, after } = self;
        let room_path = format!("/list-conversation-messages/{room}/");
        let texts = async |path: String| Self::texts(&user.get(&path).await);
        let read = async |message: &Value| {
            let body = json!({"conversation_id": room, "message_ids": [message["id"]]});
            Self::texts(&user.post("/read-message/", &body).await)
        };
        let searches =
            async |words: &str| user.get(&format!("/search-messages/?conversation_id={room}&q={words}")).await;
        let known = json!({"rooms": {room.to_string(): {"after": 0, "change": 0}}, "marks": true});
        let news = user.post("/sync/", &known).await.is(200);
        vec![
            ("the last message in the list of rooms", self.last_message(user).await),
            ("the newest messages", texts(room_path.clone()).await),
            ("those before the last", texts(format!("{room_path}?before={}", after["id"])).await),
            ("those after the first", texts(format!("{room_path}?after={}", before["id"])).await),
            ("those after the beginning", texts(format!("{room_path}?after=1")).await),
            ("one after the beginning", texts(format!("{room_path}?after=1&limit=1")).await),
            ("the newest of all rooms", texts("/list-messages/".to_owned()).await),
            ("those of all rooms before the last", texts(format!("/list-messages/?before={}", after["id"])).await),
            ("those of all rooms", texts("/list-messages/?after=1".to_owned()).await),
            ("the changes", Self::within("changed", &user.get(&format!("/list-changes/{room}/?after=0")).await)),
            ("those that a search finds", Self::within("messages", &searches("before").await)),
            (
                "those before the last that a search finds",
                Self::within("messages", &searches(&format!("before&before={}", after["id"])).await),
            ),
            ("the others that a search finds", Self::within("messages", &searches("after").await)),
            ("the new messages among the news", self.news(&news, "messages")),
            ("the changed messages among the news", self.news(&news, "changed")),
            ("the last message among the news", self.last_of_news(&news)),
            ("reading the first message", read(before).await),
            ("reading the last message", read(after).await),
        ]
    }

    fn texts(answer: &Answer) -> Seen {
        match answer.status {
            404 if answer.json()["code"] == "message_not_found" => NoMessage,
            404 => {
                answer.refuses(404, "room_not_found");
                NoRoom
            }
            _ => {
                let answer = answer.is(200);
                let texts = answer.as_array().map(|list| list.iter().map(|message| message["text"].clone()));
                known(texts.into_iter().flatten())
            }
        }
    }

    /// The messages of an answer that has them in a field.
    fn within(field: &str, answer: &Answer) -> Seen {
        if answer.status == 404 {
            answer.refuses(404, "room_not_found");
            return NoRoom;
        }
        let messages = answer.is(200)[field].as_array().unwrap().clone();
        known(messages.into_iter().map(|message| message["text"].clone()))
    }

    /// The texts of a part of the news of the room.
    fn news(&self, news: &Value, part: &str) -> Seen {
        let Some(room) = news["rooms"].get(self.room.to_string()) else {
            assert_eq!(news["gone"], json!([self.room]));
            return NoRoom;
        };
        known(room[part].as_array().unwrap().iter().map(|message| message["text"].clone()))
    }

    fn last_of_news(&self, news: &Value) -> Seen {
        let room = news["rooms"].get(self.room.to_string());
        room.map_or(NoRoom, |room| known(room["room"]["last_message"]["text"].as_str().map(Value::from).into_iter()))
    }

    async fn last_message(&self, user: &User) -> Seen {
        let rooms = user.lists("/list-chatrooms/").await;
        match rooms.iter().find(|listed| listed["id"] == self.room) {
            Some(room) => known(room["last_message"]["text"].as_str().map(Value::from).into_iter()),
            None => NoRoom,
        }
    }
}

/// The texts as constants.
fn known(texts: impl Iterator<Item = Value>) -> Seen {
    let texts: Vec<Value> = texts.collect();
    let all: [&[&str]; 4] = [&[], &["before"], &["after"], &["before", "after"]];
    Texts(all.into_iter().find(|known| texts == *known).unwrap_or_else(|| panic!("{texts:?}")))
}

/// The scene, with everybody who may be near the room.
async fn scene(server: &Server) -> (Scene, [User; 7]) {
    let names = ["ann", "bob", "newcomer", "stranger", "invited", "banned", "removed"];
    let [ann, bob, newcomer, stranger, invited, banned, removed] = server.users(names).await;
    let room = ann.creates_room_with(&[&bob, &removed]).await;
    let before = ann.sends(room, "before").await;
    closes_room(server, room).await;
    removed.leaves(room).await;
    // The room is open for a moment.
    let open = json!({":open": {"S": "open"}});
    crate::support::items::changes_room(server, room, "SET #access = :open", open).await;
    newcomer.joins(room).await;
    closes_room(server, room).await;
    let after = ann.sends(room, "after").await;
    invites(server, &ann, &invited, room).await;
    bans(server, &ann, &banned, room).await;
    for message in [&before, &after] {
        for text in ["changed", message["text"].as_str().unwrap()] {
            let edit = json!({"conversation_id": room, "message_id": message["id"], "text": text});
            ann.post("/edit-message/", &edit).await.is(200);
        }
        for emoji in [json!("👍"), json!(null)] {
            let reaction = json!({"conversation_id": room, "message_id": message["id"], "emoji": emoji});
            ann.post("/react-to-message/", &reaction).await.is(200);
        }
    }
    (Scene { room, before, after }, [ann, bob, newcomer, stranger, invited, banned, removed])
}

/// A member who clears the chat sees what a newcomer sees.
#[tokio::test]
async fn what_is_cleared_is_not_there_for_any_call() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let before = ann.sends(room, "before").await;
    let clear = json!({"conversation_id": room, "cleared": true});
    bob.post("/set-chat/", &clear).await.is(200);
    closes_room(&server, room).await;
    crate::support::items::changes_room(&server, room, "SET #access = :open", json!({":open": {"S": "open"}})).await;
    cem.joins(room).await;
    let after = ann.sends(room, "after").await;
    for message in [&before, &after] {
        let reaction = json!({"conversation_id": room, "message_id": message["id"], "emoji": "👍"});
        ann.post("/react-to-message/", &reaction).await.is(200);
    }
    for user in [&bob, &cem] {
        assert_eq!(user.sees_room(room).await["first_unread"], after["id"], "{}", user.name);
    }
    let scene = Scene { room, before, after };
    assert_eq!(scene.read_by(&bob).await, scene.read_by(&cem).await);
    let [bobs, cems] = [bob.creates_room().await, cem.creates_room().await];
    assert_eq!(passes_on(&bob, &scene, bobs).await, passes_on(&cem, &scene, cems).await);
    for user in [&bob, &cem] {
        let reactions = format!("/list-reactions/{room}/{}/", scene.before["id"]);
        user.get(&reactions).await.refuses(404, "message_not_found");
    }
}

#[tokio::test]
async fn everybody_sees_of_a_room_what_is_theirs() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let (scene, [ann, bob, newcomer, stranger, invited, banned, removed]) = scene(&server).await;

    // In the order of the calls.
    let all = || {
        let (both, first, last) = (Texts(&["before", "after"]), Texts(&["before"]), Texts(&["after"]));
        vec![
            Texts(&["after"]),
            both,
            first,
            last,
            Texts(&["before", "after"]),
            Texts(&["before"]),
            Texts(&["before", "after"]),
            Texts(&["before"]),
            Texts(&["before", "after"]),
            Texts(&["before", "after"]),
            Texts(&["before"]),
            Texts(&["before"]),
            Texts(&["after"]),
            Texts(&["before", "after"]),
            Texts(&["before", "after"]),
            Texts(&["after"]),
            Texts(&[]),
            Texts(&[]),
        ]
    };
    let since_they_joined = || {
        let last = || Texts(&["after"]);
        vec![
            last(),
            last(),
            Texts(&[]),
            last(),
            last(),
            last(),
            last(),
            Texts(&[]),
            last(),
            last(),
            Texts(&[]),
            Texts(&[]),
            last(),
            last(),
            last(),
            last(),
            NoMessage,
            Texts(&[]),
        ]
    };
    let nothing = || -> Vec<Seen> {
        [
            vec![NoRoom, NoRoom, NoRoom, NoRoom, NoRoom, NoRoom],
            vec![Texts(&[]), Texts(&[]), Texts(&[])],
            vec![NoRoom; 9],
        ]
        .into_iter()
        .flatten()
        .collect()
    };
    for (user, expected) in [
        (&ann, all()),
        (&bob, all()),
        (&newcomer, since_they_joined()),
        (&stranger, nothing()),
        (&invited, nothing()),
        (&banned, nothing()),
        (&removed, nothing()),
    ] {
        let read = scene.read_by(user).await;
        assert_eq!(read.len(), expected.len(), "{}", user.name);
        for ((call, seen), expected) in read.into_iter().zip(expected) {
            assert_eq!(seen, expected, "{}: {call}", user.name);
        }
    }
}

/// The quotes, replies and forwards of a user: what they reveal of the message from before, and of the one after.
async fn passes_on(user: &User, scene: &Scene, own: u64) -> Vec<(&'static str, Seen)> {
    let mut seen = Vec::new();
    for (number, message) in [&scene.before, &scene.after].into_iter().enumerate() {
        let body = json!({"conversation_id": scene.room, "text": "a reply", "reply_to": message["id"]});
        let reply = user.post("/send-message/", &body).await;
        let quoted = |message: &Value| known(message["quoted"]["text"].as_str().map(Value::from).into_iter());
        seen.push(("replying", if reply.status == 201 { quoted(&reply.json()) } else { Scene::texts(&reply) }));
        let body = json!({
            "conversation_id": scene.room, "message_id": message["id"], "to": [own], "client_id": number.to_string(),
        });
        let forward = user.post("/forward-message/", &body).await;
        let text = |forward: &Answer| known([forward.json()[0]["message"]["text"].clone()].into_iter());
        seen.push(("forwarding", if forward.status == 200 { text(&forward) } else { Scene::texts(&forward) }));
    }
    seen
}

#[tokio::test]
async fn everybody_quotes_and_forwards_what_they_see() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let (scene, [ann, bob, newcomer, others @ ..]) = scene(&server).await;
    let both = || [Texts(&["before"]), Texts(&["before"]), Texts(&["after"]), Texts(&["after"])];
    for (user, expected) in
        [(&ann, both()), (&bob, both()), (&newcomer, { [NoMessage, NoMessage, Texts(&["after"]), Texts(&["after"])] })]
            .into_iter()
            .chain(others.iter().map(|other| (other, [NoRoom, NoRoom, NoRoom, NoRoom])))
    {
        let own = user.creates_room().await;
        for ((call, seen), expected) in passes_on(user, &scene, own).await.into_iter().zip(expected) {
            assert_eq!(seen, expected, "{}: {call}", user.name);
        }
    }
    // In each list, the newcomer sees the replies to the message from before without it.
    let room = scene.room;
    for path in [
        format!("/list-conversation-messages/{room}/"),
        format!("/list-conversation-messages/{room}/?after=1"),
        format!("/list-conversation-messages/{room}/?limit=1&after={}", scene.after["id"]),
        "/list-messages/".to_owned(),
        "/list-messages/?after=1".to_owned(),
    ] {
        for (reader, sees) in [(&bob, true), (&newcomer, false)] {
            let listed = reader.lists(&path).await;
            let replies = listed.iter().filter(|message| message["reply_to"] == scene.before["id"]);
            let quotes: Vec<_> = replies.map(|reply| !reply["quoted"].is_null()).collect();
            assert!(!quotes.is_empty() && quotes.iter().all(|quoted| *quoted == sees), "{}: {path}", reader.name);
        }
    }
    let body = json!({"conversation_id": room, "text": "last", "reply_to": scene.before["id"]});
    ann.post("/send-message/", &body).await.is(201);
    let quoted = async |reader: &User| reader.sees_room(room).await["last_message"]["quoted"]["text"].clone();
    assert_eq!((quoted(&bob).await, quoted(&newcomer).await), (json!("before"), Value::Null));
}

#[tokio::test]
async fn a_newcomer_reaches_no_message_from_before_even_as_an_admin() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let (Scene { room, before, .. }, [ann, _, newcomer, ..]) = scene(&server).await;
    let role = json!({"conversation_id": room, "user": newcomer.id, "role": "admin"});
    ann.post("/set-role/", &role).await.is(200);
    for (path, mut body) in [
        ("/edit-message/", json!({"text": "mine"})),
        ("/react-to-message/", json!({"emoji": "👍"})),
        ("/delete-message/", json!({"for": "me"})),
        ("/delete-message/", json!({"for": "everyone"})),
    ] {
        (body["conversation_id"], body["message_id"]) = (json!(room), before["id"].clone());
        newcomer.post(path, &body).await.refuses(404, "message_not_found");
    }
    for call in ["list-reactions", "message-info"] {
        newcomer.get(&format!("/{call}/{room}/{}/", before["id"])).await.refuses(404, "message_not_found");
    }
    let mut socket = newcomer.opens_socket(room).await;
    for kind in ["delivered", "read"] {
        let marks = json!([{"conversation": room, "message": before["id"]}]);
        socket.sends(&json!({"type": kind, "marks": marks})).await;
        socket.hears_error("message_not_found").await;
    }
}
