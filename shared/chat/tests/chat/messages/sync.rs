use chat::messages::sync;

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let ann = world.user("ann").await;
    sync(&world.chat, &ann.caller).await.unwrap();
}
