use chat::rooms::open_direct;
use domain::OpenDirect;

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let input = Ok(OpenDirect { user: bob.id() });
    open_direct(&world.chat, &ann.caller, input).await.unwrap();
}
