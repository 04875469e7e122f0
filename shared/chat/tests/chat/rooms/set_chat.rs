use chat::rooms::set_chat;
use domain::SetChat;

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds_and_the_room_gets_the_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("phone").await;
    let input = SetChat { room };
    set_chat(&world.chat, &ann.caller, &input).await.unwrap();
    assert_eq!(world.gateway.types("phone"), ["chat"]);
}
