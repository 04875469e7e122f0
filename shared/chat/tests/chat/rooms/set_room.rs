use chat::rooms::set_room;
use domain::{MediaType, OnlyAdminsChange, PictureChange, RoomId, RoomName, SetRoom};
use serde_json::json;

use crate::support::{picture, slow::Delay, world, world_of};

/// A change of nothing.
fn input(room: RoomId) -> SetRoom {
    SetRoom {
        room,
        name: None,
        description: None,
        picture: None,
        access: None,
        history: None,
        only_admins: OnlyAdminsChange::default(),
    }
}

#[tokio::test]
async fn a_member_succeeds_and_the_room_gets_the_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("phone").await;
    let input = SetRoom { name: RoomName::try_from("Garden".to_owned()).ok(), ..input(room) };
    set_room(&world.chat, &ann.caller, &input).await.unwrap();
    assert_eq!(world.gateway.types("phone"), ["room"]);
}

#[tokio::test]
async fn the_event_of_a_picture_does_not_have_the_number_of_a_later_edit() {
    let delay = Delay::default();
    let world = world_of(delay.store().await).await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("phone").await;
    let id = ann.uploads(&world, None::<RoomId>, MediaType::Png, picture()).await;
    world.checks(id).await.unwrap();
    let input = SetRoom { picture: Some(PictureChange::Set(id)), ..input(room) };
    let held = delay.holds_transactions().await;
    let (set, ()) = tokio::join!(set_room(&world.chat, &ann.caller, &input), async {
        bob.dies_while_changing_after(room, 1).await;
        drop(held);
    });
    set.unwrap();
    let event = &world.gateway.events("phone")[0];
    assert_eq!((&event["change"], &event["room"]["changes"]), (&json!(1), &json!(2)));
}
