use chat::rooms::list_members;
use domain::{Member, RoomId};

use crate::support::{Person, World, world};

async fn members(world: &World, person: &Person, room: RoomId) -> Vec<Member> {
    list_members(&world.chat, &person.caller, room).await.unwrap()
}

#[tokio::test]
async fn members_are_listed_by_when_they_came_with_their_names_and_marks() {
    let world = world().await;
    let [cem, ann, bob] = world.users(["cem", "ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    for newcomer in [&bob, &cem] {
        // The order is by milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        newcomer.joins(room).await;
    }
    let message = ann.sends(room, "hi").await;
    bob.reads(room, &[&message]).await;
    let listed = members(&world, &cem, room).await;
    let shown: Vec<_> = listed.iter().map(|member| (member.user, member.username.as_str(), member.last_read)).collect();
    assert_eq!(shown, [(ann.id(), "ann", None), (bob.id(), "bob", Some(message.id)), (cem.id(), "cem", None)]);
}

#[tokio::test]
async fn whoever_has_a_socket_that_hears_the_room_is_online() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let everybody = [&bob, &cem, &dan];
    let [room, other] = [ann.makes_room(&everybody).await, ann.makes_room(&everybody).await];
    ann.has_socket("for all rooms").await;
    bob.has_socket_for(room, "for this room").await;
    cem.has_socket_for(other, "for another room").await;
    dan.has_had_socket("expired", 2 * 60 * 60 * 1000).await;
    let online: Vec<_> = members(&world, &ann, room)
        .await
        .into_iter()
        .filter(|member| member.online)
        .map(|member| member.user)
        .collect();
    assert_eq!(online, [ann.id(), bob.id()]);
}
