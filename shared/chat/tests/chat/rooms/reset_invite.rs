use chat::rooms::reset_invite;
use domain::ResetInvite;

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let input = ResetInvite { room, enabled: true };
    reset_invite(&world.chat, &ann.caller, &input).await.unwrap();
}
