//! Blocks: every sign of a person × blocked in each direction × the places that two people share. A sign is a frame, or
//! a field of an answer, by which one person learns of the other.

use e2e::{Server, Socket, User};
use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::{Value, json};

/// The blocks between the person of whom there are signs, the actor, and the other one, the observer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Blocked {
    Nobody,
    ByActor,
    ByObserver,
    ByBoth,
}

const BLOCKS: [Blocked; 4] = [Blocked::Nobody, Blocked::ByActor, Blocked::ByObserver, Blocked::ByBoth];

/// The rooms that two people share.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Direct,
    Group,
    /// A chat of two, as they were made before there were direct rooms.
    Chat,
}

async fn sets_block(user: &User, other: &User, blocked: bool) {
    user.post("/set-block/", &json!({"user": other.id, "blocked": blocked})).await.is(200);
}

async fn opens(user: &User, other: &User) -> u64 {
    user.post("/open-direct/", &json!({"user": other.id})).await.json()["id"].as_u64().unwrap()
}

impl Blocked {
    async fn set(self, actor: &User, observer: &User) {
        if matches!(self, Self::ByActor | Self::ByBoth) {
            sets_block(actor, observer, true).await;
        }
        if matches!(self, Self::ByObserver | Self::ByBoth) {
            sets_block(observer, actor, true).await;
        }
    }
}

/// A room in which both have written before the block, and the actor has not read the observer's last message.
struct Scene {
    actor: User,
    observer: User,
    room: u64,
    /// The observer's last message.
    unread: Value,
    /// The room as the observer saw it before.
    before: Value,
    at_actors: Socket,
    at_observers: Socket,
    /// Whether the signs must reach the observer.
    flows: bool,
}

impl Scene {
    async fn new(server: &Server, place: Place, blocked: Blocked) -> Self {
        let names = ["actor", "observer", "third"].map(|name| format!("{name}-{place:?}-{blocked:?}"));
        let [actor, observer, third] = server.users(names.each_ref().map(String::as_str)).await;
        let room = match place {
            Place::Direct => opens(&actor, &observer).await,
            Place::Group => actor.creates_group("tea", &[&observer, &third]).await,
            Place::Chat => actor.creates_room_with(&[&observer]).await,
        };
        let hello = actor.sends(room, "hello").await;
        observer.reads(room, &hello).await;
        let read = observer.sends(room, "1").await;
        let unread = observer.sends(room, "2").await;
        actor.reads(room, &read).await;
        let before = observer.sees_room(room).await;
        blocked.set(&actor, &observer).await;
        assert_eq!(observer.sees_room(room).await, before, "a block changes nothing that was seen before");
        let (at_actors, at_observers) = (actor.opens_socket(room).await, observer.opens_socket(room).await);
        let flows = place != Place::Direct || blocked == Blocked::Nobody;
        Self { actor, observer, room, unread, before, at_actors, at_observers, flows }
    }

    /// Whether the observer's next event is of this type. One that must not come is waited for briefly.
    async fn hears(&mut self, kind: &str) -> bool {
        if self.flows {
            return self.at_observers.next_event().await["type"] == kind;
        }
        self.at_observers.stays_silent().await;
        false
    }

    /// Whether the actor's last text is in a list of the observer's.
    async fn lists(&self, path: String) -> bool {
        let listed = self.observer.lists(&path).await;
        // The room's other messages are there in any case.
        assert!(path.contains("after=") || listed.contains(&self.unread), "{path}");
        listed.iter().any(|message| message["text"] == "over a socket")
    }

    async fn field_of_actor(&self, field: &str) -> Value {
        self.observer.sees_member(self.room, &self.actor).await[field].clone()
    }

    /// The time at which the actor received or read the observer's last message.
    async fn receipt(&self, field: &str) -> Value {
        let info = self.observer.lists(&format!("/message-info/{}/{}/", self.room, self.unread["id"])).await;
        let actor = info.into_iter().find(|receipt| receipt["user"] == self.actor.id);
        actor.expect("the actor is a receiver")[field].clone()
    }

    async fn room(&self) -> Value {
        self.observer.sees_room(self.room).await
    }
}

/// Whether a sign reaches the observer.
type Check = for<'a> fn(&'a mut Scene) -> BoxFuture<'a, bool>;

/// The signs that no common room gives to somebody behind a block.
const PRESENCE: &[(&str, Check)] = &[
    ("online in the list of members", |scene| async { scene.field_of_actor("online").await == true }.boxed()),
    ("presence", |scene| {
        async {
            let path = format!("/get-presence/?users={}", scene.actor.id);
            scene.observer.get(&path).await.is(200)[0]["online"] == true
        }
        .boxed()
    }),
];

/// The signs in a room. The later ones are about the messages of the first two.
const SIGNS: &[(&str, Check)] = &[
    ("a message over REST", |scene| {
        async {
            scene.actor.sends(scene.room, "over REST").await;
            scene.hears("message").await
        }
        .boxed()
    }),
    ("a message over a socket", |scene| {
        async {
            scene.at_actors.says(scene.room, "over a socket").await;
            while scene.at_actors.next_of("message").await["text"] != "over a socket" {}
            scene.hears("message").await
        }
        .boxed()
    }),
    ("typing", |scene| {
        async {
            scene.at_actors.sends(&json!({"type": "typing", "conversation": scene.room})).await;
            scene.hears("typing").await
        }
        .boxed()
    }),
    ("a delivered event", |scene| {
        async {
            let marks = json!([{"conversation": scene.room, "message": scene.unread["id"]}]);
            scene.at_actors.sends(&json!({"type": "delivered", "marks": marks})).await;
            scene.hears("delivered").await
        }
        .boxed()
    }),
    ("last_delivered in the list of members", |scene| {
        async { scene.field_of_actor("last_delivered").await == scene.unread["id"] }.boxed()
    }),
    ("the time of delivery", |scene| async { !scene.receipt("delivered_at").await.is_null() }.boxed()),
    ("a read event", |scene| {
        async {
            scene.actor.reads(scene.room, &scene.unread).await;
            scene.hears("read").await
        }
        .boxed()
    }),
    ("the time of reading", |scene| async { !scene.receipt("read_at").await.is_null() }.boxed()),
    ("last_read in the list of members", |scene| {
        async { scene.field_of_actor("last_read").await == scene.unread["id"] }.boxed()
    }),
    ("last_message of the room", |scene| {
        async { scene.room().await["last_message"]["text"] == "over a socket" }.boxed()
    }),
    ("unread of the room", |scene| async { scene.room().await["unread"] == 2 }.boxed()),
    ("the room's place in the list", |scene| {
        async { scene.room().await["updated_at"] != scene.before["updated_at"] }.boxed()
    }),
    ("any field of the room", |scene| async { scene.room().await != scene.before }.boxed()),
    ("the newest messages of the room", |scene| {
        async { scene.lists(format!("/list-conversation-messages/{}/", scene.room)).await }.boxed()
    }),
    ("the later messages of the room", |scene| {
        async {
            let (room, last) = (scene.room, &scene.unread["id"]);
            scene.lists(format!("/list-conversation-messages/{room}/?after={last}")).await
        }
        .boxed()
    }),
    ("the newest messages of all rooms", |scene| async { scene.lists("/list-messages/".to_owned()).await }.boxed()),
    ("the later messages of all rooms", |scene| {
        async { scene.lists(format!("/list-messages/?after={}", scene.unread["id"])).await }.boxed()
    }),
    ("reading the message", |scene| {
        async {
            let messages = scene.actor.sees_messages(scene.room).await;
            let body = json!({"conversation_id": scene.room, "message_ids": [messages.last().unwrap()["id"]]});
            let answer = scene.observer.post("/read-message/", &body).await;
            if answer.status == 200 {
                scene.at_observers.next_of("read").await;
            } else {
                answer.refuses(404, "message_not_found");
            }
            answer.status == 200
        }
        .boxed()
    }),
];

#[tokio::test]
async fn no_sign_in_a_direct_room_and_every_sign_but_presence_in_common_rooms_passes_a_block() {
    let server = Server::start().await;
    for place in [Place::Direct, Place::Group, Place::Chat] {
        for blocked in BLOCKS {
            let mut scene = Scene::new(&server, place, blocked).await;
            for (sign, check) in SIGNS {
                assert_eq!(check(&mut scene).await, scene.flows, "{place:?}, blocked: {blocked:?}: {sign}");
            }
            for (sign, check) in PRESENCE {
                let flows = blocked == Blocked::Nobody;
                assert_eq!(check(&mut scene).await, flows, "{place:?}, blocked: {blocked:?}: {sign}");
            }
            scene.flows = place != Place::Direct;
            scene.actor.leaves(scene.room).await;
            assert_eq!(scene.hears("left").await, scene.flows, "{place:?}, blocked: {blocked:?}: leaving");
        }
    }
}

#[tokio::test]
async fn nobody_is_brought_into_a_room_past_a_block() {
    let server = Server::start().await;
    for blocked in BLOCKS {
        let names = ["actor", "observer"].map(|name| format!("{name}-{blocked:?}"));
        let [actor, observer] = server.users(names.each_ref().map(String::as_str)).await;
        blocked.set(&actor, &observer).await;
        let mut socket = observer.opens_socket_for_all_rooms().await;
        let flows = blocked == Blocked::Nobody;

        let created = actor.creates_room_with(&[&observer]).await;
        let add = async |status: &str| {
            let room = actor.creates_room().await;
            let body = json!({"conversation_id": room, "members": [observer.id]});
            let added = actor.post("/add-members/", &body).await.is(200);
            assert_eq!(added, json!({"results": [{"user": observer.id, "status": status}]}), "{blocked:?}");
            room
        };
        let added = add(if flows { "added" } else { "invited" }).await;
        observer.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
        let invited = add("invited").await;
        if flows {
            for (kind, room) in [("joined", created), ("joined", added), ("invited", invited)] {
                assert_eq!(socket.next_of(kind).await["conversation"], room);
            }
        }
        socket.stays_silent().await;
        let ids = async |path, field: &str| {
            let listed = observer.lists(path).await;
            listed.into_iter().map(|listed| listed[field].as_u64().unwrap()).collect::<Vec<_>>()
        };
        let (mut rooms, invitations) =
            (ids("/list-chatrooms/", "id").await, ids("/list-invitations/", "conversation").await);
        rooms.sort_unstable();
        let expected = if flows { (vec![created, added], vec![invited]) } else { (vec![], vec![]) };
        assert_eq!((rooms, invitations), expected, "{blocked:?}");
        let answer = json!({"conversation_id": invited, "accept": true});
        let answered = observer.post("/answer-invitation/", &answer).await;
        assert_eq!(answered.status, if flows { 200 } else { 404 }, "{blocked:?}");
    }
}

#[tokio::test]
async fn a_direct_room_that_is_opened_past_a_block_is_seen_by_its_opener_alone() {
    let server = Server::start().await;
    for blocked in BLOCKS {
        let names = ["actor", "observer"].map(|name| format!("{name}-{blocked:?}"));
        let [actor, observer] = server.users(names.each_ref().map(String::as_str)).await;
        blocked.set(&actor, &observer).await;
        let mut socket = observer.opens_socket_for_all_rooms().await;
        let room = opens(&actor, &observer).await;
        assert!(observer.lists("/list-chatrooms/").await.is_empty());
        actor.sends(room, "hi").await;
        let flows = blocked == Blocked::Nobody;
        if flows {
            socket.receives("hi").await;
        }
        socket.stays_silent().await;
        assert_eq!(observer.lists("/list-chatrooms/").await.len(), usize::from(flows), "{blocked:?}");
        assert_eq!(opens(&observer, &actor).await, room);
        assert_eq!(observer.sees_messages(room).await.len(), usize::from(flows), "{blocked:?}");
        assert_eq!(observer.sees_room(room).await["unread"], u64::from(flows), "{blocked:?}");
    }
}

#[tokio::test]
async fn invitations_of_before_are_hidden_from_the_user_who_blocks() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    bob.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    ann.creates_room_with(&[&bob]).await;
    for (block, listed) in [(false, 1), (true, 0), (false, 1)] {
        sets_block(&bob, &ann, block).await;
        assert_eq!(bob.lists("/list-invitations/").await.len(), listed);
    }
}

#[tokio::test]
async fn the_messages_of_a_block_stay_hidden_after_it() {
    let server = Server::start().await;
    for blocked in [Blocked::ByActor, Blocked::ByObserver, Blocked::ByBoth] {
        let mut scene = Scene::new(&server, Place::Direct, blocked).await;
        let (actor, observer, room) = (scene.actor.clone(), scene.observer.clone(), scene.room);
        let hidden = [actor.sends(room, "from the actor").await, observer.sends(room, "from the observer").await];
        actor.reads(room, &scene.unread).await;
        for (user, other) in [(&actor, &observer), (&observer, &actor)] {
            sets_block(user, other, false).await;
        }
        for (user, hidden) in [(&actor, &hidden[1]), (&observer, &hidden[0])] {
            for path in [
                format!("/list-conversation-messages/{room}/"),
                format!("/list-conversation-messages/{room}/?after=1"),
                "/list-messages/".to_owned(),
                "/list-messages/?after=1".to_owned(),
            ] {
                let listed = user.lists(&path).await;
                assert!(!listed.contains(hidden) && listed.len() == 4, "{path}: {listed:?}");
            }
            let body = json!({"conversation_id": room, "message_ids": [hidden["id"]]});
            user.post("/read-message/", &body).await.refuses(404, "message_not_found");
            let seen = user.sees_room(room).await;
            assert_ne!(seen["last_message"]["id"], hidden["id"]);
        }
        // The receipt of before stays hidden until there is another one.
        assert_ne!(observer.sees_member(room, &actor).await["last_read"], scene.unread["id"]);
        assert_eq!(scene.at_observers.receives("from the observer").await["receivers"], json!([actor.id]));
        scene.flows = true;
        actor.sends(room, "at last").await;
        assert!(scene.hears("message").await);
        assert_eq!(scene.room().await["unread"], 1);
        scene.at_actors.sends(&json!({"type": "typing", "conversation": room})).await;
        assert!(scene.hears("typing").await);
        assert_eq!(scene.field_of_actor("online").await, true);
        let news = observer.sends(room, "welcome").await;
        assert!(scene.hears("message").await);
        actor.reads(room, &news).await;
        assert!(scene.hears("read").await);
        assert_eq!(scene.field_of_actor("last_read").await, news["id"]);
    }
}
