use chat::accounts::example_sessions;

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let ann = world.user("ann").await;
    example_sessions(&world.chat, &ann.caller).await.unwrap();
}
