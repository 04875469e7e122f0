//! `POST /create-chatroom/`

use std::collections::BTreeSet;

use e2e::{Answer, Cost, File, Server, User, assert_has, assert_id, assert_time, crash_points, download};
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    items::{BECAUSE, crowd, invitations, writes_directly},
    membership::are_members,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /create-chatroom/", |_| Ask::Rest(json!({}))));

#[tokio::test]
async fn everything_has_a_default() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.post("/create-chatroom/", &json!({})).await.is(201);
    let id = assert_id(&room["id"]);
    let created_at = room["created_at"].clone();
    assert_time(&created_at);
    assert_has(
        &room,
        &json!({
            "members": [ann.id],
            "type": "chat",
            "name": format!("Chatroom {id}"),
            "description": "This is a chatroom.",
            "created_by": ann.id,
            "updated_at": created_at,
            "members_count": 1, "max_members": 1_024, "access": "open", "history": "all", "owner": ann.id,
            "admins": [], "role": "owner", "only_admins": {"send": false, "edit": false, "add": false},
            "picture": null, "peer": null, "changes": 0,
        }),
    );
}

#[tokio::test]
async fn no_body_is_an_empty_one() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = Answer::to(ann.request(Method::POST, "/create-chatroom/")).await.is(201);
    assert_eq!(room["name"], format!("Chatroom {}", room["id"]));
}

#[tokio::test]
async fn counts_rooms_from_one() {
    let Some(server) = Server::local("its rooms were not counted from one").start().await else { return };
    let ann = server.user("ann").await;
    for id in 1..=3 {
        assert_eq!(ann.creates_room().await, id);
    }
}

#[tokio::test]
async fn everything_can_be_said() {
    let server = Server::start().await;
    let [bob, ann, cem] = server.users(["bob", "ann", "cem"]).await;
    let body = json!({
        "name": "Fun 🎉", "description": "", "type": "group", "max_members": 3,
        // The creator is always a member, and each id counts once.
        "members": [cem.id, ann.id, bob.id, bob.id], "access": "invite", "history": "all",
    });
    let room = ann.post("/create-chatroom/", &body).await.is(201);
    let expected = json!({
        "name": "Fun 🎉", "description": "", "type": "group", "members": [ann.id, bob.id, cem.id], "created_by": ann.id,
        "access": "invite", "history": "all",
    });
    assert_has(&room, &expected);
    for member in [&ann, &bob, &cem] {
        assert_has(&member.sees_room(assert_id(&room["id"])).await, &expected);
    }
}

#[tokio::test]
async fn fields_have_limits() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let long = |length| Value::from("ü".repeat(length));
    for (field, value) in [
        ("name", long(256)),
        ("name", json!(7)),
        ("name", json!(" ")),
        ("name", json!("\u{3164}")),
        ("name", json!("\u{202e}nedraG")),
        ("description", long(1_001)),
        ("type", json!("club")),
        ("type", json!("direct")),
        ("access", json!("closed")),
        ("history", json!("none")),
        ("picture", json!("cat.png")),
        ("max_members", json!(1)),
        ("max_members", json!(1_025)),
        ("max_members", json!("2")),
        ("members", json!(["1"])),
        ("members", json!([0])),
        ("members", json!(1)),
        ("members", json!((1_000..1_050).collect::<Vec<u64>>())),
    ] {
        ann.post("/create-chatroom/", &json!({field: value})).await.blames(field);
    }
    for (field, value) in [
        ("name", long(255)),
        ("description", long(1_000)),
        ("type", json!("chat")),
        ("type", json!("group")),
        ("max_members", json!(2)),
        ("max_members", json!(1_024)),
        ("members", json!([])),
        ("name", Value::Null),
    ] {
        ann.post("/create-chatroom/", &json!({field: value})).await.is(201);
    }
}

#[tokio::test]
async fn unknown_members_are_named_and_no_room_is_made() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let unknown = [9_007_199_254_740_990_u64, 9_007_199_254_740_991];
    let body = json!({"members": [bob.id, unknown[0], unknown[1]]});
    let answer = ann.post("/create-chatroom/", &body).await;
    answer.refuses(404, "user_not_found");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(unknown.iter().all(|id| detail.contains(&id.to_string())), "{detail}");
    assert!(ann.lists("/list-chatrooms/").await.is_empty());
    assert!(bob.lists("/list-chatrooms/").await.is_empty());
}

#[tokio::test]
async fn more_members_than_it_may_have() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let body = |max: u64| json!({"members": [bob.id, cem.id], "max_members": max});
    ann.post("/create-chatroom/", &body(2)).await.blames("members");
    ann.post("/create-chatroom/", &body(3)).await.is(201);
}

#[tokio::test]
async fn each_member_is_told_that_they_are_in() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let mut at_anns = ann.opens_socket_for_all_rooms().await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    for (socket, user) in [(&mut at_anns, &ann), (&mut at_bobs, &bob)] {
        let joined = json!({"type": "joined", "conversation": room, "user": user.id});
        assert_eq!(socket.next_event().await, joined);
        socket.stays_silent().await;
    }
}

#[tokio::test]
async fn a_room_has_the_picture_that_its_creator_has_uploaded_for_one() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with_picture(&File::picture(), &[&bob]).await;
    let listed = bob.sees_room(assert_id(&room["id"])).await["picture"].clone();
    for picture in [&room["picture"], &listed] {
        assert_has(picture, &json!({"content_type": "image/png"}));
        for link in ["url", "thumbnail_url"] {
            download(&picture[link]).await;
        }
    }
    // It cannot become the picture of another room, nor of another user's room.
    let again = json!({"picture": room["picture"]["id"]});
    for user in [&ann, &bob] {
        user.post("/create-chatroom/", &again).await.refuses(400, "attachment_invalid");
    }
    let for_a_message = ann.uploads(ann.creates_room().await, &File::picture()).await;
    ann.post("/create-chatroom/", &json!({"picture": for_a_message})).await.refuses(400, "attachment_invalid");
    assert_eq!(bob.lists("/list-chatrooms/").await.len(), 1);
}

#[tokio::test]
async fn rooms_are_as_closed_as_the_operator_says() {
    let parameters = ["DefaultRoomAccess=invite"];
    let Some(server) = Server::local("its parameters are what they are").parameters(&parameters).start().await else {
        return;
    };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    for (given, expected) in [
        (json!({}), json!({"access": "invite", "history": "joined"})),
        (json!({"access": "open"}), json!({"access": "open", "history": "all"})),
        (json!({"history": "all"}), json!({"access": "invite", "history": "all"})),
    ] {
        let room = ann.post("/create-chatroom/", &given).await.is(201);
        assert_has(&room, &expected);
        let joined = bob.post("/join-chatroom/", &json!({"chatroom_id": room["id"]})).await;
        assert_eq!(joined.status, if room["access"] == "open" { 201 } else { 404 });
    }
}

#[tokio::test]
async fn only_people_who_have_written_to_one_become_members_and_the_others_are_invited() {
    let parameters = ["WhoCanAdd=contacts"];
    let Some(server) = Server::local(BECAUSE).parameters(&parameters).start().await else { return };
    let [ann, friend, stranger, blocker] = server.users(["ann", "friend", "stranger", "blocker"]).await;
    writes_directly(&server, &friend, &ann, 9_001).await;
    writes_directly(&server, &ann, &stranger, 9_002).await;
    let block = json!({
        "user_id": {"N": blocker.id.to_string()}, "blocked_id": {"N": ann.id.to_string()}, "at": {"N": "1"},
    });
    server.dynamodb("PutItem", &json!({"TableName": "BlocksTable", "Item": block})).await;
    let mut sockets = Vec::new();
    for user in [&friend, &stranger, &blocker] {
        sockets.push(user.opens_socket_for_all_rooms().await);
    }
    let room = ann.creates_room_with(&[&friend, &stranger, &blocker]).await;
    are_members(room, &[&ann, &friend], &[&stranger, &blocker]).await;
    assert_eq!(sockets[0].next_of("joined").await["user"], friend.id);
    let invited = json!({"type": "invited", "conversation": room, "by": ann.id});
    assert_eq!(sockets[1].next_event().await, invited);
    sockets[1].stays_silent().await;
    sockets[2].stays_silent().await;
    for (user, expected) in [(&friend, 0), (&stranger, 1), (&blocker, 0)] {
        assert_eq!(invitations(&server, user).await, expected, "{}", user.name);
    }
}

#[tokio::test]
async fn a_user_is_in_500_rooms_at_most() {
    let Some(server) = Server::local("500 rooms would remain").start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let bobs = bob.creates_room().await;
    let rooms: Vec<u64> = stream::iter(0..500).map(|_| ann.creates_room()).buffer_unordered(8).collect().await;
    ann.post("/create-chatroom/", &json!({})).await.refuses(409, "too_many_rooms");
    ann.post("/join-chatroom/", &json!({"chatroom_id": bobs})).await.refuses(409, "too_many_rooms");
    bob.post("/create-chatroom/", &json!({"members": [ann.id]})).await.refuses(409, "too_many_rooms");
    let listed = ann.lists("/list-chatrooms/").await;
    assert_eq!(listed.len(), 500);

    ann.leaves(rooms[0]).await;
    ann.joins(bobs).await;
    ann.post("/create-chatroom/", &json!({})).await.refuses(409, "too_many_rooms");
}

/// One member more than fits into one transaction, together with Bob and the creator.
const MANY: u64 = 48;

async fn rooms(user: &User) -> BTreeSet<u64> {
    user.lists("/list-chatrooms/").await.iter().map(|room| assert_id(&room["id"])).collect()
}

#[tokio::test]
async fn a_room_is_there_for_all_its_members_or_for_none() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let new = json!({"members": [bob.id]});
    let _listening = bob.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "create-chatroom", async |crash| {
        let before = rooms(&ann).await;
        let made = crashes::meets(crash, async || ann.post("/create-chatroom/", &new).await).await.0.is(201);
        let after = rooms(&ann).await;
        assert!(after.contains(&assert_id(&made["id"])));
        // The room of the crashed try may exist too, because a request to create a room has no client id.
        let new: Vec<u64> = after.difference(&before).copied().collect();
        assert!((1..=2).contains(&new.len()), "{new:?}");
        assert_eq!(rooms(&bob).await, after);
        for room in new {
            are_members(room, &[&ann, &bob], &[&cem]).await;
        }
    })
    .await;
    assert!(points >= 12, "{points}");
}

/// The last of the members is invited in the transaction, and joins after it.
#[tokio::test]
async fn a_room_of_many_is_there_for_all_or_for_none() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let crowd = crowd(&server, 1_000, MANY).await;
    let new = json!({"members": crowd.iter().chain([&bob.id]).collect::<Vec<_>>()});
    let points = crash_points(&server, "create-chatroom", async |crash| {
        let before = rooms(&ann).await;
        let made = crashes::meets(crash, async || ann.post("/create-chatroom/", &new).await).await.0.is(201);
        assert_eq!(made["members_count"], MANY + 2);
        let after = rooms(&ann).await;
        assert_eq!(rooms(&bob).await, after);
        for room in after.difference(&before) {
            let members = ann.lists(&format!("/list-members/{room}/")).await;
            let missing = MANY + 2 - members.len() as u64;
            assert!(missing == 0 || missing == 1 && made["id"] != *room, "{room}: {missing} are missing");
            assert_eq!(bob.sends(*room, "hi").await["receivers_count"], MANY + 1 - missing);
        }
    })
    .await;
    assert!(points >= 12, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_room().await;
    // The session and the call; the number of rooms and the change; the id of the room, the room with the membership,
    // the sockets.
    assert_eq!(server.cost("create-chatroom").await, Cost { calls: 7, depth: 5, reads: 2.0, writes: 9.0, pushes: 0 });

    ann.creates_room_with(&[&bob]).await;
    // The others, and their blocks, too.
    assert_eq!(server.cost("create-chatroom").await, Cost { calls: 9, depth: 5, reads: 6.0, writes: 13.0, pushes: 0 });
}
