//! Items that were stored before a rule, which would refuse them today.

use e2e::{PASSWORD, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn item(server: &Server, table: &str, key: Value) -> Value {
    let found = server.dynamodb("GetItem", &json!({"TableName": table, "Key": key})).await;
    assert!(found["Item"].is_object(), "{found}");
    found["Item"].clone()
}

async fn put(server: &Server, table: &str, item: Value) {
    server.dynamodb("PutItem", &json!({"TableName": table, "Item": item})).await;
}

#[tokio::test]
async fn a_user_with_a_name_of_before_stays() {
    let Some(server) = Server::local("its tables are not for tests").start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    // Letters of two scripts and an invisible one, and the same folded.
    let (old, folded) = ("Bοb\u{3164}", "bοb\u{1160}");
    let rename = async |table: &str, key: Value, new_key: Option<&str>, name: &str| {
        let mut item = item(&server, table, key).await;
        if let Some(new_key) = new_key {
            item["username"] = json!({"S": new_key});
        }
        item[name] = json!({"S": old});
        put(&server, table, item).await;
    };
    let by_name = json!({"username": {"S": bob.name}});
    rename("UsernamesTable", by_name.clone(), Some(folded), "display_name").await;
    rename("CredentialsTable", by_name, Some(folded), "display_name").await;
    rename("UsersTable", json!({"id": {"N": bob.id.to_string()}}), None, "username").await;

    let login = json!({"username": format!(" {old}"), "password": PASSWORD});
    let body = server.post("/auth/login/", &login).await.is(200);
    let user = json!({"id": bob.id, "username": old});
    assert_eq!(body["user"], user);
    let bob = bob.with_token(body["access_token"].as_str().unwrap().to_owned());
    let change = json!({"current_password": PASSWORD, "new_password": "another long password"});
    bob.post("/auth/change-password/", &change).await.is(200);
    assert_eq!(ann.get("/find-user/?username=B%CE%BFb%E3%85%A4").await.is(200), user);
    let room = ann.creates_room_with(&[&bob]).await;
    assert_eq!(ann.sees_member(room, &bob).await["username"], old);
}

#[tokio::test]
async fn texts_and_names_of_before_are_listed() {
    let Some(server) = Server::local("its tables are not for tests").start().await else { return };
    let ann = server.user("ann").await;
    for (name, text) in [("\u{1}room", "a\0text"), ("\u{202e}\u{3164}", " \u{200b}")] {
        let room = ann.creates_room().await;
        let sent = ann.sends(room, "hi").await;
        let mut item_of_room = item(&server, "RoomsTable", json!({"id": {"N": room.to_string()}})).await;
        item_of_room["name"] = json!({"S": name});
        item_of_room["description"] = json!({"S": "x".repeat(2000)});
        put(&server, "RoomsTable", item_of_room).await;
        let key = json!({"room_id": {"N": room.to_string()}, "id": {"N": sent["id"].to_string()}});
        let mut message = item(&server, "MessagesTable", key).await;
        message["text"] = json!({"S": text});
        put(&server, "MessagesTable", message).await;

        // The descriptions have the rules of today, so the answers are not compared with them.
        let listed = ann.request(Method::GET, "/list-chatrooms/").send().await.unwrap();
        let rooms: Vec<Value> = listed.json().await.unwrap();
        let shown = rooms.iter().find(|shown| shown["id"] == room).unwrap();
        assert_eq!((&shown["name"], &shown["last_message"]["text"]), (&json!(name), &json!(text)));
        assert_eq!(ann.sees_messages(room).await[0]["text"], text);
        ann.sends(room, "and on it goes").await;
    }
}

/// Hashes of passwords as they were received, which nobody could register today in this form.
const HASHES: [(&str, &str); 4] = [
    (
        "Ka\u{308}sekuchen 99",
        "$argon2id$v=19$m=19456,t=2,p=1$wINDu5toFIcJSikoD1PZNw$RsmCwIKv8NGEj4Q3lFEa3GlH5VLXEhaW1gpDD69aTHI",
    ),
    (
        "one\u{a0}two\u{a0}three",
        "$argon2id$v=19$m=19456,t=2,p=1$QKrb5JZIy6jrSjY2N6+Cfw$HQAD4CgPCrOdXZ3AfpKJz8J2kRzbOIel9Xn1oo5TM7U",
    ),
    (
        "pass\u{200b}word 99",
        "$argon2id$v=19$m=19456,t=2,p=1$5WY6Ular0lURzW0Pr9QeeA$du0acEeBg13QZOT04V0Bw5AzpY56dwY5f4DswngPSGY",
    ),
    ("        ", "$argon2id$v=19$m=19456,t=2,p=1$lRLKH3eKsqOq9cdC5o5+mA$qtzBXCzChPkNnwTWoaSexBci0rll7ZPgd8KWQN7tadI"),
];

#[tokio::test]
async fn a_password_of_before_logs_in_and_can_be_changed() {
    let Some(server) = Server::local("its tables are not for tests").start().await else { return };
    for (number, (password, hash)) in HASHES.into_iter().enumerate() {
        let name = format!("user{number}");
        server.user(&name).await;
        let mut credentials = item(&server, "CredentialsTable", json!({"username": {"S": name}})).await;
        credentials["password_hash"] = json!({"S": hash});
        put(&server, "CredentialsTable", credentials).await;

        let login = |password: &str| json!({"username": name, "password": password});
        let token = server.post("/auth/login/", &login(password)).await.is(200)["access_token"].clone();
        server.post("/auth/login/", &login(PASSWORD)).await.refuses(401, "invalid_credentials");
        let change = json!({"current_password": password, "new_password": PASSWORD});
        let change = server.request(Method::POST, "/auth/change-password/").json(&change);
        e2e::Answer::to(change.bearer_auth(token.as_str().unwrap())).await.is(200);
        server.post("/auth/login/", &login(PASSWORD)).await.is(200);
        server.post("/auth/login/", &login(password)).await.refuses(401, "invalid_credentials");
    }
}
