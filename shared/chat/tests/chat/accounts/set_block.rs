use chat::{
    accounts::{list_blocks, set_block},
    rooms::create_chatroom,
};
use domain::{Error, Refusal, SetBlock, UserId};

use crate::support::{Person, World, assert_refused, new_room, world};

async fn sets(world: &World, person: &Person, user: UserId, blocked: bool) -> Result<SetBlock, Error> {
    set_block(&world.chat, &person.caller, Ok(SetBlock { user, blocked })).await
}

async fn blocked(world: &World, person: &Person) -> Vec<UserId> {
    list_blocks(&world.chat, &person.caller).await.unwrap().into_iter().map(|blocked| blocked.user).collect()
}

#[tokio::test]
async fn a_block_is_set_and_lifted_and_again_changes_nothing() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    for (block, count) in [(false, 0), (true, 1), (true, 1), (false, 0), (false, 0)] {
        let answer = sets(&world, &ann, bob.id(), block).await.unwrap();
        assert_eq!((answer.user, answer.blocked), (bob.id(), block));
        assert_eq!((blocked(&world, &ann).await.len(), ann.room(room).await.closed_by.len()), (count, count));
    }
    assert!(blocked(&world, &bob).await.is_empty());
}

#[tokio::test]
async fn only_others_who_exist_are_blocked() {
    let world = world().await;
    let ann = world.user("ann").await;
    let nobody = UserId::try_from(99).unwrap();
    for block in [true, false] {
        let refused = sets(&world, &ann, nobody, block).await;
        assert_refused!(refused, Refusal::UserNotFound(ids) if *ids == [nobody]);
        let refused = sets(&world, &ann, ann.id(), block).await;
        assert_refused!(refused, Refusal::Invalid(fields) if fields.contains_key("user"));
    }
    ann.loses_session().await;
    assert_refused!(sets(&world, &ann, ann.id(), true).await, Refusal::Unauthenticated);
}

#[tokio::test]
async fn people_whom_a_block_separates_bring_each_other_into_no_room() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let common = cem.makes_room(&[&ann, &bob]).await;
    sets(&world, &ann, bob.id(), true).await.unwrap();
    for (creator, other) in [(&ann, &bob), (&bob, &ann)] {
        let room = create_chatroom(&world.chat, &creator.caller, new_room(&[other, &cem])).await.unwrap().room;
        assert_eq!(room.members, [creator.id(), cem.id()].into());
        let invited = world.chat.store.invitations(other.id(), 9, chat::now()).await.unwrap();
        assert!(invited.is_empty(), "{invited:?}");
    }
    assert_eq!(cem.room(common).await.members.len(), 3);
}
