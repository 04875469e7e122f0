use chat::rooms::create_chatroom;
use domain::{Access, Circle, History, NewRoom, Refusal, UserId};
use serde_json::json;

use crate::support::{Person, World, added_by, assert_refused, new_room, world};

async fn members(world: &World, person: &Person, new: NewRoom) -> Vec<UserId> {
    create_chatroom(&world.chat, &person.caller, new).await.unwrap().room.members.into_iter().collect()
}

/// The rooms that somebody is invited to.
async fn invitations(world: &World, person: &Person) -> usize {
    world.chat.store.invitations(person.id(), 9, chat::now()).await.unwrap().len()
}

#[tokio::test]
async fn the_creator_is_in_the_room_and_it_has_a_name() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = create_chatroom(&world.chat, &bob.caller, new_room(&[&ann])).await.unwrap().room;
    assert_eq!(room.members, [ann.id(), bob.id()].into());
    assert_eq!((room.created_by, room.name.unwrap().as_str()), (bob.id(), "Chatroom 1"));
    for member in [&ann, &bob] {
        assert_eq!(member.lists_rooms().await[0].room.room.id, room.id);
    }
}

#[tokio::test]
async fn the_creator_counts_among_the_members() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let of = |max_members| NewRoom { max_members, ..new_room(&[&bob, &cem]) };
    let refused = create_chatroom(&world.chat, &ann.caller, of(2)).await;
    assert_refused!(refused, Refusal::Invalid(fields) if fields.contains_key("members"));
    create_chatroom(&world.chat, &ann.caller, of(3)).await.unwrap();
    create_chatroom(&world.chat, &bob.caller, of(2)).await.unwrap();
}

#[tokio::test]
async fn with_an_unknown_member_there_is_no_room() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let unknown = [8, 9].map(|id| UserId::try_from(id).unwrap());
    let members = [bob.id(), unknown[0], unknown[1]].into();
    let refused = create_chatroom(&world.chat, &ann.caller, NewRoom { members, ..new_room(&[]) }).await;
    assert_refused!(refused, Refusal::UserNotFound(ids) if *ids == unknown);
    assert!(ann.lists_rooms().await.is_empty() && bob.lists_rooms().await.is_empty());
}

#[tokio::test]
async fn each_member_hears_of_their_own_coming_alone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    ann.has_socket("ann's").await;
    bob.has_socket("bob's").await;
    let room = ann.makes_room(&[&bob]).await;
    for (member, socket) in [(&ann, "ann's"), (&bob, "bob's")] {
        let joined = json!({"type": "joined", "conversation": room, "user": member.id()});
        assert_eq!(world.gateway.events(socket), [joined]);
    }
}

#[tokio::test]
async fn people_become_members_or_are_invited_as_they_have_chosen() {
    let mut world = world().await;
    world.chat.settings.who_can_add = Circle::Contacts;
    let [ann, bob, cem, dan, eve] = world.users(["ann", "bob", "cem", "dan", "eve"]).await;
    for (friend, writes) in [(&bob, true), (&cem, true), (&eve, false)] {
        let direct = ann.opens_direct(friend).await;
        ann.sends(direct, "hi").await;
        if writes {
            friend.sends(direct, "hi").await;
        }
    }
    world.chat.store.set_privacy(cem.id(), added_by(Circle::Nobody)).await.unwrap();
    world.chat.store.set_privacy(dan.id(), added_by(Circle::Everyone)).await.unwrap();
    for (person, socket) in [(&bob, "bob's"), (&eve, "eve's")] {
        person.has_socket(socket).await;
    }
    let made = members(&world, &ann, new_room(&[&bob, &cem, &dan, &eve])).await;
    assert_eq!(made, [ann.id(), bob.id(), dan.id()]);
    for (person, invited) in [(&bob, 0), (&cem, 1), (&dan, 0), (&eve, 1)] {
        assert_eq!(invitations(&world, person).await, invited, "{}", person.user.username.as_str());
    }
    assert_eq!(world.gateway.types("bob's"), ["joined"]);
    let event = &world.gateway.events("eve's")[0];
    assert_eq!((&event["type"], &event["by"]), (&json!("invited"), &json!(ann.id())));
}

#[tokio::test]
async fn behind_a_block_nobody_is_added_nor_invited() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    bob.blocks(&ann).await;
    ann.blocks(&cem).await;
    for person in [&bob, &cem] {
        person.has_socket(person.user.username.as_str()).await;
    }
    assert_eq!(members(&world, &ann, new_room(&[&bob, &cem])).await, [ann.id()]);
    for person in [&bob, &cem] {
        assert_eq!(invitations(&world, person).await, 0);
        assert!(world.gateway.types(person.user.username.as_str()).is_empty());
    }
}

#[tokio::test]
async fn forty_nine_people_besides_the_creator_fit() {
    let world = world().await;
    let mut people = Vec::new();
    for number in 0..51 {
        people.push(world.user(&format!("user{number}")).await);
    }
    let with = |others: &[Person]| NewRoom { max_members: 1024, ..new_room(&others.iter().collect::<Vec<_>>()) };
    let refused = create_chatroom(&world.chat, &people[0].caller, with(&people[1..])).await;
    assert_refused!(refused, Refusal::Invalid(fields) if fields.contains_key("members"));
    assert_eq!(members(&world, &people[0], with(&people[..50])).await.len(), 50);
    for person in &people[..50] {
        assert_eq!((person.lists_rooms().await.len(), invitations(&world, person).await), (1, 0));
    }
}

#[tokio::test]
async fn the_creator_owns_the_room_and_chooses_its_access() {
    let mut world = world().await;
    let ann = world.user("ann").await;
    let choose = |access, history| NewRoom { access, history, ..new_room(&[]) };
    for (usual, access, history, expected) in [
        (Access::Open, None, None, (Access::Open, History::All)),
        (Access::Invite, None, None, (Access::Invite, History::Joined)),
        (Access::Open, Some(Access::Invite), None, (Access::Invite, History::Joined)),
        (Access::Invite, Some(Access::Open), Some(History::Joined), (Access::Open, History::Joined)),
    ] {
        world.chat.settings.default_access = usual;
        let room = create_chatroom(&world.chat, &ann.caller, choose(access, history)).await.unwrap().room;
        assert_eq!(((room.access, room.history), room.owner), (expected, ann.id()));
    }
}
