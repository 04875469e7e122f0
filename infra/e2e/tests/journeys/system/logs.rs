//! The subject of each line of the log: who called, from where, in which room.

use std::{process::Command, time::Duration};

use e2e::{PASSWORD, Server, User};
use serde_json::{Value, json};

use crate::support::log::{assert_dated, lines};

const BECAUSE: &str = "its log is elsewhere";
const WRONG: &str = "a wrong password";

/// Waits for a line of a function with this message and user, and returns its fields and its subject. The lines of a
/// function come after its answer.
async fn line(server: &Server, function: &str, message: &str, user: Option<u64>) -> (Value, Value) {
    for _ in 0..500 {
        let matches = |line: &Value| {
            let span = &line["span"];
            span["function"] == function && line["fields"]["message"] == message && span["user"].as_u64() == user
        };
        if let Some(line) = lines(server).into_iter().rfind(matches) {
            let mut subject = line["span"].clone();
            assert_eq!(subject["build"], "manual", "the alarm needs the build of an error");
            subject.as_object_mut().unwrap().retain(|name, _| !["name", "function", "build"].contains(&name.as_str()));
            return (line["fields"].clone(), subject);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{function} logs no `{message}` of {user:?}:\n{}", server.log());
}

/// The subject of a call of a user, whose session has this prefix.
fn subject(user: &User, session: &Value) -> Value {
    json!({"network": "127.0.0.1", "user": user.id, "session": session})
}

fn in_room(mut subject: Value, room: u64) -> Value {
    subject["room"] = json!(room);
    subject
}

#[tokio::test]
async fn each_change_of_who_may_do_what_has_its_subject() {
    let Some(server) = Server::local(BECAUSE).log("json").start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let of_bob = Some(bob.id);
    let (_, registered) = line(&server, "register", "registered", of_bob).await;
    assert_eq!(registered, json!({"network": "127.0.0.1", "user": bob.id}));
    let (_, logged_in) = line(&server, "login", "logged in", of_bob).await;
    let session = &logged_in["session"];
    assert_eq!(session.as_str().map(str::len), Some(8), "{logged_in}");
    assert_eq!(logged_in, subject(&bob, session));

    bob.refreshes().await.is(200);
    assert_eq!(line(&server, "refresh", "refreshed", of_bob).await.1, logged_in);

    let room = ann.creates_room().await;
    bob.joins(room).await;
    bob.leaves(room).await;
    let made = bob.creates_room().await;
    let change = json!({"current_password": PASSWORD, "new_password": "staple battery horse correct"});
    for (function, message, happens) in [
        ("join-chatroom", "joined", in_room(subject(&bob, session), room)),
        ("leave-chatroom", "left", in_room(subject(&bob, session), room)),
        ("create-chatroom", "created a room", in_room(subject(&bob, session), made)),
    ] {
        assert_eq!(line(&server, function, message, of_bob).await.1, happens);
    }
    bob.post("/auth/change-password/", &change).await.is(200);
    let (_, changed) = line(&server, "change-password", "changed the password", of_bob).await;
    assert_eq!(changed, subject(&bob, session));

    for (way, function, message) in
        [("logout", "logout", "logged out"), ("logout-all", "logout-all", "logged out everywhere")]
    {
        let again = ann.logs_in_again().await;
        again.post(&format!("/auth/{way}/"), &json!({})).await.is(200);
        line(&server, function, message, Some(ann.id)).await;
    }
    let again = ann.logs_in_again().await;
    ann.logs_in_again().await.delete(&format!("/end-session/{}/", again.session())).await.is(200);
    line(&server, "end-session", "ended a session", Some(ann.id)).await;
}

#[tokio::test]
async fn each_refusal_has_its_subject() {
    let Some(server) = Server::local(BECAUSE).log("json").start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let cem = server.user("cem").await;
    let of_cem = Some(cem.id);
    let (_, logged_in) = line(&server, "login", "logged in", of_cem).await;
    let cems = subject(&cem, &logged_in["session"]);
    let mut socket = cem.opens_socket_for_all_rooms().await;

    server
        .post("/auth/login/", &json!({"username": ann.name, "password": WRONG}))
        .await
        .refuses(401, "invalid_credentials");
    cem.tries_to_send(room, "hi").await.refuses(403, "not_a_member");
    cem.get(&format!("/list-members/{room}/")).await.refuses(403, "not_a_member");
    socket.says(room, "hi").await;
    socket.hears_error("not_a_member").await;
    assert_eq!(cem.tries_socket(&format!("room_name={room}")).await.err().unwrap().status, 403);
    for (function, code, user, subject) in [
        ("login", "invalid_credentials", None, json!({"network": "127.0.0.1"})),
        ("send-message", "not_a_member", of_cem, in_room(cems.clone(), room)),
        ("list-members", "not_a_member", of_cem, in_room(cems.clone(), room)),
        ("message", "not_a_member", of_cem, in_room(cems.clone(), room)),
        ("authorize", "not_a_member", of_cem, in_room(cems.clone(), room)),
    ] {
        let (fields, found) = line(&server, function, "refused", user).await;
        assert_eq!((&fields["code"], found), (&json!(code), subject), "{function}");
    }
    server.get("/docs/nothing.js").await.refuses(404, "not_found");
    assert_eq!(line(&server, "docs", "refused", None).await.1, json!({"network": "127.0.0.1"}));
    // The token of an ended session still names its user.
    bob.logs_out().await;
    bob.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    let (_, ended) = line(&server, "logout", "logged out", Some(bob.id)).await;
    let (fields, found) = line(&server, "list-chatrooms", "refused", Some(bob.id)).await;
    assert_eq!((&fields["code"], found), (&json!("unauthenticated"), ended));
}

#[tokio::test]
async fn each_way_into_a_room_has_its_subject() {
    let Some(server) = Server::local(BECAUSE).log("json").start().await else { return };
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    let of = async |user: &User| {
        let (_, logged_in) = line(&server, "login", "logged in", Some(user.id)).await;
        subject(user, &logged_in["session"])
    };
    for guest in [&bob, &dan] {
        guest.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    }
    let room = ann.creates_room().await;
    let code = ann.resets_invite(room).await;
    let add = json!({"conversation_id": room, "members": [bob.id]});
    ann.post("/add-members/", &add).await.is(200);
    bob.post("/answer-invitation/", &json!({"conversation_id": room, "accept": true})).await.is(200);
    dan.post("/answer-invitation/", &json!({"conversation_id": room, "accept": false})).await.is(200);
    dan.post("/answer-invitation/", &json!({"conversation_id": room, "accept": true}))
        .await
        .refuses(404, "invite_invalid");
    cem.post("/join-chatroom/", &json!({"invite": code})).await.is(201);
    ann.post("/reset-invite/", &json!({"conversation_id": room, "enabled": false})).await.is(200);
    dan.post("/preview-invite/", &json!({"invite": code})).await.refuses(404, "invite_invalid");
    dan.post("/join-chatroom/", &json!({"invite": code})).await.refuses(404, "invite_invalid");
    for (function, message, user) in [
        ("reset-invite", "reset the invite code", &ann),
        ("reset-invite", "disabled the invite code", &ann),
        ("add-members", "an addition to a room", &ann),
        ("answer-invitation", "accepted an invitation", &bob),
        ("answer-invitation", "declined an invitation", &dan),
        ("answer-invitation", "refused", &dan),
        ("join-chatroom", "joined", &cem),
        ("join-chatroom", "refused", &dan),
        ("preview-invite", "refused", &dan),
    ] {
        let (fields, found) = line(&server, function, message, Some(user.id)).await;
        assert_eq!(found, in_room(of(user).await, room), "{function}");
        if function == "add-members" {
            assert_eq!((&fields["member"], &fields["status"]), (&json!(bob.id.to_string()), &json!("invited")));
        }
    }
    let (random, log) = (code.as_str().unwrap().split_once('.').unwrap().1.to_owned(), server.log());
    assert!(!log.contains(&random), "an invite code is in the log");
}

#[tokio::test]
async fn in_text_the_subject_precedes_the_message() {
    let Some(server) = Server::local(BECAUSE).log("text").start().await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    ann.tries_to_send(room + 1, "hi").await.refuses(404, "room_not_found");
    server.has_logged("refused code=\"room_not_found\"").await;
    let log = server.log();
    let line = log.lines().find(|line| line.contains("room_not_found")).unwrap();
    for part in
        ["function=\"send-message\"", "network=127.0.0.1", &format!("user={}", ann.id), &format!("room={}", room + 1)]
    {
        assert!(line.contains(part), "{part}: {line}");
    }
}

/// Lambda filters by level, and CloudWatch finds a line by its time. So they do if a function cannot start.
#[tokio::test]
async fn each_line_has_a_time_and_a_level() {
    let Some(server) = Server::local(BECAUSE).logging("json").start().await else { return };
    let ann = server.user("ann").await;
    ann.tries_to_send(1, "hi").await.refuses(404, "room_not_found");
    line(&server, "send-message", "refused", Some(ann.id)).await;
    let lines = lines(&server);
    assert!(lines.iter().any(|line| line["level"] == "DEBUG"), "{lines:?}");
    lines.iter().for_each(assert_dated);
    for (executable, handler, message) in [("rest", "login", "the function cannot run"), ("docs", "docs", "a panic")] {
        let variables = [("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("_HANDLER", handler)];
        let mut function = Command::new(harness::executables().join(executable));
        let output = function.env_clear().envs(variables).output().unwrap();
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_dated(&line);
        assert_eq!((&line["level"], &line["fields"]["message"]), (&json!("ERROR"), &json!(message)));
        assert!(!output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
}

/// The trace that X-Ray has of a call, and the id that its client got.
#[tokio::test]
async fn each_line_has_the_ids_of_its_trace_and_of_its_request() {
    let Some(server) = Server::local(BECAUSE).log("json").start().await else { return };
    let answer = server.get("/list-chatrooms/").await;
    line(&server, "list-chatrooms", "refused", None).await;
    let lines = lines(&server);
    let outer = &lines.iter().rfind(|line| line["fields"]["message"] == "refused").unwrap()["spans"][0];
    assert_eq!(outer["requestId"].as_str(), answer.header("x-request-id"));
    assert!(outer["xrayTraceId"].as_str().unwrap().starts_with("Root=1-"), "{outer}");
}
