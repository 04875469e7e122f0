//! What changes nothing: asked again, it gives what it gave before.

use e2e::{Crash, Server, User, crash_points};

use crate::BECAUSE;

fn asked_again(user: &User, path: String) -> impl AsyncFn(&Crash<'_>) {
    async move |crash| {
        let before = user.get(&path).await;
        crash.is_near().await;
        let answer = user.get(&path).await;
        if crash.has_struck().await {
            answer.is_broken();
        } else {
            answer.is(200);
        }
        let again = user.get(&path).await;
        assert_eq!((again.is(200), again.next()), (before.is(200), before.next()));
    }
}

#[tokio::test]
async fn every_list_is_the_same_again() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    bob.creates_room_with(&[&ann]).await;
    let first = ann.sends(room, "one").await["id"].clone();
    ann.sends(room, "two").await;
    let asked = |path: String| asked_again(&ann, path);
    let after = asked(format!("/list-messages/?limit=1&after={first}"));
    let points = [
        crash_points(&server, "find-user", asked("/find-user/?username=bob".to_owned())).await,
        crash_points(&server, "list-members", asked(format!("/list-members/{room}/"))).await,
        crash_points(&server, "list-chatrooms", asked("/list-chatrooms/".to_owned())).await,
        crash_points(&server, "list-messages", asked("/list-messages/?limit=1".to_owned())).await,
        crash_points(&server, "list-messages", after).await,
        crash_points(&server, "list-conversation-messages", asked(format!("/list-conversation-messages/{room}/")))
            .await,
    ];
    // Two for each call: what each list asks is in the costs of the journeys.
    let least = [4, 10, 8, 8, 8, 6];
    assert!(points.iter().zip(least).all(|(points, least)| *points >= least), "{points:?}");
}

#[tokio::test]
async fn what_shows_files_calls_nobody() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    server.plans(&serde_json::json!({"rules": [{"fault": "kill_before"}]})).await;
    for path in ["/", "/docs"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    assert_eq!(server.fired().await, [0]);
}
