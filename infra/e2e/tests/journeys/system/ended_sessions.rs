//! Sockets that were open when their sessions ended, and that API Gateway does not close: each frame, after each way in
//! which a session ends.

use std::time::Duration;

use e2e::{Answer, Cost, PASSWORD, Server, Socket, User};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    costs,
    ending::{is_over, none_is_closed},
    rows::{Ask, Row, World},
};

/// The time for which a session lasts that is about to expire: long enough to open sockets.
const SHORTLY: Duration = Duration::from_secs(4);

/// The ways in which a session ends.
#[derive(Clone, Copy, Debug)]
enum Way {
    Expiry,
    Logout,
    LogoutAll,
    ChangePassword,
}

impl Way {
    /// Ends the session of a user.
    async fn ends(self, user: &User) {
        match self {
            Self::Expiry => tokio::time::sleep(SHORTLY).await,
            Self::Logout => user.logs_out().await,
            Self::LogoutAll => drop(user.post("/auth/logout-all/", &json!({})).await.is(200)),
            Self::ChangePassword => {
                let change = json!({"current_password": PASSWORD, "new_password": "staple battery horse correct"});
                user.post("/auth/change-password/", &change).await.is(200);
            }
        }
        Answer::to(user.request(Method::GET, "/list-chatrooms/")).await.refuses(401, "unauthenticated");
    }
}

/// Sets the end of a user's only session to a moment from now.
async fn expires_shortly(user: &User) {
    let of_user = json!({
        "TableName": "SessionsTable", "KeyConditionExpression": "user_id = :user",
        "ExpressionAttributeValues": {":user": {"N": user.id.to_string()}},
    });
    let found = user.server.dynamodb("Query", &of_user).await;
    let [session] = found["Items"].as_array().unwrap().as_slice() else { panic!("one session: {found}") };
    let end = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap() + SHORTLY;
    let update = json!({
        "TableName": "SessionsTable", "Key": {"user_id": session["user_id"], "id": session["id"]},
        "UpdateExpression": "SET expires_at = :end",
        "ExpressionAttributeValues": {":end": {"N": end.as_secs().to_string()}},
    });
    user.server.dynamodb("UpdateItem", &update).await;
}

/// The frames of the authorization matrix.
fn frames(world: &World) -> Vec<Value> {
    let asks = Row::all().into_iter().map(|row| (row.ask)(world));
    asks.filter_map(|ask| if let Ask::Frame(frame) = ask { Some(frame) } else { None }).collect()
}

#[tokio::test]
async fn a_socket_whose_session_has_ended_says_and_hears_nothing_in_each_way_with_each_frame() {
    let Some(server) = Server::local("API Gateway closes sockets there").faults().start().await else { return };
    for (number, way) in [Way::Expiry, Way::Logout, Way::LogoutAll, Way::ChangePassword].into_iter().enumerate() {
        let world = World::new(&server, number).await;
        let (user, other) = (&world.member, &world.other_member);
        if let Way::Expiry = way {
            expires_shortly(user).await;
        }
        let mut sockets: Vec<(Value, Socket)> = Vec::new();
        for frame in frames(&world) {
            sockets.push((frame, user.opens_socket_for_all_rooms().await));
        }
        assert!(sockets.len() >= 3, "{way:?}");
        server.plans(&json!({"rules": [none_is_closed()]})).await;
        way.ends(user).await;

        let mut listener = other.opens_socket(world.room).await;
        let secret = other.sends(world.room, "secret").await;
        listener.receives("secret").await;
        for (frame, socket) in &mut sockets {
            is_over(socket, frame).await;
        }
        listener.stays_silent().await;
        assert_eq!(other.sees_messages(world.room).await.last(), Some(&secret), "{way:?}");

        // As soon as API Gateway closes sockets again, a frame closes its own.
        server.plans(&json!({"rules": []})).await;
        for (frame, socket) in &mut sockets {
            is_over(socket, frame).await;
            socket.is_closed().await;
        }
    }
}

#[tokio::test]
async fn an_invalid_frame_of_an_ended_session_is_refused_for_its_session() {
    let Some(server) = Server::local("API Gateway closes sockets there").faults().start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    server.plans(&json!({"rules": [none_is_closed()]})).await;
    let mut phone = ann.opens_socket(room).await;
    ann.logs_out().await;
    for frame in [r#"{"type":"message","text":7}"#, r#"{"type":"typing","typing":"yes"}"#, r#"{"type":"shout"}"#, "{"] {
        phone.sends_text(frame).await;
        phone.hears_error("unauthenticated").await;
    }
}

#[tokio::test]
async fn what_frames_after_the_end_cost() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    expires_shortly(&ann).await;
    let mut sockets = Vec::new();
    for (function, frame) in [
        ("message", json!({"type": "message", "text": "hi"})),
        ("typing", json!({"type": "typing"})),
        ("marks", json!({"type": "read", "marks": [{"conversation": room, "message": 1}]})),
        ("default", json!({"type": "ping"})),
    ] {
        sockets.push((function, frame, ann.opens_socket(room).await));
    }
    Way::Expiry.ends(&ann).await;
    for (function, frame, mut socket) in sockets {
        is_over(&mut socket, &frame).await;
        socket.is_closed().await;
        // No read: the context of the socket has the end. The error is pushed, and the socket is closed.
        assert_eq!(server.cost(function).await, Cost { pushes: 2, ..Cost::default() }, "{function}");
    }
}
