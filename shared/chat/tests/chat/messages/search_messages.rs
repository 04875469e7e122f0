use chat::messages::search_messages;

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let ann = world.user("ann").await;
    search_messages(&world.chat, &ann.caller).await.unwrap();
}
