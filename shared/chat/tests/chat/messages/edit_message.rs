use chat::messages::edit_message;
use domain::{EditMessage, Text};

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds_and_the_room_gets_the_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    bob.has_socket("phone").await;
    let input = EditMessage { room, message: message.id, text: Text::try_from("Hello again".to_owned()).unwrap() };
    edit_message(&world.chat, &ann.caller, &input).await.unwrap();
    assert_eq!(world.gateway.types("phone"), ["edited"]);
}
