use std::cell::RefCell;

use e2e::{Answer, PASSWORD, Server, User, crash_points};
use serde_json::json;

use crate::{BECAUSE, ending::ends};

async fn login(user: &User, password: &str) -> Answer {
    user.server.post("/auth/login/", &json!({"username": user.name, "password": password})).await
}

async fn logs_in(user: &User, password: &str) -> User {
    let login = login(user, password).await.is(200);
    user.with_token(login["access_token"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_change_that_is_tried_again_is_made_and_leaves_nothing_to_whoever_knew_the_old_password() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let passwords = RefCell::new(vec![PASSWORD.to_owned()]);
    let points = crash_points(&server, "change-password", async |crash| {
        let old = passwords.borrow().last().unwrap().clone();
        let new = format!("{PASSWORD} {}", passwords.borrow().len());
        let [phone, laptop] = [logs_in(&ann, &old).await, logs_in(&ann, &old).await];
        let body = json!({"current_password": old, "new_password": new});
        let change = async || phone.post("/auth/change-password/", &body).await;
        let [mut one, mut two] = [phone.opens_socket(room).await, laptop.opens_socket_for_all_rooms().await];
        ends(crash, &[&phone, &laptop], [&mut one, &mut two], change).await;
        login(&ann, &old).await.refuses(401, "invalid_credentials");
        passwords.borrow_mut().push(new);
    })
    .await;
    // The session, the hash and the attempts, the sessions, the other ones, the hash, the attempts, the sessions, the own one,
    // the sockets, two that are closed and then forgotten.
    assert!(points >= 28, "{points}");
    let last = passwords.borrow().last().unwrap().clone();
    logs_in(&ann, &last).await;
}
