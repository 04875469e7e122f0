use chat::messages::react_to_message;
use domain::ReactToMessage;

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds_and_the_room_gets_the_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    bob.has_socket("phone").await;
    let input = ReactToMessage { room, message: message.id };
    react_to_message(&world.chat, &ann.caller, &input).await.unwrap();
    assert_eq!(world.gateway.types("phone"), ["reaction"]);
}
