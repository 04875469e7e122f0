use chat::rooms::delete_chatroom;

use crate::support::world;

#[tokio::test]
async fn the_member_gets_the_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("phone").await;
    delete_chatroom(&world.chat, &ann.caller, room).await.unwrap();
    assert_eq!(world.gateway.types("phone"), ["removed"]);
}
