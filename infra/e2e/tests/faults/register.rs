use std::{cell::RefCell, collections::BTreeSet};

use e2e::{PASSWORD, Server, assert_id, crash_points};
use serde_json::json;

use crate::BECAUSE;

#[tokio::test]
async fn a_name_that_is_taken_is_somebodys_who_can_log_in() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ids = RefCell::new(BTreeSet::new());
    let number = RefCell::new(0);
    let points = crash_points(&server, "register", async |crash| {
        *number.borrow_mut() += 1;
        let name = format!("ann{}", number.borrow());
        let credentials = json!({"username": name, "password": PASSWORD});
        crash.is_near().await;
        let answer = server.post("/auth/register/", &credentials).await;
        if crash.has_struck().await {
            answer.is_broken();
            let again = server.post("/auth/register/", &credentials).await;
            if again.status == 409 {
                again.refuses(409, "username_taken");
            } else {
                again.is(201);
            }
        } else {
            answer.is(201);
        }
        let user = server.logs_in(&name).await;
        assert_eq!(
            user.get(&format!("/find-user/?username={name}")).await.is(200),
            json!({"id": user.id, "username": name})
        );
        assert!(ids.borrow_mut().insert(user.id), "{} is two", user.id);
        let room = user.creates_room().await;
        let members = user.lists(&format!("/list-members/{room}/")).await;
        assert_eq!((members.len(), assert_id(&members[0]["user"])), (1, user.id));
    })
    .await;
    assert!(points >= 6, "{points}");
}
