//! The key that signs tokens: its rotation and revocation during a conversation, and the permission to read it.

use std::{fs, time::Duration};

use e2e::{Server, Signer, User, key_of};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{repository, template};

const BECAUSE: &str = "tests must not change the signing key of a deployed system";
/// The time within which every function refuses a revoked key.
const REVOKED_WITHIN: Duration = Duration::from_mins(1);
/// The seconds for which an idle instance lives in these tests. A new instance reads the current secret.
const SHORT_LIFE: f64 = 0.1;
const PATIENCE: Duration = Duration::from_secs(30);
/// The statement that lets login, and no other function, read the signing key.
const STATEMENT: &str =
    "            - {Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: !Ref SigningSecret}\n";
/// The lines after it in the role of `login`, which tell it from the one of `refresh`.
const OF_LOGIN: &str = "            - {Effect: Allow, Action: dynamodb:UpdateItem, Resource: !GetAtt SigningKeysTable.Arn}\n\
                        \x20           - {Effect: Allow, Action: [dynamodb:ConditionCheckItem,";

/// Logs in until the token is signed with this key, because running instances read the secret once a minute.
async fn logs_in_with(user: &User, kid: &str) -> User {
    let logged_in = async {
        loop {
            let again = user.logs_in_again().await;
            if key_of(&again.token).as_deref() == Some(kid) {
                return again;
            }
            sleep(Duration::from_millis(500)).await;
        }
    };
    timeout(PATIENCE, logged_in).await.expect("a new instance signs with the new key")
}

/// Rotates as `infra/docs/operations.md` says, "The signing key".
#[tokio::test]
async fn a_rotation_during_a_conversation_logs_nobody_out() {
    let Some(server) = Server::local(BECAUSE).instance_idle(SHORT_LIFE).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut phone = bob.opens_socket(room).await;
    ann.sends(room, "before").await;
    phone.receives("before").await;

    let secret = "n".repeat(64);
    server.puts_signing_secret(&secret).await;
    let new = logs_in_with(&ann, &Signer::new(&secret).key()).await;
    assert_ne!(key_of(&ann.token), key_of(&new.token));
    for user in [&ann, &new, &bob] {
        user.get("/list-chatrooms/").await.is(200);
        user.opens_socket(room).await;
    }
    new.sends(room, "after").await;
    phone.receives("after").await;
    phone.sends(&json!({"type": "message", "text": "over the socket of before"})).await;
    phone.receives("over the socket of before").await;
    ann.sends(room, "with the token of before").await;
    phone.receives("with the token of before").await;
}

/// A running instance has read the keys before the new one was added.
#[tokio::test]
async fn a_new_key_is_believed_at_once_by_instances_that_do_not_know_it() {
    let Some(server) = Server::local(BECAUSE).on_disk().start().await else { return };
    let ann = server.user("ann").await;
    ann.get("/list-chatrooms/").await.is(200);
    let new = Signer::new(&"n".repeat(64));
    let item = json!({
        "purpose": {"S": "access"}, "kid": {"S": new.key()}, "x": {"S": new.public()},
        "expires_at": {"N": "4000000000"},
    });
    let renewed = ann.with_token(new.renewed(&ann.token));
    renewed.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    server.dynamodb("PutItem", &json!({"TableName": "SigningKeysTable", "Item": item})).await;
    renewed.get("/list-chatrooms/").await.is(200);
    ann.get("/list-chatrooms/").await.is(200);
}

/// An operator may make mistakes in the table.
#[tokio::test]
async fn an_item_that_is_no_key_refuses_nobody() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    for (kid, more) in [
        ("mistyped", json!({"revoked_at": {"N": "1800000000"}})),
        ("broken", json!({"x": {"S": "no base64url!"}, "expires_at": {"N": "4000000000"}})),
        ("of other types", json!({"x": {"N": "1"}, "expires_at": {"S": "never"}})),
    ] {
        let mut item = json!({"purpose": {"S": "access"}, "kid": {"S": kid}});
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.dynamodb("PutItem", &json!({"TableName": "SigningKeysTable", "Item": item})).await;
    }
    server.user("ann").await.get("/list-chatrooms/").await.is(200);
}

/// Uses one busy instance, which learns of the revocation last. All functions verify in the same way.
#[tokio::test]
async fn a_key_that_was_revoked_is_refused_within_a_minute() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ann = server.user("ann").await;
    ann.get("/list-chatrooms/").await.is(200);
    server.revokes_key(&key_of(&ann.token).unwrap()).await;
    let revoked = Instant::now();
    loop {
        let answer = ann.get("/list-chatrooms/").await;
        if answer.status == 401 {
            answer.refuses(401, "unauthenticated");
            break;
        }
        answer.is(200);
        assert!(revoked.elapsed() < REVOKED_WITHIN, "a revoked key is still believed");
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(ann.tries_socket("").await.err().unwrap().status, 401);
}

#[tokio::test]
async fn a_key_that_was_revoked_signs_nothing_and_its_successor_does() {
    let Some(server) = Server::local(BECAUSE).instance_idle(SHORT_LIFE).start().await else { return };
    let ann = server.user("ann").await;
    server.revokes_key(&key_of(&ann.token).unwrap()).await;
    let credentials = json!({"username": ann.name, "password": e2e::PASSWORD});
    let refused = async {
        while server.post("/auth/login/", &credentials).await.status != 500 {
            sleep(Duration::from_millis(500)).await;
        }
    };
    timeout(PATIENCE, refused).await.expect("a new instance does not sign with a revoked key");
    server.has_logged("was revoked: rotate the secret").await;

    let secret = "n".repeat(64);
    server.puts_signing_secret(&secret).await;
    let again = ann.logs_in_again().await;
    assert_eq!(key_of(&again.token), Some(Signer::new(&secret).key()));
    again.get("/list-chatrooms/").await.is(200);
}

/// Signing needs a permission that other functions lack.
#[tokio::test]
async fn a_function_without_the_permission_cannot_sign() {
    let granted = repository::read("template.yaml").matches("GetSecretValue").count();
    assert_eq!(granted, 2, "two functions may read the signing key");
    let directory = TempDir::new().unwrap();
    let [less, record] = ["less.yaml", "record"].map(|name| directory.path().join(name));
    fs::write(&less, template::with(&format!("{STATEMENT}{OF_LOGIN}"), OF_LOGIN)).unwrap();
    let Some(server) = Server::local(BECAUSE).template(&less, &record).start().await else { return };
    let credentials = json!({"username": "ann", "password": e2e::PASSWORD});
    server.post("/auth/register/", &credentials).await.is(201);
    server.post("/auth/login/", &credentials).await.refuses(500, "internal");
    server.has_logged("LoginFunction lacks secretsmanager:GetSecretValue").await;
}
