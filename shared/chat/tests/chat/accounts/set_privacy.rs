use chat::{accounts::set_privacy, rooms::create_chatroom};
use domain::{SetPrivacy, WhoCanAdd};

use crate::support::{Person, World, new_room, world};

async fn sets(world: &World, person: &Person, add: Option<WhoCanAdd>) -> WhoCanAdd {
    set_privacy(&world.chat, &person.caller, &SetPrivacy { add }).await.unwrap().add
}

#[tokio::test]
async fn a_setting_stays_until_another_one_is_given() {
    let mut world = world().await;
    world.chat.settings.who_can_add = WhoCanAdd::Contacts;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    assert_eq!(sets(&world, &ann, None).await, WhoCanAdd::Contacts);
    for add in [WhoCanAdd::Everyone, WhoCanAdd::Nobody] {
        assert_eq!(sets(&world, &ann, Some(add)).await, add);
        assert_eq!(sets(&world, &ann, None).await, add);
    }
    assert_eq!(sets(&world, &bob, None).await, WhoCanAdd::Contacts);
}

#[tokio::test]
async fn contacts_are_people_to_whom_one_has_written_directly() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    sets(&world, &ann, Some(WhoCanAdd::Contacts)).await;
    let direct = bob.opens_direct(&ann).await;
    bob.sends(direct, "add me").await;
    let adds = async |adder: &Person| {
        let room = create_chatroom(&world.chat, &adder.caller, new_room(&[&ann])).await.unwrap().room;
        room.members.contains(&ann.id())
    };
    assert!(!adds(&bob).await);
    ann.sends(direct, "I do").await;
    assert!(adds(&bob).await);
    assert!(!adds(&cem).await);
    sets(&world, &ann, Some(WhoCanAdd::Nobody)).await;
    assert!(!adds(&bob).await);
}
