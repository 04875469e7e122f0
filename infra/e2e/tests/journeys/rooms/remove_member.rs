//! `POST /remove-member/`

use e2e::{Answer, Cost, Server, User, assert_has, crash_points};
use serde_json::json;

use crate::support::{
    connections, costs, crashes,
    items::{BECAUSE, counted_rooms, invitations, invites, writes_directly},
    membership::are_members,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_admins("POST /remove-member/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "user": world.other_member.id, "ban": true})
)));

async fn asks(user: &User, other: &User, room: u64) -> Answer {
    user.post("/remove-member/", &json!({"conversation_id": room, "user": other.id, "ban": true})).await
}

#[tokio::test]
async fn the_user_and_the_room_get_their_events() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_anns = ann.opens_socket(room).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    assert_eq!(asks(&ann, &bob, room).await.is(200), json!({"message": "Member removed"}));
    assert_eq!(
        at_anns.next_of("left").await,
        json!({"type": "left", "conversation": room, "user": bob.id, "by": ann.id})
    );
    let removed = json!({"type": "removed", "conversation": room, "by": ann.id, "banned": true});
    assert_eq!(at_bobs.next_of("removed").await, removed);
}

async fn removes(user: &User, other: &User, room: u64, ban: serde_json::Value) -> Answer {
    user.post("/remove-member/", &json!({"conversation_id": room, "user": other.id, "ban": ban})).await
}

#[tokio::test]
async fn the_removed_one_is_out_of_everything_and_can_come_back() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let (mut bound, mut free) = (bob.opens_socket(room).await, bob.opens_socket_for_all_rooms().await);
    removes(&ann, &bob, room, json!(null)).await.is(200);
    let removed = json!({"type": "removed", "conversation": room, "by": ann.id, "banned": false});
    assert_eq!([bound.next_event().await, free.next_event().await], [removed.clone(), removed]);
    bound.is_closed().await;
    ann.sends(room, "is he gone?").await;
    free.says(room, "no").await;
    free.hears_error("not_a_member").await;
    free.stays_silent().await;
    are_members(room, &[&ann], &[&bob]).await;
    bob.joins(room).await;
    are_members(room, &[&ann, &bob], &[]).await;
}

#[tokio::test]
async fn a_ban_blocks_every_way_in_until_it_is_lifted() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    invites(&server, &ann, &cem, room).await;
    for user in [&bob, &cem] {
        removes(&ann, user, room, json!(true)).await.is(200);
        removes(&ann, user, room, json!(true)).await.is(200);
        user.post("/join-chatroom/", &json!({"chatroom_id": room})).await.refuses(404, "room_not_found");
    }
    assert_eq!(invitations(&server, &cem).await, 0);
    for user in [&bob, &cem] {
        removes(&ann, user, room, json!(false)).await.is(200);
        removes(&ann, user, room, json!(false)).await.is(200);
        assert_eq!(ann.sees_room(room).await["members"].as_array().unwrap().len(), 1);
    }
    bob.joins(room).await;
    cem.joins(room).await;
    are_members(room, &[&ann, &bob, &cem], &[]).await;
}

#[tokio::test]
async fn members_remove_nobody_and_nobody_removes_the_owner() {
    let server = Server::start().await;
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.creates_room_with(&[&bob, &cem, &dan]).await;
    for admin in [&bob, &cem] {
        ann.post("/set-role/", &json!({"conversation_id": room, "user": admin.id, "role": "admin"})).await.is(200);
    }
    for ban in [json!(null), json!(true)] {
        removes(&dan, &bob, room, ban.clone()).await.refuses(403, "not_an_admin");
        removes(&bob, &ann, room, ban.clone()).await.refuses(409, "owner_stays");
        removes(&ann, &ann, room, ban).await.refuses(409, "owner_stays");
    }
    removes(&dan, &bob, room, json!(false)).await.refuses(403, "not_an_admin");
    removes(&bob, &cem, room, json!(null)).await.is(200);
    assert_has(&ann.sees_room(room).await, &json!({"owner": ann.id, "admins": [bob.id], "members_count": 3}));
    removes(&bob, &cem, room, json!(null)).await.refuses(404, "user_not_found");
    for ban in [json!(null), json!(true)] {
        let nobody = json!({"conversation_id": room, "user": 9_007_199_254_740_991_u64, "ban": ban});
        bob.post("/remove-member/", &nobody).await.refuses(404, "user_not_found");
    }
}

#[tokio::test]
async fn nobody_is_removed_from_a_direct_room() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    writes_directly(&server, &ann, &bob, 4242).await;
    for ban in [json!(null), json!(true), json!(false)] {
        removes(&ann, &bob, 4242, ban).await.refuses(403, "not_an_admin");
    }
}

#[tokio::test]
async fn the_log_names_actor_target_and_room() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    asks(&ann, &bob, room).await.is(200);
    server.has_logged(&format!("a member is removed member={} banned=true", bob.id)).await;
    let log = server.log();
    let line = log.lines().find(|line| line.contains("a member is removed")).unwrap();
    for part in [format!("user={}", ann.id), format!("room={room}")] {
        assert!(line.contains(&part), "{line}");
    }
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    asks(&bob, &bob, room).await.refuses(403, "not_a_member");
    asks(&bob, &bob, 9_007_199_254_740_991).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_anns = ann.opens_socket(room).await;
    let call = async { asks(&ann, &bob, room).await.is(200) };
    connections::meets_dead_socket("left", &ann, &mut at_anns, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/remove-member/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("user");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let _listening = ann.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "remove-member", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let mut at_bobs = bob.opens_socket(room).await;
        crashes::meets(crash, async || asks(&ann, &bob, room).await).await.0.is(200);
        at_bobs.is_closed().await;
        are_members(room, &[&ann], &[&bob]).await;
        bob.post("/join-chatroom/", &json!({"chatroom_id": room})).await.refuses(404, "room_not_found");
        assert_eq!(counted_rooms(&server, &bob).await, 0);
        ann.leaves(room).await;
    })
    .await;
    assert!(points >= 14, "{points}");
}

#[tokio::test]
async fn a_removal_that_is_made_again_finds_nobody() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "remove-member", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let mut at_bobs = bob.opens_socket(room).await;
        match crashes::meets(crash, async || removes(&ann, &bob, room, json!(null)).await).await {
            // Bob had been removed when the answer was lost.
            (again, true) if again.status == 404 => again.refuses(404, "user_not_found"),
            (answer, _) => drop(answer.is(200)),
        }
        at_bobs.is_closed().await;
        are_members(room, &[&ann], &[&bob]).await;
        bob.joins(room).await;
        are_members(room, &[&ann, &bob], &[]).await;
        bob.leaves(room).await;
        ann.leaves(room).await;
    })
    .await;
    assert!(points >= 14, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_anns = ann.opens_socket(room).await;
    asks(&ann, &bob, room).await.is(200);
    assert_eq!(at_anns.next_of("left").await["conversation"], room);
    // The session and the call; the room; the room with the membership, the count, the ban and the invitation; all
    // sockets and those of the user.
    let cost = Cost { calls: 6, depth: 4, reads: 4.0, writes: 11.0, pushes: 1 };
    assert_eq!(server.cost("remove-member").await, cost);
}
