use chat::rooms::set_role;
use domain::{Refusal, Role, SetRole};

use crate::support::{assert_refused, world};

#[tokio::test]
async fn a_member_becomes_an_admin_and_the_room_gets_the_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("phone").await;
    let input = SetRole { room, user: bob.id(), role: Role::Admin };
    let first = set_role(&world.chat, &ann.caller, &input).await.unwrap();
    let again = set_role(&world.chat, &ann.caller, &input).await.unwrap();
    assert_eq!((first.room.changes, again.room.changes), (1, 1));
    assert_eq!(world.gateway.types("phone"), ["room"]);
}

#[tokio::test]
async fn the_refusals_have_their_order() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let sets = |user, role| SetRole { room, user, role };
    let to_admin = sets(bob.id(), Role::Admin);
    assert_refused!(set_role(&world.chat, &cem.caller, &to_admin).await, Refusal::NotAMember);
    assert_refused!(set_role(&world.chat, &bob.caller, &to_admin).await, Refusal::NotAnAdmin);
    let stranger = sets(cem.id(), Role::Admin);
    assert_refused!(set_role(&world.chat, &ann.caller, &stranger).await, Refusal::UserNotFound(_));
    let down = sets(ann.id(), Role::Member);
    assert_refused!(set_role(&world.chat, &ann.caller, &down).await, Refusal::OwnerStays);
}
