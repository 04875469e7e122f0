use chat::accounts::list_blocks;

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let ann = world.user("ann").await;
    list_blocks(&world.chat, &ann.caller).await.unwrap();
}
