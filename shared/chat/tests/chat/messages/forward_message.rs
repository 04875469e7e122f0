use chat::messages::forward_message;
use domain::ForwardMessage;

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    let input = ForwardMessage { room, message: message.id };
    forward_message(&world.chat, &ann.caller, &input).await.unwrap();
}
