//! `POST /set-room/`

use e2e::{Answer, Cost, File, Server, User, assert_has, crash_points, download};
use serde_json::{Value, json};

use crate::support::{
    connections, costs, crashes,
    erasing::FullRoom,
    items::{BECAUSE, grows, writes_directly},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /set-room/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "name": "Garden"})
)));

async fn asks(user: &User, room: u64) -> Answer {
    user.post("/set-room/", &json!({"conversation_id": room, "name": "Garden"})).await
}

#[tokio::test]
async fn a_member_gets_the_answer_and_the_room_the_event() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket(room).await;
    assert_eq!(asks(&ann, room).await.is(200)["name"], "Garden");
    assert_eq!(at_bobs.next_of("room").await["conversation"], room);
}

async fn sets(user: &User, room: u64, change: &Value) -> Answer {
    let mut body = change.clone();
    body["conversation_id"] = room.into();
    user.post("/set-room/", &body).await
}

#[tokio::test]
async fn only_the_given_settings_change() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let before = ann.sees_room(room).await;
    let mut at_bobs = bob.opens_socket(room).await;
    let changes = [
        json!({"name": "Garden"}),
        json!({"description": ""}),
        json!({"access": "invite"}),
        json!({"history": "joined"}),
        json!({"only_admins": {"send": true}}),
        json!({"only_admins": {"edit": true}}),
        json!({"only_admins": {"send": false}, "access": "open"}),
        json!({"only_admins": {"edit": false}, "history": "all"}),
    ];
    let mut expected = before.clone();
    for (count, change) in (1..).zip(&changes) {
        for (name, value) in change.as_object().unwrap() {
            match value.as_object() {
                Some(parts) => parts.iter().for_each(|(part, value)| expected[name][part] = value.clone()),
                None => expected[name] = value.clone(),
            }
        }
        expected["changes"] = count.into();
        let after = sets(&ann, room, change).await.is(200);
        for (name, value) in after.as_object().unwrap() {
            assert_eq!(*value, expected[name], "{name} after {change}");
        }
        let event = at_bobs.next_of("room").await;
        assert_eq!((&event["change"], &event["room"]["changes"]), (&count.into(), &count.into()));
        // It is so already.
        assert_eq!(sets(&ann, room, change).await.is(200), after);
    }
    assert_eq!(sets(&ann, room, &json!({})).await.is(200)["changes"], changes.len());
    at_bobs.stays_silent().await;
}

#[tokio::test]
async fn members_edit_unless_only_admins_may_and_the_rest_is_for_admins() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    ann.post("/set-role/", &json!({"conversation_id": room, "user": cem.id, "role": "admin"})).await.is(200);
    let edits = [json!({"name": "A"}), json!({"description": "B"}), json!({"remove_picture": true})];
    for edit in &edits {
        sets(&bob, room, edit).await.is(200);
    }
    let rights = [
        json!({"access": "invite"}),
        json!({"history": "joined"}),
        json!({"only_admins": {"add": true}}),
        json!({"name": "C", "only_admins": {"send": false}}),
    ];
    for change in &rights {
        sets(&bob, room, change).await.refuses(403, "not_an_admin");
    }
    sets(&cem, room, &json!({"only_admins": {"edit": true}})).await.is(200);
    for edit in &edits {
        sets(&bob, room, edit).await.refuses(403, "not_an_admin");
        sets(&cem, room, edit).await.is(200);
    }
    sets(&ann, room, &json!({"name": "D"})).await.is(200);
}

#[tokio::test]
async fn only_admins_write_and_type_if_the_room_says_so() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    ann.post("/set-role/", &json!({"conversation_id": room, "user": cem.id, "role": "admin"})).await.is(200);
    sets(&cem, room, &json!({"only_admins": {"send": true}})).await.is(200);
    let (mut at_bobs, mut at_cems) = (bob.opens_socket(room).await, cem.opens_socket(room).await);
    bob.tries_to_send(room, "hi").await.refuses(403, "not_an_admin");
    at_bobs.says(room, "hi").await;
    at_bobs.hears_error("not_an_admin").await;
    at_bobs.sends(&json!({"type": "typing", "conversation": room, "typing": true})).await;
    at_bobs.hears_error("not_an_admin").await;
    let message = cem.sends(room, "hi").await;
    for socket in [&mut at_bobs, &mut at_cems] {
        socket.receives("hi").await;
    }
    ann.sends(room, "I too").await;
    bob.reads(room, &message).await;
    // An admin who is one no longer writes no more.
    ann.post("/set-role/", &json!({"conversation_id": room, "user": cem.id, "role": "member"})).await.is(200);
    cem.tries_to_send(room, "hi").await.refuses(403, "not_an_admin");
    sets(&ann, room, &json!({"only_admins": {"send": false}})).await.is(200);
    bob.sends(room, "hi").await;
}

#[tokio::test]
async fn history_for_all_reveals_nothing_from_before() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room().await;
    sets(&ann, room, &json!({"history": "joined"})).await.is(200);
    ann.sends(room, "one").await;
    bob.joins(room).await;
    ann.sends(room, "two").await;
    sets(&ann, room, &json!({"history": "all"})).await.is(200);
    ann.sends(room, "three").await;
    cem.joins(room).await;
    let texts = async |user: &User| -> Vec<Value> {
        user.sees_messages(room).await.iter().map(|message| message["text"].clone()).collect()
    };
    assert_eq!(texts(&cem).await, ["three"]);
    assert_eq!(texts(&bob).await, ["two", "three"]);
    assert_eq!(texts(&ann).await, ["one", "two", "three"]);
    // Closed and opened again, the bound is that of the second time.
    sets(&ann, room, &json!({"history": "joined"})).await.is(200);
    sets(&ann, room, &json!({"history": "all"})).await.is(200);
    cem.leaves(room).await;
    cem.joins(room).await;
    assert!(texts(&cem).await.is_empty());
}

#[tokio::test]
async fn a_picture_is_set_replaced_and_removed() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let mut room = FullRoom::of(&ann, &bob).await;
    let picture = bob.uploads_for_a_room(&File::picture()).await;
    room.gets(&server, &picture).await;
    sets(&ann, room.id, &json!({"picture": picture})).await.refuses(400, "attachment_invalid");
    let announced = bob.post("/create-attachment/", &File::picture().announcement(None)).await.is(201);
    sets(&bob, room.id, &json!({"picture": announced["id"]})).await.refuses(400, "attachment_invalid");
    let other = ann.creates_room_with(&[&bob]).await;
    let shown = sets(&bob, room.id, &json!({"picture": picture})).await.is(200);
    for link in ["url", "thumbnail_url"] {
        download(&shown["picture"][link]).await;
    }
    // Those of the message and of the new picture.
    assert_eq!(room.objects(&server).await.len(), 4);
    assert_eq!(sets(&bob, room.id, &json!({"picture": picture})).await.is(200)["changes"], 1);
    sets(&bob, other, &json!({"picture": picture})).await.refuses(400, "attachment_invalid");
    let both = json!({"picture": picture, "remove_picture": true});
    sets(&bob, room.id, &both).await.blames("remove_picture");
    let shown = sets(&bob, room.id, &json!({"remove_picture": true})).await.is(200);
    assert_has(&shown, &json!({"picture": null, "changes": 2}));
    assert_eq!(room.objects(&server).await.len(), 2);
    sets(&bob, room.id, &json!({"picture": picture})).await.refuses(400, "attachment_invalid");
}

#[tokio::test]
async fn changes_of_a_large_room_have_its_pace() {
    // Twelve seconds of pushes may come at once: an event to 1,024 members, and the next one.
    let Some(server) = Server::local(BECAUSE).parameters(&["PushesPerSecond=100"]).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    grows(&server, room, [ann.id, bob.id].into_iter().chain(1000..2022).collect()).await;
    for name in ["A", "B"] {
        sets(&ann, room, &json!({"name": name})).await.is(200);
    }
    let busy = sets(&ann, room, &json!({"name": "C"})).await;
    busy.refuses(429, "room_busy");
    assert!(busy.retry_after() > 0);
    let set_role = json!({"conversation_id": room, "user": bob.id, "role": "admin"});
    ann.post("/set-role/", &set_role).await.refuses(429, "room_busy");
    bob.tries_to_send(room, "hi").await.refuses(429, "room_busy");
    let remove = json!({"conversation_id": room, "user": bob.id});
    ann.post("/remove-member/", &remove).await.is(200);
    // The removal is a change, too.
    assert_eq!(sets(&ann, room, &json!({"name": "B"})).await.is(200)["changes"], 3);
}

#[tokio::test]
async fn a_direct_room_has_no_settings() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    writes_directly(&server, &ann, &bob, 4242).await;
    for change in [json!({"name": "A"}), json!({"access": "open"}), json!({"remove_picture": true})] {
        sets(&ann, 4242, &change).await.refuses(403, "not_an_admin");
    }
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    asks(&bob, room).await.refuses(403, "not_a_member");
    asks(&bob, 9_007_199_254_740_991).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket(room).await;
    let call = async { asks(&ann, room).await.is(200) };
    connections::meets_dead_socket("room", &bob, &mut at_bobs, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/set-room/", &json!({})).await;
    empty.blames("conversation_id");
}

#[tokio::test]
async fn a_name_has_a_visible_character_and_none_that_turns_it_around() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for name in ["", " ", "\u{2800}", "\u{200b}", "\u{2066}Garden\u{2069}"] {
        sets(&ann, room, &json!({"name": name})).await.blames("name");
    }
    sets(&ann, room, &json!({"name": " גן\u{200f} ", "description": " "})).await.is(200);
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let _listening = bob.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "set-room", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let (answer, _) = crashes::meets(crash, async || asks(&ann, room).await).await;
        assert_has(&answer.is(200), &json!({"name": "Garden", "changes": 1}));
        ann.leaves(room).await;
        bob.leaves(room).await;
    })
    .await;
    assert!(points >= 10, "{points}");
}

#[tokio::test]
async fn a_picture_that_is_set_again_replaces_the_old_one() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "set-room", async |crash| {
        let mut room = FullRoom::of(&ann, &bob).await;
        let picture = ann.uploads_for_a_room(&File::picture()).await;
        room.gets(&server, &picture).await;
        let change = json!({"picture": picture});
        let (answer, _) = crashes::meets(crash, async || sets(&ann, room.id, &change).await).await;
        let shown = answer.is(200);
        assert_eq!((&shown["picture"]["id"], &shown["changes"]), (&json!(picture), &json!(1)));
        download(&ann.sees_room(room.id).await["picture"]["url"]).await;
        // An old picture that stayed is erased with the room.
        room.was_deleted_by(&ann).await;
        room.is_to_be_erased(&server).await;
        room.is_erased(&server).await;
    })
    .await;
    assert!(points >= 20, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket(room).await;
    asks(&ann, room).await.is(200);
    assert_eq!(at_bobs.next_of("room").await["conversation"], room);
    // The session and the call; the room, the change, the sockets.
    let cost = Cost { calls: 5, depth: 4, reads: 3.0, writes: 2.0, pushes: 1 };
    assert_eq!(server.cost("set-room").await, cost);
}
