//! Changes of rights at the same moment: each one is decided by a single write, and the room is in order afterwards.

use e2e::{Answer, Server, User};
use serde_json::json;
use tokio::join;

use crate::support::{items::BECAUSE, membership::are_sound};

/// The number of times that each race is run.
const RACES: usize = 6;

async fn sets_role(user: &User, other: &User, room: u64, role: &str) -> Answer {
    user.post("/set-role/", &json!({"conversation_id": room, "user": other.id, "role": role})).await
}

async fn removes(user: &User, other: &User, room: u64) -> Answer {
    user.post("/remove-member/", &json!({"conversation_id": room, "user": other.id})).await
}

async fn leaves(user: &User, room: u64) -> Answer {
    user.delete(&format!("/leave-chatroom/{room}/")).await
}

async fn deletes(user: &User, room: u64) -> Answer {
    user.delete(&format!("/delete-chatroom/{room}/")).await
}

/// A room of Ann, its owner, Bob, an admin, Cem and Dan, who has joined last.
struct Club {
    server: Server,
    ann: User,
    bob: User,
    cem: User,
    dan: User,
}

impl Club {
    async fn meets() -> Option<Self> {
        let server = Server::local(BECAUSE).start().await?;
        let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
        Some(Self { server, ann, bob, cem, dan })
    }

    async fn room(&self) -> u64 {
        let room = self.ann.creates_room_with(&[&self.bob, &self.cem]).await;
        self.dan.joins(room).await;
        sets_role(&self.ann, &self.bob, room, "admin").await.is(200);
        room
    }
}

#[track_caller]
fn is_one_of(answer: &Answer, expected: &[u16]) {
    assert!(expected.contains(&answer.status), "{} {}", answer.status, answer.body);
}

#[tokio::test]
async fn the_last_two_admins_leave() {
    let Some(club) = Club::meets().await else { return };
    for _ in 0..RACES {
        let room = club.room().await;
        let (ann, bob) = join!(leaves(&club.ann, room), leaves(&club.bob, room));
        ann.is(200);
        bob.is(200);
        are_sound(&club.server, room).await;
        assert_eq!(club.dan.sees_room(room).await["owner"], club.cem.id);
    }
}

#[tokio::test]
async fn an_owner_leaves_while_handing_over() {
    let Some(club) = Club::meets().await else { return };
    for _ in 0..RACES {
        let room = club.room().await;
        let (left, handed) = join!(leaves(&club.ann, room), sets_role(&club.ann, &club.dan, room, "owner"));
        left.is(200);
        is_one_of(&handed, &[200, 403]);
        are_sound(&club.server, room).await;
        let heir = if handed.status == 200 { &club.dan } else { &club.bob };
        assert_eq!(club.cem.sees_room(room).await["owner"], heir.id);
    }
}

#[tokio::test]
async fn a_member_leaves_while_becoming_the_owner() {
    let Some(club) = Club::meets().await else { return };
    for _ in 0..RACES {
        let room = club.room().await;
        let (left, handed) = join!(leaves(&club.dan, room), sets_role(&club.ann, &club.dan, room, "owner"));
        left.is(200);
        is_one_of(&handed, &[200, 404]);
        are_sound(&club.server, room).await;
    }
}

#[tokio::test]
async fn somebody_leaves_while_being_removed() {
    let Some(club) = Club::meets().await else { return };
    for _ in 0..RACES {
        let room = club.room().await;
        let (left, removed) = join!(leaves(&club.cem, room), removes(&club.bob, &club.cem, room));
        is_one_of(&left, &[200, 403]);
        is_one_of(&removed, &[200, 404]);
        assert!(left.status == 200 || removed.status == 200);
        are_sound(&club.server, room).await;
        assert_eq!(club.ann.sees_room(room).await["members_count"], 3);
    }
}

#[tokio::test]
async fn a_member_becomes_an_admin_while_being_removed() {
    let Some(club) = Club::meets().await else { return };
    for role in ["admin", "owner"].into_iter().cycle().take(RACES) {
        let room = club.room().await;
        let (set, removed) = join!(sets_role(&club.ann, &club.cem, room, role), removes(&club.bob, &club.cem, room));
        is_one_of(&set, &[200, 404]);
        is_one_of(&removed, &[200, 409]);
        assert!(set.status == 200 || removed.status == 200);
        are_sound(&club.server, room).await;
    }
}

#[tokio::test]
async fn two_admins_act_on_each_other() {
    let Some(club) = Club::meets().await else { return };
    let Club { server, ann, bob, cem, .. } = &club;
    for _ in 0..RACES {
        let room = club.room().await;
        sets_role(ann, cem, room, "admin").await.is(200);
        let (one, other) = join!(sets_role(bob, cem, room, "member"), sets_role(cem, bob, room, "member"));
        is_one_of(&one, &[200, 403]);
        is_one_of(&other, &[200, 403]);
        assert_ne!([one.status, other.status], [403, 403]);
        are_sound(server, room).await;
        let admins = ann.sees_room(room).await["admins"].as_array().unwrap().len();
        assert_eq!(admins, [&one, &other].iter().filter(|answer| answer.status == 403).count());

        let room = club.room().await;
        sets_role(ann, cem, room, "admin").await.is(200);
        let (one, other) = join!(removes(bob, cem, room), removes(cem, bob, room));
        is_one_of(&one, &[200, 403]);
        is_one_of(&other, &[200, 403]);
        assert_ne!(one.status, other.status);
        are_sound(server, room).await;
    }
}

#[tokio::test]
async fn a_room_is_deleted_while_others_write_join_leave_and_remove() {
    let Some(club) = Club::meets().await else { return };
    let Club { server, ann, bob, cem, dan } = &club;
    let eve = server.user("eve").await;
    for _ in 0..RACES {
        let room = club.room().await;
        let join = json!({"chatroom_id": room});
        let (deleted, sent, joined, left, removed) = join!(
            deletes(ann, room),
            bob.tries_to_send(room, "hi"),
            eve.post("/join-chatroom/", &join),
            leaves(dan, room),
            removes(bob, cem, room),
        );
        deleted.is(200);
        is_one_of(&sent, &[201, 404]);
        is_one_of(&joined, &[200, 201, 404]);
        is_one_of(&left, &[200, 404]);
        is_one_of(&removed, &[200, 403, 404]);
        for user in [ann, bob, cem, dan, &eve] {
            assert!(user.lists("/list-chatrooms/").await.is_empty(), "{}", user.name);
            user.tries_to_send(room, "hi").await.refuses(404, "room_not_found");
        }
    }
}

#[tokio::test]
async fn a_room_is_deleted_while_being_handed_over() {
    let Some(club) = Club::meets().await else { return };
    let Club { server, ann, bob, cem, .. } = &club;
    for _ in 0..RACES {
        let room = club.room().await;
        let (deleted, handed) = join!(deletes(ann, room), sets_role(ann, bob, room, "owner"));
        is_one_of(&deleted, &[200, 403]);
        is_one_of(&handed, &[200, 404]);
        if deleted.status == 200 {
            cem.tries_to_send(room, "hi").await.refuses(404, "room_not_found");
        } else {
            are_sound(server, room).await;
        }
    }
}
