use chat::rooms::preview_invite;
use domain::PreviewInvite;

use crate::support::world;

#[tokio::test]
async fn a_user_succeeds() {
    let world = world().await;
    let ann = world.user("ann").await;
    let input = PreviewInvite { invite: invite.to_string() };
    preview_invite(&world.chat, &ann.caller, &input).await.unwrap();
}
