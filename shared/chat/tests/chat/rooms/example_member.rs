use chat::rooms::example_member;
use domain::ExampleMember;

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let input = ExampleMember { user: bob.id() };
    example_member(&world.chat, &ann.caller, room, &input).await.unwrap();
}
