use chat::accounts::get_presence;

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let ann = world.user("ann").await;
    get_presence(&world.chat, &ann.caller).await.unwrap();
}
