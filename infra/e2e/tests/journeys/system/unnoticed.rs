//! A blocked person cannot notice the block: two systems run side by side. In the one, a user is away and shows nobody
//! whether they are online; in the other one they block the person and are busy. The person gets the same answers and frames.

use e2e::{Answer, Server, Socket, User};
use serde_json::{Value, json};

use crate::support::costs;

/// The person, in a system in which Ann is away, or blocks them.
struct World {
    bob: User,
    ann: User,
    /// A user with whom Bob has no direct room.
    cem: User,
    /// Another one, who accepts nobody.
    dan: User,
    room: u64,
    /// Messages of Bob.
    sent: Vec<Value>,
    /// The room as Bob's client knows it when it asks for the news.
    known: Value,
    seen: Vec<(String, Value)>,
}

impl World {
    async fn new(server: &Server, blocks: bool) -> Self {
        let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
        let room = bob.post("/open-direct/", &json!({"user": ann.id})).await.is(201)["id"].as_u64().unwrap();
        let first = bob.sends(room, "1").await;
        ann.reads(room, &first).await;
        let second = ann.sends(room, "2").await;
        let third = bob.sends(room, "3").await;
        for user in [&ann, &dan] {
            user.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
        }
        let of = |message: &Value, fields| of(room, message, fields);
        if blocks {
            for user in [&ann, &cem, &dan] {
                user.post("/set-block/", &json!({"user": bob.id, "blocked": true})).await.is(200);
            }
            ann.post("/edit-message/", &of(&second, json!({"text": "22", "mentions": [bob.id]}))).await.is(200);
            ann.post("/react-to-message/", &of(&third, json!({"emoji": "👎"}))).await.is(200);
            let mut at_anns = ann.opens_socket(room).await;
            at_anns.sends(&json!({"type": "typing", "conversation": room})).await;
            let marks = json!([{"conversation": room, "message": third["id"]}]);
            at_anns.sends(&json!({"type": "delivered", "marks": marks})).await;
            at_anns.stays_silent().await;
            ann.reads(room, &third).await;
            ann.leaves(room).await;
            // The socket stays open at Ann's end.
            tokio::spawn(async move { while at_anns.hears().await.is_some() {} });
        } else {
            for user in [&ann, &cem, &dan] {
                user.post("/set-privacy/", &json!({"online": "nobody", "last_seen": "nobody"})).await.is(200);
            }
            // Two changes that only Ann sees.
            for message in [&second, &third] {
                ann.post("/delete-message/", &of(message, json!({"for": "me"}))).await.is(200);
            }
        }
        let known = json!({"after": 0, "change": 0});
        Self { bob, ann, cem, dan, room, sent: vec![first, third], known, seen: Vec::new() }
    }

    /// Notes an answer: its status and its body.
    fn note(&mut self, call: &str, answer: &Answer) -> Value {
        self.seen.push((format!("{call}: {}", answer.status), alike(answer.json())));
        answer.json()
    }

    async fn gets(&mut self, path: &str) {
        let answer = self.bob.get(path).await;
        self.note(path, &answer);
    }

    async fn posts(&mut self, path: &str, body: Value) -> Value {
        let answer = self.bob.post(path, &body).await;
        self.note(path, &answer)
    }

    /// Notes the next frame of a socket.
    async fn hears(&mut self, socket: &mut Socket) {
        let frame = socket.next_event().await;
        self.seen.push(("a frame".to_owned(), alike(frame)));
    }

    async fn reads_all(&mut self) {
        let room = self.room;
        for path in [
            "/list-chatrooms/".to_owned(),
            format!("/list-members/{room}/"),
            format!("/list-conversation-messages/{room}/"),
            format!("/list-conversation-messages/{room}/?after=1"),
            format!("/list-changes/{room}/?after=0"),
            format!("/search-messages/?conversation_id={room}&q=2"),
            "/list-messages/".to_owned(),
            "/list-messages/?after=1".to_owned(),
            format!("/find-user/?username={}", self.ann.name),
            "/list-invitations/".to_owned(),
            "/list-blocks/".to_owned(),
            format!("/get-presence/?users={},{},{}", self.ann.id, self.cem.id, self.dan.id),
        ] {
            self.gets(&path).await;
        }
        for message in self.sent.clone() {
            let info = self.bob.get(&format!("/message-info/{room}/{}/", message["id"])).await;
            self.note("/message-info/", &info);
        }
        self.syncs().await;
    }

    /// Asks for the news since the last time.
    async fn syncs(&mut self) {
        let room = self.room.to_string();
        let answer = self.posts("/sync/", json!({"rooms": {&room: self.known}, "marks": true})).await;
        let Some(news) = answer["rooms"].get(&room) else { return };
        let last = news["messages"].as_array().and_then(|messages| messages.last());
        if let Some(last) = last {
            self.known["after"] = last["id"].clone();
        }
        self.known["change"] = news["change"].clone();
    }

    /// Changes one of Bob's messages.
    async fn changes(&mut self, socket: &mut Socket, message: &Value) {
        let of = |fields| of(self.room, message, fields);
        let edit = of(json!({"text": "44", "mentions": [self.ann.id]}));
        let reactions = [json!("👍"), json!("🎉"), json!(null)].map(|emoji| of(json!({"emoji": emoji})));
        let deletion = of(json!({"for": "everyone"}));
        self.posts("/edit-message/", edit).await;
        self.hears(socket).await;
        for reaction in reactions {
            self.posts("/react-to-message/", reaction).await;
            self.hears(socket).await;
            let listed = self.bob.get(&format!("/list-reactions/{}/{}/", self.room, message["id"])).await;
            self.note("/list-reactions/", &listed);
            self.reads_all().await;
        }
        self.posts("/delete-message/", deletion).await;
        self.hears(socket).await;
        self.gets(&format!("/list-changes/{}/?after=0", self.room)).await;
    }

    /// Plays everything that Bob can do.
    async fn plays(mut self) -> Vec<(String, Value)> {
        let (room, ann, cem, dan) = (self.room, self.ann.id, self.cem.id, self.dan.id);
        let mut socket = self.bob.opens_socket_for_all_rooms().await;
        self.reads_all().await;
        self.posts("/open-direct/", json!({"user": ann})).await;
        let message = json!({"conversation_id": room, "text": "4", "client_id": "c4"});
        let sent = self.posts("/send-message/", message.clone()).await;
        self.posts("/send-message/", message).await;
        self.sent.push(sent.clone());
        socket.says(room, "5").await;
        self.hears(&mut socket).await;
        self.hears(&mut socket).await;
        let reply = json!({"conversation_id": room, "text": "6", "reply_to": sent["id"], "mentions": [ann]});
        self.posts("/send-message/", reply).await;
        self.hears(&mut socket).await;
        let forward = json!({"conversation_id": room, "message_id": sent["id"], "to": [room], "client_id": "f1"});
        self.posts("/forward-message/", forward).await;
        self.hears(&mut socket).await;
        for settings in [json!({"marked_unread": true, "draft": "See you"}), json!({"pinned": true})] {
            let mut settings = settings;
            settings["conversation_id"] = json!(room);
            self.posts("/set-chat/", settings).await;
            self.hears(&mut socket).await;
        }
        self.changes(&mut socket, &sent).await;
        let mut laptop = self.bob.opens_socket(room).await;
        socket.sends(&json!({"type": "typing", "conversation": room})).await;
        self.hears(&mut laptop).await;
        let marks = json!([{"conversation": room, "message": sent["id"]}]);
        laptop.sends(&json!({"type": "delivered", "marks": marks})).await;
        self.hears(&mut socket).await;
        self.posts("/read-message/", json!({"conversation_id": room, "message_ids": [sent["id"]]})).await;
        self.hears(&mut socket).await;
        self.hears(&mut socket).await;
        self.hears(&mut laptop).await;
        self.hears(&mut laptop).await;
        laptop.closes().await;
        socket.stays_silent().await;
        self.reads_all().await;
        self.posts("/set-chat/", json!({"conversation_id": room, "cleared": true})).await;
        self.hears(&mut socket).await;
        self.reads_all().await;
        // People who are not in a room with Bob yet.
        let direct = self.posts("/open-direct/", json!({"user": cem})).await["id"].clone();
        self.posts("/open-direct/", json!({"user": cem})).await;
        self.posts("/send-message/", json!({"conversation_id": direct, "text": "hi"})).await;
        self.posts("/open-direct/", json!({"user": dan})).await;
        self.cem.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
        self.posts("/create-chatroom/", json!({"members": [ann, cem], "name": "tea", "type": "group"})).await;
        let own = self.bob.creates_room().await;
        self.posts("/add-members/", json!({"conversation_id": own, "members": [ann, cem]})).await;
        for room in [room, direct.as_u64().unwrap()] {
            let left = self.bob.delete(&format!("/leave-chatroom/{room}/")).await;
            self.note("/leave-chatroom/", &left);
        }
        self.gets("/list-chatrooms/").await;
        self.posts("/open-direct/", json!({"user": ann})).await;
        self.reads_all().await;
        self.seen
    }
}

/// The body of a call about a message.
fn of(room: u64, message: &Value, mut fields: Value) -> Value {
    fields["conversation_id"] = json!(room);
    fields["message_id"] = message["id"].clone();
    fields
}

/// A value without its times and ids of messages and memberships, which differ in any case.
fn alike(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, alike(value))).collect(),
        Value::Array(list) => list.into_iter().map(alike).collect(),
        Value::Number(number) if number.as_u64().is_some_and(|number| number > 1 << 40) => json!("an id"),
        Value::String(text) if text.starts_with("20") && text.ends_with('Z') => json!("a time"),
        Value::String(text) => {
            let is_id = |word: &str| word.trim_matches(|letter: char| !letter.is_ascii_digit()).len() > 12;
            text.split(' ').map(|word| if is_id(word) { "an id" } else { word }).collect::<Vec<_>>().join(" ").into()
        }
        value => value,
    }
}

#[tokio::test]
async fn a_blocked_person_gets_the_answers_of_somebody_whose_friend_is_away() {
    let because = "two systems give the same ids";
    let Some(one) = Server::local(because).start().await else { return };
    let Some(other) = Server::local(because).start().await else { return };
    let (away, blocking) = tokio::join!(World::new(&one, false), World::new(&other, true));
    let (away, blocking) = tokio::join!(away.plays(), blocking.plays());
    assert_eq!(away.len(), blocking.len());
    for (away, blocking) in away.into_iter().zip(blocking) {
        assert_eq!(blocking, away);
    }
}

#[tokio::test]
async fn a_block_adds_no_call_that_a_sender_waits_for() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = bob.post("/open-direct/", &json!({"user": ann.id})).await.is(201)["id"].as_u64().unwrap();
    let mut depths = Vec::new();
    for blocked in [false, true] {
        ann.post("/set-block/", &json!({"user": bob.id, "blocked": blocked})).await.is(200);
        bob.sends(room, "hi").await;
        let send = server.cost("send-message").await;
        bob.post("/open-direct/", &json!({"user": ann.id})).await.is(200);
        depths.push((send.depth, server.cost("open-direct").await));
    }
    assert_eq!(depths[0], depths[1]);
}
