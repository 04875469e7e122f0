//! The conventions of every call.

use e2e::{Answer, File, PASSWORD, Server, User, assert_time};
use reqwest::{Method, header};
use serde_json::json;

use crate::support::openapi::{calls, paths_with_body, with_ids};

async fn post_bytes(user: &User, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = user.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json").body(body);
    Answer::to(request).await
}

#[tokio::test]
async fn a_route_is_served_with_and_without_its_slash() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for path in ["/list-chatrooms", "/list-messages"] {
        ann.get(path).await.is(200);
        ann.get(&format!("{path}/")).await.is(200);
    }
    for path in ["/list-members", "/list-conversation-messages"] {
        ann.get(&format!("{path}/{room}")).await.is(200);
        ann.get(&format!("{path}/{room}/")).await.is(200);
    }
    ann.get(&format!("/find-user?username={}", ann.name)).await.is(200);
    ann.post("/create-attachment", &File::picture().announcement(room)).await.is(201);
    ann.post("/create-chatroom", &json!({})).await.is(201);
    ann.post("/join-chatroom", &json!({"chatroom_id": room})).await.is(200);
    let message = ann.post("/send-message", &json!({"conversation_id": room, "text": "hi"})).await.is(201);
    ann.post("/read-message", &json!({"conversation_id": room, "message_ids": [message["id"]]})).await.is(200);
    ann.delete(&format!("/leave-chatroom/{room}")).await.is(200);
    let bob = json!({"username": server.name("bob"), "password": PASSWORD});
    server.post("/auth/register", &bob).await.is(201);
    server.post("/auth/login", &bob).await.is(200);
    ann.post("/auth/logout", &json!({})).await.is(200);
}

#[tokio::test]
async fn there_is_nothing_below_a_route() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let public = ["/auth/register", "/auth/login", "/auth/refresh"].map(|path| (Method::POST, path));
    let public = public.into_iter().chain([(Method::GET, "/version")]);
    let public = public.map(|(method, path)| (method, path.to_owned()));
    for (method, route) in calls().into_iter().chain(public) {
        let path = with_ids(&route, &room.to_string(), "1");
        for more in ["/more", "/more/", "/1"] {
            let request = ann.request(method.clone(), &format!("{path}{more}"));
            Answer::to(request).await.refuses(404, "not_found");
        }
    }
    // These calls had no effect.
    assert_eq!(ann.lists("/list-chatrooms/").await.len(), 1);
}

#[tokio::test]
async fn an_id_in_a_path_is_an_integer() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for id in ["abc", "1.5", "-1", "0", "1e3", "18446744073709551616", "%20", "+1"] {
        for (method, route) in calls().iter().filter(|(_, route)| route.contains('{')) {
            let path = with_ids(route, id, id);
            let answer = Answer::to(ann.request(method.clone(), &path)).await;
            assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
            assert!(answer.json()["code"].as_str().unwrap().ends_with("not_found"), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn no_route_or_another_method_is_not_served() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for (method, path) in [(Method::POST, "/"), (Method::GET, "/nothing"), (Method::PUT, "/send-message")] {
        let answer = Answer::to(ann.request(method, path)).await;
        assert!(matches!(answer.status, 404 | 405), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_body_is_json() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for path in paths_with_body() {
        for body in ["{", "hello", "{\"text\":}", "{} {}"] {
            post_bytes(&ann, &path, body).await.refuses(400, "malformed_json");
        }
        post_bytes(&ann, &path, b"{\"text\":\"\xff\"}".to_vec()).await.refuses(400, "malformed_json");
        for body in ["[]", "7", "null", "\"hello\""] {
            post_bytes(&ann, &path, body).await.refuses(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn a_compressed_body_is_refused_before_it_is_read() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let post = async |path: &str, encodings: &[&str]| {
        let request = ann.request(Method::POST, path).json(&json!({"conversation_id": room, "text": "hi"}));
        let request = encodings.iter().fold(request, |request, one| request.header(header::CONTENT_ENCODING, *one));
        Answer::to(request).await
    };
    for path in paths_with_body() {
        for encodings in [&["gzip"][..], &["GZIP"], &["identity, br"], &["identity", "deflate"], &["unheard-of"]] {
            let answer = post(&path, encodings).await;
            answer.refuses(415, "unsupported_encoding");
            assert_eq!(answer.header("accept-encoding"), Some("identity"));
        }
    }
    for encodings in [&["identity"][..], &["Identity, identity"], &[""]] {
        post("/send-message/", encodings).await.is(201);
    }
}

#[tokio::test]
async fn an_empty_body_is_an_empty_object() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for (path, field) in [
        ("/auth/register/", "username"),
        ("/auth/login/", "username"),
        ("/auth/refresh/", "refresh_token"),
        ("/join-chatroom/", "chatroom_id"),
        ("/send-message/", "conversation_id"),
        ("/read-message/", "conversation_id"),
    ] {
        post_bytes(&ann, path, "").await.blames(field);
    }
    post_bytes(&ann, "/create-chatroom/", "").await.is(201);
}

#[tokio::test]
async fn a_body_has_at_most_128_kilobytes() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let message = format!("{{\"conversation_id\":{room},\"text\":\"hi\"}}");
    // Space after a JSON text counts for the size of the body alone.
    let body = |bytes: usize| message.clone() + &" ".repeat(bytes - message.len());
    post_bytes(&ann, "/send-message/", body(128 * 1024)).await.is(201);
    for path in paths_with_body() {
        post_bytes(&ann, &path, body(128 * 1024 + 1)).await.refuses(413, "payload_too_large");
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let bob = json!({"username": server.name("bob"), "password": PASSWORD, "more": {"and": ["more"]}});
    server.post("/auth/register/", &bob).await.is(201);
    server.post("/auth/login/", &bob).await.is(200);
    let room = ann.post("/create-chatroom/", &json!({"more": 1, "id": 7_000})).await.is(201);
    assert_ne!(room["id"], 7_000);
    let id = &room["id"];
    ann.post("/join-chatroom/", &json!({"chatroom_id": id, "more": 1})).await.is(200);
    let message = json!({"conversation_id": id, "text": "hi", "sender": 7_000, "sequence": 9});
    let message = ann.post("/send-message/", &message).await.is(201);
    assert_eq!((&message["sender"], &message["sequence"]), (&json!(ann.id), &json!(1)));
    let read = json!({"conversation_id": id, "message_ids": [message["id"]], "more": null});
    ann.post("/read-message/", &read).await.is(200);
}

#[tokio::test]
async fn a_list_is_asked_for_with_sane_numbers() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let said = ann.sends(room, "hi").await;
    for path in ["/list-messages/".to_owned(), format!("/list-conversation-messages/{room}/")] {
        for limit in ["0", "101", "-1", "ten", "1.5", ""] {
            ann.get(&format!("{path}?limit={limit}")).await.blames("limit");
        }
        for field in ["before", "after"] {
            for id in ["x", "", "-1", "9007199254740992"] {
                ann.get(&format!("{path}?{field}={id}")).await.blames(field);
            }
            ann.get(&format!("{path}?{field}=9007199254740991&limit=100")).await.is(200);
        }
        ann.get(&format!("{path}?before=0")).await.blames("before");
        let all = ann.lists(&format!("{path}?after=0")).await;
        assert_eq!(all, std::slice::from_ref(&said), "{path}");
        ann.get(&format!("{path}?before=7&after=7")).await.refuses(400, "invalid_request");
        ann.get(&format!("{path}?limit=1&more=1")).await.is(200);
    }
}

#[tokio::test]
async fn answers_are_written_in_the_order_of_the_documentation() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let bob = json!({"username": server.name("bob"), "password": PASSWORD});
    let room = ann.creates_room().await;
    let create = ann.post("/create-chatroom/", &json!({})).await;
    let join = ann.post("/join-chatroom/", &json!({"chatroom_id": room})).await;
    let send = ann.tries_to_send(room, "hi").await;
    let members = ann.get(&format!("/list-members/{room}/")).await;
    let find = ann.get(&format!("/find-user/?username={}", ann.name)).await;
    let [register, login] = [server.post("/auth/register/", &bob).await, server.post("/auth/login/", &bob).await];
    let refused = server.get("/list-chatrooms/").await;
    for (answer, fields) in [
        (register, "id username"),
        (login, "message access_token token_type expires_in user id username"),
        (create, "id members type name description created_by created_at updated_at"),
        (join, "id conversation user"),
        (
            send,
            "id conversation sender receivers attachment_picture attachment_video text created_at updated_at \
             sequence client_id",
        ),
        (find, "id username"),
        (members, "user username joined_at last_delivered last_read online"),
        (refused, "type title status detail code"),
    ] {
        let places: Vec<_> = fields.split(' ').map(|field| answer.body.find(&format!("\"{field}\":"))).collect();
        assert!(places.is_sorted() && places.iter().all(Option::is_some), "not {fields}: {}", answer.body);
    }
}

#[tokio::test]
async fn times_are_utc_in_milliseconds() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let message = ann.sends(room, "hi").await;
    let listed = ann.sees_room(room).await;
    for object in [&message, &listed, &listed["last_message"]] {
        assert_time(&object["created_at"]);
        assert_time(&object["updated_at"]);
    }
}

#[tokio::test]
async fn every_request_has_an_id_of_its_own() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        for answer in [ann.get("/list-chatrooms/").await, server.get("/list-chatrooms/").await] {
            ids.push(answer.header("x-request-id").unwrap().to_owned());
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 6);
}

#[tokio::test]
async fn a_requests_id_finds_it_in_the_log() {
    let Some(server) = Server::local("the log of a deployed system is in CloudWatch").start().await else { return };
    let ann = server.user("ann").await;
    let mut phone = ann.opens_socket_for_all_rooms().await;
    phone.sends_text("hello").await;
    let by_socket = phone.next_of("error").await["request_id"].as_str().unwrap().to_owned();
    let answers = [ann.get("/list-chatrooms/").await, server.get("/list-chatrooms/").await];
    let by_rest = answers.map(|answer| answer.header("x-request-id").unwrap().to_owned());
    for id in by_rest.into_iter().chain([by_socket]) {
        server.has_logged(&id).await;
    }
}

#[tokio::test]
async fn a_browser_is_told_what_it_may_call() {
    let server = Server::start().await;
    for (method, route) in calls() {
        let preflight = server
            .request(Method::OPTIONS, &(with_ids(&route, "1", "1") + "/"))
            .header(header::ORIGIN, "https://chat.example")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, method.as_str())
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type");
        let answer = Answer::to(preflight).await;
        assert!(matches!(answer.status, 200 | 204), "{route}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let allows = |name: &str, value: &str| {
            let list = answer.header(name).unwrap_or_default().to_lowercase();
            list.split(',').any(|item| item.trim() == value.to_lowercase())
        };
        assert!(allows("access-control-allow-methods", method.as_str()), "{answer:?}");
        // The last seven are added by tracing and by older libraries.
        for header in "authorization content-type baggage sentry-trace traceparent tracestate x-amzn-trace-id \
                       x-request-id x-requested-with"
            .split(' ')
        {
            assert!(allows("access-control-allow-headers", header), "{header}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_browser_may_read_answers_and_errors() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for request in [ann.request(Method::GET, "/list-chatrooms/"), server.request(Method::GET, "/list-chatrooms/")] {
        let answer = Answer::to(request.header(header::ORIGIN, "https://chat.example")).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{answer:?}");
        let exposed = answer.header("access-control-expose-headers").unwrap_or_default().to_lowercase();
        for name in ["link", "retry-after", "www-authenticate", "x-request-id"] {
            assert!(exposed.contains(name), "{name} is not in {exposed:?}");
        }
    }
}

#[tokio::test]
async fn a_browser_keeps_no_answer_and_takes_it_for_what_it_says() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for request in [ann.request(Method::GET, "/list-chatrooms/"), server.request(Method::GET, "/list-chatrooms/")] {
        let answer = Answer::to(request).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=63072000; includeSubDomains"));
    }
}
