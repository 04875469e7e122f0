use chat::{accounts::set_privacy, rooms::create_chatroom};
use domain::{Circle, PrivacyChoices, PrivacySettings};

use crate::support::{Person, World, added_by, new_room, world};

async fn sets(world: &World, person: &Person, choices: PrivacyChoices) -> PrivacySettings {
    set_privacy(&world.chat, &person.caller, choices).await.unwrap()
}

#[tokio::test]
async fn a_setting_stays_until_another_one_is_given() {
    let mut world = world().await;
    world.chat.settings.who_can_add = Circle::Contacts;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let nothing = PrivacyChoices::default();
    let usual = nothing.settings(Circle::Contacts);
    assert_eq!(sets(&world, &ann, nothing).await, usual);
    let mut expected = usual;
    for choices in [
        added_by(Circle::Everyone),
        PrivacyChoices { last_seen: Some(Circle::Contacts), ..nothing },
        PrivacyChoices { online: Some(Circle::Nobody), receipts: Some(false), ..nothing },
        added_by(Circle::Nobody),
        PrivacyChoices { receipts: Some(true), ..nothing },
    ] {
        expected.add = choices.add.unwrap_or(expected.add);
        expected.last_seen = choices.last_seen.unwrap_or(expected.last_seen);
        expected.online = choices.online.unwrap_or(expected.online);
        expected.receipts = choices.receipts.unwrap_or(expected.receipts);
        assert_eq!(sets(&world, &ann, choices).await, expected);
        assert_eq!(sets(&world, &ann, nothing).await, expected);
    }
    assert_eq!(sets(&world, &bob, nothing).await, usual);
}

#[tokio::test]
async fn contacts_are_people_to_whom_one_has_written_directly() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    sets(&world, &ann, added_by(Circle::Contacts)).await;
    let direct = bob.opens_direct(&ann).await;
    bob.sends(direct, "add me").await;
    let is_added_by = async |adder: &Person| {
        let room = create_chatroom(&world.chat, &adder.caller, new_room(&[&ann])).await.unwrap().room;
        room.members.contains(&ann.id())
    };
    assert!(!is_added_by(&bob).await);
    ann.sends(direct, "I do").await;
    assert!(is_added_by(&bob).await);
    assert!(!is_added_by(&cem).await);
    sets(&world, &ann, added_by(Circle::Nobody)).await;
    assert!(!is_added_by(&bob).await);
}
