//! A closed room answers strangers as if it did not exist, in every call that names it.

use e2e::{Answer, File, Server, User};
use serde_json::{Value, json};

use crate::support::items::{BECAUSE, bans, closes_room};

/// Every call that names the room.
async fn tries_everything(user: &User, room: u64, message: &Value) -> Vec<(&'static str, Answer)> {
    vec![
        ("members", user.get(&format!("/list-members/{room}/")).await),
        ("sending", user.tries_to_send(room, "hi").await),
        ("replying", {
            let body = json!({"conversation_id": room, "text": "hi", "reply_to": message["id"]});
            user.post("/send-message/", &body).await
        }),
        ("forwarding", {
            let body = json!({
                "conversation_id": room, "message_id": message["id"], "to": [room], "client_id": "f1",
            });
            user.post("/forward-message/", &body).await
        }),
        ("attaching", user.tries_to_announce(room, &File::picture()).await),
        ("changes", user.get(&format!("/list-changes/{room}/?after=0")).await),
        ("searching", user.get(&format!("/search-messages/?conversation_id={room}&q=secret")).await),
        (
            "editing",
            user.post("/edit-message/", &json!({"conversation_id": room, "message_id": message["id"], "text": "x"}))
                .await,
        ),
        (
            "reacting",
            user.post(
                "/react-to-message/",
                &json!({"conversation_id": room, "message_id": message["id"], "emoji": "👍"}),
            )
            .await,
        ),
        ("reactions", user.get(&format!("/list-reactions/{room}/{}/", message["id"])).await),
        ("receipts", user.get(&format!("/message-info/{room}/{}/", message["id"])).await),
        (
            "deleting",
            user.post("/delete-message/", &json!({"conversation_id": room, "message_id": message["id"], "for": "me"}))
                .await,
        ),
        ("settings", user.post("/set-chat/", &json!({"conversation_id": room, "cleared": true})).await),
        ("joining", user.post("/join-chatroom/", &json!({"chatroom_id": room})).await),
        ("leaving", user.delete(&format!("/leave-chatroom/{room}/")).await),
        ("messages", user.get(&format!("/list-conversation-messages/{room}/")).await),
        (
            "reading",
            user.post("/read-message/", &json!({"conversation_id": room, "message_ids": [message["id"]]})).await,
        ),
    ]
}

#[tokio::test]
async fn a_closed_room_answers_strangers_as_if_it_did_not_exist() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, eve, banned, removed] = server.users(["ann", "eve", "banned", "removed"]).await;
    let room = ann.creates_room_with(&[&removed]).await;
    let message = ann.sends(room, "secret").await;
    closes_room(&server, room).await;
    removed.leaves(room).await;
    bans(&server, &ann, &banned, room).await;
    let mut at_anns = ann.opens_socket(room).await;
    let nowhere = 9_007_199_254_740_991;
    for user in [&eve, &banned, &removed] {
        let there = tries_everything(user, room, &message).await;
        let not_there = tries_everything(user, nowhere, &message).await;
        for ((call, there), (_, not_there)) in there.into_iter().zip(not_there) {
            there.refuses(404, "room_not_found");
            assert_eq!(there.json(), not_there.json(), "{}: {call}", user.name);
        }
        let handshake = user.tries_socket(&format!("room_name={room}")).await.err().unwrap();
        let elsewhere = user.tries_socket(&format!("room_name={nowhere}")).await.err().unwrap();
        assert_eq!(handshake.status, elsewhere.status);
        let mut socket = user.opens_socket_for_all_rooms().await;
        for kind in ["message", "typing"] {
            for room in [room, nowhere] {
                socket.sends(&json!({"type": kind, "conversation": room, "text": "hi"})).await;
                socket.hears_error("room_not_found").await;
            }
        }
        for kind in ["delivered", "read"] {
            for room in [room, nowhere] {
                let marks = json!([{"conversation": room, "message": message["id"]}]);
                socket.sends(&json!({"type": kind, "marks": marks})).await;
                socket.hears_error("room_not_found").await;
            }
        }
    }
    at_anns.stays_silent().await;
    assert_eq!(ann.sees_messages(room).await, [message]);
}

#[tokio::test]
async fn a_banned_person_does_not_join_an_open_room() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, eve] = server.users(["ann", "eve"]).await;
    let room = ann.creates_room().await;
    bans(&server, &ann, &eve, room).await;
    eve.post("/join-chatroom/", &json!({"chatroom_id": room})).await.refuses(404, "room_not_found");
    assert!(eve.lists("/list-chatrooms/").await.is_empty());
}
