use chat::messages::list_changes;

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    list_changes(&world.chat, &ann.caller, room).await.unwrap();
}
