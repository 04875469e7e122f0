use chat::accounts::set_privacy;
use domain::{SetPrivacy, WhoCanAdd};

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let ann = world.user("ann").await;
    let input = SetPrivacy { add: Some(WhoCanAdd::Everyone) };
    set_privacy(&world.chat, &ann.caller, &input).await.unwrap();
}
