use chat::rooms::{preview_invite, reset_invite};
use domain::{PreviewInvite, ResetInvite};

use crate::support::world;

#[tokio::test]
async fn a_stranger_with_the_code_sees_the_room() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    let reset = ResetInvite { room, enabled: true };
    let invite = reset_invite(&world.chat, &ann.caller, &reset).await.unwrap().unwrap().to_string();
    preview_invite(&world.chat, &bob.caller, &PreviewInvite { invite }).await.unwrap();
}
