use chat::accounts::set_block;
use domain::SetBlock;

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let input = Ok(SetBlock { user: bob.id(), blocked: true });
    set_block(&world.chat, &ann.caller, input).await.unwrap();
}
