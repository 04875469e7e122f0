//! The ways into a room: its number, its invite code, being added, an invitation.

use e2e::{Answer, Server, User, assert_id};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::items::{BECAUSE, counted_rooms, invitations, invitations_expire};

#[derive(Clone, Copy, Debug)]
enum Way {
    Number,
    Code,
    Added,
    Invitation,
}

const WAYS: [Way; 4] = [Way::Number, Way::Code, Way::Added, Way::Invitation];

/// Something that happens to the room, or to the guest, before the guest comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Before {
    Nothing,
    Ban,
    BanAndPardon,
    /// The guest was a member.
    Removal,
    InviteReset,
    InviteDisabled,
    RoomFull,
    RoomClosed,
    RoomDeleted,
    InvitationExpired,
    InvitationDeclined,
    /// The guest is a member.
    Joined,
}

/// A room of its owner and another member, with an invite code.
struct Scene<'a> {
    server: &'a Server,
    owner: &'a User,
    guest: &'a User,
    room: u64,
    code: Value,
}

impl<'a> Scene<'a> {
    /// The guest is invited if they come by an invitation, and lets everybody add them otherwise.
    async fn new(server: &'a Server, [owner, member, guest]: [&'a User; 3], way: Way, before: Before) -> Self {
        let most = if before == Before::RoomFull { 2 } else { 9 };
        let new = json!({"members": [member.id], "max_members": most});
        let room = assert_id(&owner.post("/create-chatroom/", &new).await.is(201)["id"]);
        let code = owner.resets_invite(room).await;
        let scene = Self { server, owner, guest, room, code };
        let add = if matches!(way, Way::Invitation) { "nobody" } else { "everyone" };
        guest.post("/set-privacy/", &json!({"add": add})).await.is(200);
        if matches!(way, Way::Invitation) {
            assert_eq!(scene.adds().await.is(200)["results"][0]["status"], "invited");
        }
        scene
    }

    async fn adds(&self) -> Answer {
        self.owner.post("/add-members/", &json!({"conversation_id": self.room, "members": [self.guest.id]})).await
    }

    async fn answers(&self, accept: bool) -> Answer {
        let answer = json!({"conversation_id": self.room, "accept": accept});
        self.guest.post("/answer-invitation/", &answer).await
    }

    /// Tries one way, and returns `in`, or the code of the refusal.
    async fn tries(&self, way: Way) -> String {
        let answer = match way {
            Way::Number => self.guest.post("/join-chatroom/", &json!({"chatroom_id": self.room})).await,
            Way::Code => self.guest.post("/join-chatroom/", &json!({"invite": self.code})).await,
            Way::Invitation => self.answers(true).await,
            Way::Added => self.adds().await,
        };
        let body = answer.json();
        let word = match answer.status {
            200 | 201 => body["results"][0]["status"].as_str().unwrap_or("in"),
            _ => body["code"].as_str().expect("a refusal has a code"),
        };
        if word == "added" { "in".to_owned() } else { word.to_owned() }
    }

    async fn manages(&self, path: &str, mut body: Value) {
        body["conversation_id"] = json!(self.room);
        self.owner.post(path, &body).await.is(200);
    }

    async fn happens(&self, before: Before, way: Way) {
        let guest = self.guest.id;
        match before {
            Before::Nothing | Before::RoomFull => {}
            Before::Ban | Before::BanAndPardon => {
                self.manages("/remove-member/", json!({"user": guest, "ban": true})).await;
                if before == Before::BanAndPardon {
                    self.manages("/remove-member/", json!({"user": guest, "ban": false})).await;
                }
            }
            Before::Removal => {
                assert_eq!(self.tries(way).await, "in");
                self.manages("/remove-member/", json!({"user": guest})).await;
            }
            Before::InviteReset => self.manages("/reset-invite/", json!({})).await,
            Before::InviteDisabled => self.manages("/reset-invite/", json!({"enabled": false})).await,
            Before::RoomClosed => self.manages("/set-room/", json!({"access": "invite"})).await,
            Before::RoomDeleted => {
                self.owner.delete(&format!("/delete-chatroom/{}/", self.room)).await.is(200);
            }
            Before::InvitationExpired => invitations_expire(self.server, self.guest).await,
            Before::InvitationDeclined => {
                self.answers(false).await.is(200);
            }
            Before::Joined => assert_eq!(self.tries(way).await, "in"),
        }
    }

    /// Whether the lists of the guest and of the owner have the guest in the room.
    async fn is_in(&self) -> bool {
        let rooms = self.guest.lists("/list-chatrooms/").await;
        let is_in = rooms.iter().any(|listed| listed["id"] == self.room);
        let members = self.owner.get(&format!("/list-members/{}/", self.room)).await;
        if members.status == 200 {
            let of_guest =
                members.json().as_array().unwrap().iter().filter(|member| member["user"] == self.guest.id).count();
            assert_eq!(of_guest, usize::from(is_in));
        }
        is_in
    }
}

const NO_ROOM: &str = "room_not_found";
const NO_INVITE: &str = "invite_invalid";

#[tokio::test]
async fn each_way_in_is_open_or_closed_whatever_happened_before() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let mut rooms = 0;
    for (before, expected) in [
        (Before::Nothing, ["in"; 4]),
        (Before::Ban, [NO_ROOM, NO_INVITE, "not_accepted", NO_INVITE]),
        // A ban takes the invitation away for ever.
        (Before::BanAndPardon, ["in", "in", "in", NO_INVITE]),
        (Before::Removal, ["in", "in", "in", NO_INVITE]),
        (Before::InviteReset, ["in", NO_INVITE, "in", "in"]),
        (Before::InviteDisabled, ["in", NO_INVITE, "in", "in"]),
        (Before::RoomFull, ["room_full"; 4]),
        (Before::RoomClosed, [NO_ROOM, "in", "in", "in"]),
        (Before::RoomDeleted, [NO_ROOM, NO_INVITE, NO_ROOM, NO_INVITE]),
        (Before::InvitationExpired, ["in", "in", "in", NO_INVITE]),
        (Before::InvitationDeclined, ["in", "in", "in", NO_INVITE]),
        (Before::Joined, ["in"; 4]),
    ] {
        for (way, expected) in WAYS.into_iter().zip(expected) {
            let case = format!("{way:?} after {before:?}");
            let scene = Scene::new(&server, [&ann, &bob, &cem], way, before).await;
            scene.happens(before, way).await;
            assert_eq!(scene.tries(way).await, expected, "{case}");
            assert_eq!(scene.is_in().await, expected == "in", "{case}");
            // A second try gets the same answer, and the room counts once.
            assert_eq!(scene.tries(way).await, expected, "{case}, again");
            if expected == "in" {
                rooms += 1;
                assert_eq!(invitations(&server, &cem).await, 0, "{case}");
            } else {
                invitations_expire(&server, &cem).await;
                assert_eq!(cem.lists("/list-invitations/").await, [] as [Value; 0]);
                scene.answers(false).await.is(200);
            }
            assert_eq!(counted_rooms(&server, &cem).await, rooms, "{case}");
        }
    }
}

#[tokio::test]
async fn a_room_that_was_full_admits_its_guests_later() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    for way in WAYS {
        let scene = Scene::new(&server, [&ann, &bob, &cem], way, Before::RoomFull).await;
        assert_eq!(scene.tries(way).await, "room_full", "{way:?}");
        bob.leaves(scene.room).await;
        assert_eq!(scene.tries(way).await, "in", "{way:?}");
    }
}

#[tokio::test]
async fn admins_alone_add_people_if_the_room_says_so() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    let reserved = json!({"conversation_id": room, "only_admins": {"add": true}});
    ann.post("/set-room/", &reserved).await.is(200);
    ann.post("/set-role/", &json!({"conversation_id": room, "user": bob.id, "role": "admin"})).await.is(200);
    let add = json!({"conversation_id": room, "members": [dan.id]});
    cem.post("/add-members/", &add).await.refuses(403, "not_an_admin");
    cem.post("/reset-invite/", &json!({"conversation_id": room})).await.refuses(403, "not_an_admin");
    bob.resets_invite(room).await;
    assert_eq!(bob.post("/add-members/", &add).await.is(200)["results"][0]["status"], "added");
    // An admin who is none any more has no more rights.
    ann.post("/set-role/", &json!({"conversation_id": room, "user": bob.id, "role": "member"})).await.is(200);
    bob.post("/add-members/", &add).await.refuses(403, "not_an_admin");
    bob.post("/reset-invite/", &json!({"conversation_id": room})).await.refuses(403, "not_an_admin");
}

/// The time at which a sender may send a whole burst again.
async fn pace(server: &Server, user: &User, room: u64) -> Value {
    let key = json!({"TableName": "RoomsTable", "Key": {"id": {"N": room.to_string()}}, "ConsistentRead": true});
    server.dynamodb("GetItem", &key).await["Item"][format!("pace {}", user.id)].clone()
}

#[tokio::test]
async fn leaving_and_coming_back_resets_no_pace() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    for (way, is_removed) in WAYS.into_iter().flat_map(|way| [(way, false), (way, true)]) {
        let scene = Scene::new(&server, [&ann, &bob, &cem], way, Before::Nothing).await;
        assert_eq!(scene.tries(way).await, "in");
        for _ in 0..5 {
            cem.sends(scene.room, "hi").await;
        }
        let used = pace(&server, &cem, scene.room).await;
        assert!(used["N"].is_string(), "{used}");
        if is_removed {
            scene.manages("/remove-member/", json!({"user": cem.id})).await;
        } else {
            cem.leaves(scene.room).await;
        }
        if matches!(way, Way::Invitation) {
            scene.adds().await.is(200);
        }
        assert_eq!(scene.tries(way).await, "in");
        assert_eq!(pace(&server, &cem, scene.room).await, used, "{way:?}, removed: {is_removed}");
    }
}

#[tokio::test]
async fn an_invitation_is_accepted_once() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    for _ in 0..5 {
        let scene = Scene::new(&server, [&ann, &bob, &cem], Way::Invitation, Before::Nothing).await;
        let mut at_bobs = bob.opens_socket(scene.room).await;
        let answers = join_all((0..4).map(|_| scene.answers(true))).await;
        for answer in answers {
            assert_eq!(answer.is(200), json!({"message": "Invitation accepted"}));
        }
        assert_eq!(at_bobs.next_event().await, json!({"type": "joined", "conversation": scene.room, "user": cem.id}));
        at_bobs.stays_silent().await;
        assert!(scene.is_in().await);
    }
    assert_eq!(counted_rooms(&server, &cem).await, 5);
}

#[tokio::test]
async fn an_invitation_is_accepted_or_the_guest_is_banned() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    for _ in 0..8 {
        let scene = Scene::new(&server, [&ann, &bob, &cem], Way::Invitation, Before::Nothing).await;
        let ban = scene.manages("/remove-member/", json!({"user": cem.id, "ban": true}));
        let (outcome, (), again) = tokio::join!(scene.tries(Way::Invitation), ban, scene.tries(Way::Invitation));
        for outcome in [outcome, again] {
            assert!(["in", NO_INVITE].contains(&outcome.as_str()), "{outcome}");
        }
        assert!(!scene.is_in().await, "the ban is the last word");
        assert_eq!(
            (scene.tries(Way::Code).await.as_str(), scene.tries(Way::Invitation).await.as_str()),
            (NO_INVITE, NO_INVITE)
        );
        assert_eq!((invitations(&server, &cem).await, counted_rooms(&server, &cem).await), (0, 0));
    }
}

#[tokio::test]
async fn a_code_is_reset_while_somebody_joins_by_it() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    for _ in 0..8 {
        let scene = Scene::new(&server, [&ann, &bob, &cem], Way::Code, Before::Nothing).await;
        let (outcome, next) = tokio::join!(scene.tries(Way::Code), ann.resets_invite(scene.room));
        assert_eq!(scene.is_in().await, outcome == "in", "{outcome}");
        bob.post("/preview-invite/", &json!({"invite": scene.code})).await.refuses(404, NO_INVITE);
        bob.post("/preview-invite/", &json!({"invite": next})).await.is(200);
    }
}
