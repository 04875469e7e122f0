use chat::sockets::authorize;
use domain::Refusal;

use crate::support::{assert_refused, world};

#[tokio::test]
async fn a_socket_opens_for_a_session_and_for_a_room_of_its_user() {
    let world = world().await;
    let [ann, eve] = world.users(["ann", "eve"]).await;
    let room = ann.makes_room(&[]).await;
    authorize(&world.chat, &ann.caller, Some(room)).await.unwrap();
    authorize(&world.chat, &eve.caller, None).await.unwrap();
    assert_refused!(authorize(&world.chat, &eve.caller, Some(room)).await, Refusal::NotAMember);
    for person in [&ann, &eve] {
        person.loses_session().await;
        for room in [Some(room), None] {
            assert_refused!(authorize(&world.chat, &person.caller, room).await, Refusal::Unauthenticated);
        }
    }
}
