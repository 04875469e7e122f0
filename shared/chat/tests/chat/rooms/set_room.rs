use chat::rooms::set_room;
use domain::{OnlyAdminsChange, RoomName, SetRoom};

use crate::support::world;

#[tokio::test]
async fn a_member_succeeds_and_the_room_gets_the_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("phone").await;
    let input = SetRoom {
        room,
        name: RoomName::try_from("Garden".to_owned()).ok(),
        description: None,
        picture: None,
        access: None,
        history: None,
        only_admins: OnlyAdminsChange::default(),
    };
    set_room(&world.chat, &ann.caller, &input).await.unwrap();
    assert_eq!(world.gateway.types("phone"), ["room"]);
}
