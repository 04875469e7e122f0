use chat::messages::list_reactions;

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    list_reactions(&world.chat, &ann.caller, room, message.id).await.unwrap();
}
