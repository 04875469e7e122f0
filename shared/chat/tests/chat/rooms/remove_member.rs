use chat::rooms::remove_member;
use domain::RemoveMember;

use crate::support::world;

#[tokio::test]
async fn the_member_gets_the_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("phone").await;
    let input = RemoveMember { room, user: bob.id(), ban: Some(true) };
    remove_member(&world.chat, &ann.caller, &input).await.unwrap();
    assert_eq!(world.gateway.types("phone"), ["removed"]);
}
