//! How often a user may call, change rooms and upload. By default, journeys have no such limits.

use std::time::Duration;

use e2e::{Answer, File, PASSWORD, Server, User};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::time::sleep;

const BECAUSE: &str = "its parameters are fixed";

/// Calls until a call is refused. Returns the number of answers before, and the refusal.
async fn calls_too_much(user: &User) -> (usize, Answer) {
    let calls = join_all((0..40).map(|_| user.get("/list-chatrooms/"))).await;
    let (answered, mut refused): (Vec<_>, Vec<_>) = calls.into_iter().partition(|answer| answer.status == 200);
    (answered.len(), refused.pop().expect("some of forty calls are refused"))
}

#[tokio::test]
async fn all_calls_of_a_user_share_one_pace() {
    let Some(server) = Server::local(BECAUSE).parameters(&["CallsPerSecond=1"]).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let (answered, refused) = calls_too_much(&ann).await;
    refused.refuses(429, "rate_limited");
    assert!((5..20).contains(&answered), "five at once, and one for each second that they took: {answered}");
    assert!((1..=5).contains(&refused.retry_after()), "{refused:?}");
    // With another session, another path, another method: the same user.
    let laptop = ann.logs_in_again().await;
    let calls = join_all((0..20).map(|_| laptop.get("/list-messages/"))).await;
    assert!(calls.iter().any(|answer| answer.status == 429), "{calls:?}");
    // Nobody else.
    bob.get("/list-chatrooms/").await.is(200);
}

#[tokio::test]
async fn a_socket_that_floods_is_closed_and_another_one_can_be_opened() {
    let Some(server) = Server::local(BECAUSE).parameters(&["CallsPerSecond=1"]).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let [mut flood, mut bobs] = [ann.opens_socket_for_all_rooms().await, bob.opens_socket(room).await];
    let ping = json!({"type": "ping"});
    for _ in 0..10 {
        flood.sends(&ping).await;
    }
    while flood.next_event().await["type"] != "error" {}
    // A client that goes on, whatever it hears.
    for _ in 0..200 {
        flood.tries_to_send_any(ping.to_string().into()).await;
    }
    flood.is_closed().await;
    let mut again = ann.opens_socket_for_all_rooms().await;
    bobs.sends(&ping).await;
    bobs.next_of("pong").await;
    // Until the frames that were on their way are served, and one more is allowed.
    sleep(Duration::from_secs(3)).await;
    again.sends(&ping).await;
    again.next_of("pong").await;
}

#[tokio::test]
async fn a_user_who_calls_too_much_still_ends_their_sessions() {
    let Some(server) = Server::local(BECAUSE).parameters(&["CallsPerSecond=1"]).start().await else { return };
    let ann = server.user("ann").await;
    let [phone, laptop] = [ann.logs_in_again().await, ann.logs_in_again().await];
    calls_too_much(&ann).await;
    phone.logs_out().await;
    let change = json!({"current_password": PASSWORD, "new_password": "staple battery horse correct"});
    laptop.post("/auth/change-password/", &change).await.is(200);
    // Their tokens are refused as such, and use up nothing.
    for ended in [&ann, &phone, &laptop] {
        for answer in join_all((0..10).map(|_| ended.get("/list-chatrooms/"))).await {
            answer.refuses(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn rooms_are_created_and_joined_at_one_pace() {
    let Some(server) = Server::local(BECAUSE).parameters(&["RoomChangesPerHour=24"]).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = bob.creates_room().await;
    ann.creates_room().await;
    ann.joins(room).await;
    for refused in [
        ann.post("/create-chatroom/", &json!({})).await,
        ann.post("/join-chatroom/", &json!({"chatroom_id": room + 1})).await,
    ] {
        refused.refuses(429, "rate_limited");
        // Two at once, and one every 150 s.
        assert!((60..=150).contains(&refused.retry_after()), "{refused:?}");
    }
    ann.sends(room, "hi").await;
    ann.leaves(room).await;
}

#[tokio::test]
async fn adding_and_accepting_count_and_declining_does_not() {
    let Some(server) = Server::local(BECAUSE).parameters(&["RoomChangesPerHour=24"]).start().await else { return };
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.creates_room().await;
    bob.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    let add = async |members: &[&User]| {
        let ids: Vec<u64> = members.iter().map(|member| member.id).collect();
        ann.post("/add-members/", &json!({"conversation_id": room, "members": ids})).await
    };
    // One call that adds at most ten people counts once.
    add(&[&bob, &cem, &dan]).await.is(200);
    let refused = add(&[&bob]).await;
    refused.refuses(429, "rate_limited");
    assert!((60..=150).contains(&refused.retry_after()), "{refused:?}");
    let answer = |accept: bool| json!({"conversation_id": room, "accept": accept});
    for _ in 0..4 {
        cem.post("/answer-invitation/", &answer(false)).await.is(200);
    }
    for _ in 0..2 {
        bob.post("/answer-invitation/", &answer(true)).await.is(200);
    }
    bob.post("/answer-invitation/", &answer(true)).await.refuses(429, "rate_limited");
    ann.resets_invite(room).await;
}

#[tokio::test]
async fn searches_have_a_pace() {
    let Some(server) = Server::local(BECAUSE).parameters(&["SearchesPerMinute=6"]).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let search = format!("/search-messages/?conversation_id={room}&q=pizza");
    // A search that is refused for its words has read nothing, and does not count.
    ann.get("/search-messages/?q=!").await.blames("q");
    for _ in 0..2 {
        ann.get(&search).await.is(200);
    }
    let refused = ann.get(&search).await;
    refused.refuses(429, "rate_limited");
    assert!((1..=10).contains(&refused.retry_after()), "{refused:?}");
    ann.sees_messages(room).await;
    bob.get(&search).await.is(200);
}

#[tokio::test]
async fn uploads_have_a_pace() {
    let Some(server) = Server::local(BECAUSE).parameters(&["UploadsPerHour=120"]).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let announce = async |user: &User| user.post("/create-attachment/", &File::picture().announcement(room)).await;
    for _ in 0..2 {
        announce(&ann).await.is(201);
    }
    let refused = announce(&ann).await;
    refused.refuses(429, "rate_limited");
    assert!((1..=30).contains(&refused.retry_after()), "{refused:?}");
    announce(&bob).await.is(201);
}

#[tokio::test]
async fn uploaded_bytes_have_a_pace() {
    let parameters = ["UploadBytesPerDay=104857600"];
    let Some(server) = Server::local(BECAUSE).parameters(&parameters).start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let announce = async |size: u64| {
        let video = json!({
            "conversation_id": room, "kind": "video", "content_type": "video/mp4", "size": size, "name": "party.mp4",
        });
        ann.post("/create-attachment/", &video).await
    };
    announce(104_857_600).await.is(201);
    let refused = announce(1_000_000).await;
    refused.refuses(429, "rate_limited");
    // A hundredth of a day.
    assert!((700..=864).contains(&refused.retry_after()), "{refused:?}");
}

#[tokio::test]
async fn no_token_is_refused_before_any_pace() {
    let Some(server) = Server::local(BECAUSE).parameters(&["CallsPerSecond=1"]).start().await else { return };
    let ann = server.user("ann").await;
    calls_too_much(&ann).await;
    Answer::to(server.request(Method::GET, "/list-chatrooms/")).await.refuses(401, "unauthenticated");
}
