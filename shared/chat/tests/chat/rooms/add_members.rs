use chat::rooms::{add_members, create_chatroom};
use domain::{
    Access, AddMembers, Circle, Error, HISTORY_LASTS, History, Message, NewRoom, Position, Refusal, RoomId, Text,
    UserId,
};
use serde_json::json;
use store::Ban;

use crate::support::{Person, World, added_by, assert_refused, draft, new_room, slow::Delay, texts, world, world_of};

/// The word for the result of each of these people, in their order.
async fn adds(
    world: &World,
    person: &Person,
    room: RoomId,
    members: &[UserId],
    history: usize,
) -> Result<Vec<&'static str>, Error> {
    let input = AddMembers { room, members: members.iter().copied().collect(), history };
    let results = add_members(&world.chat, &person.caller, &input).await?;
    assert!(results.iter().map(|result| result.user).eq(input.members), "{results:?}");
    Ok(results.iter().map(domain::AddResult::status).collect())
}

async fn invitations(world: &World, person: &Person) -> usize {
    world.chat.store.invitations(person.id(), 9, chat::now()).await.unwrap().len()
}

#[tokio::test]
async fn people_become_members_or_are_invited_as_they_have_chosen() {
    let mut world = world().await;
    world.chat.settings.who_can_add = Circle::Contacts;
    let [ann, bob, cem, dan, eve] = world.users(["ann", "bob", "cem", "dan", "eve"]).await;
    world.chat.store.set_privacy(cem.id(), added_by(Circle::Nobody)).await.unwrap();
    world.chat.store.set_privacy(dan.id(), added_by(Circle::Everyone)).await.unwrap();
    let direct = ann.opens_direct(&bob).await;
    bob.sends(direct, "hi").await;
    let room = ann.makes_room(&[]).await;
    for person in [&ann, &bob, &cem, &dan, &eve] {
        person.has_socket(person.user.username.as_str()).await;
    }
    let people = [ann.id(), bob.id(), cem.id(), dan.id(), eve.id(), UserId::try_from(99).unwrap()];
    let results = adds(&world, &ann, room, &people, 0).await.unwrap();
    assert_eq!(results, ["added", "added", "invited", "added", "invited", "user_not_found"]);
    assert_eq!(ann.room(room).await.members, [ann.id(), bob.id(), dan.id()].into());
    for (person, invited) in [(&bob, 0), (&cem, 1), (&dan, 0), (&eve, 1)] {
        assert_eq!(invitations(&world, person).await, invited, "{}", person.user.username.as_str());
    }
    for listener in ["ann", "bob", "dan"] {
        let joined = [&bob, &dan].map(|user| json!({"type": "joined", "conversation": room, "user": user.id()}));
        assert_eq!(world.gateway.events(listener), joined, "{listener}");
    }
    for guest in ["cem", "eve"] {
        let invited = json!({"type": "invited", "conversation": room, "by": ann.id()});
        assert_eq!(world.gateway.events(guest), [invited], "{guest}");
    }
    bob.sends(room, "hi").await;
    assert_eq!(adds(&world, &ann, room, &people, 0).await.unwrap(), results, "again");
    assert_eq!((world.gateway.types("dan").len(), invitations(&world, &cem).await), (3, 1));
}

#[tokio::test]
async fn behind_a_block_the_result_reveals_nothing() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.makes_room(&[]).await;
    for blocker in [&bob, &dan] {
        blocker.blocks(&ann).await;
    }
    ann.blocks(&cem).await;
    let ban = Ban::new(room, dan.id(), ann.id(), chat::now());
    assert!(world.chat.store.ban(&ann.room(room).await, &ban).await.unwrap());
    for person in [&bob, &cem, &dan] {
        person.has_socket(person.user.username.as_str()).await;
    }
    let results = adds(&world, &ann, room, &[bob.id(), cem.id(), dan.id()], 25).await.unwrap();
    assert_eq!(results, ["invited", "invited", "not_accepted"]);
    for person in [&bob, &cem, &dan] {
        assert_eq!(invitations(&world, person).await, 0);
        assert!(world.gateway.types(person.user.username.as_str()).is_empty());
    }
    assert_eq!(ann.room(room).await.members.len(), 1);
}

#[tokio::test]
async fn a_room_has_its_members_and_its_admins() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let room = create_chatroom(&world.chat, &ann.caller, NewRoom { max_members: 3, ..new_room(&[&bob]) }).await;
    let room = room.unwrap().room.id;
    assert_refused!(adds(&world, &cem, room, &[cem.id()], 0).await, Refusal::NotAMember);
    assert_eq!(
        adds(&world, &bob, room, &[bob.id(), cem.id(), dan.id()], 0).await.unwrap()[1..],
        ["added", "room_full"]
    );
    cem.leaves(room).await;
    assert_eq!(adds(&world, &bob, room, &[dan.id()], 0).await.unwrap(), ["added"]);
    let direct = ann.opens_direct(&bob).await;
    assert_refused!(adds(&world, &ann, direct, &[cem.id()], 0).await, Refusal::NotAnAdmin);
    let closed = ann.makes_closed_room(&[]).await;
    assert_refused!(adds(&world, &bob, closed, &[cem.id()], 0).await, Refusal::RoomNotFound);
}

/// Sends the first message of a room, so many milliseconds ago.
async fn sends_before(world: &World, person: &Person, room: RoomId, millis: u64) {
    let id = person.dies_while_sending(room, millis).await;
    let text = Text::try_from("old".to_owned()).ok();
    let message = Message { text, ..Message::empty(id, room, person.id(), 1) };
    world.chat.store.put_message(&message, &draft(room, "hi").content.digest().unwrap()).await.unwrap();
}

#[tokio::test]
async fn newcomers_see_as_much_of_the_history_as_they_are_given() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.makes_closed_room(&[]).await;
    let lasts = u64::try_from(HISTORY_LASTS.as_millis()).unwrap();
    sends_before(&world, &ann, room, lasts + 60_000).await;
    for number in 0..30 {
        ann.sends(room, &number.to_string()).await;
    }
    world.chat.store.set_privacy(dan.id(), added_by(Circle::Nobody)).await.unwrap();
    assert_eq!(adds(&world, &ann, room, &[bob.id(), dan.id()], 25).await.unwrap(), ["added", "invited"]);
    let seen = async |person: &Person| {
        let page = person.lists_room(room, 99, Position::Latest).await;
        (texts(&page).len(), texts(&page).first().map(ToString::to_string))
    };
    assert_eq!(seen(&bob).await, (25, Some("5".to_owned())));
    assert_eq!(adds(&world, &ann, room, &[cem.id()], 100).await.unwrap(), ["added"]);
    assert_eq!(seen(&cem).await, (30, Some("0".to_owned())), "nothing older than 14 days");
    let invitation = world.chat.store.invitation(dan.id(), room, chat::now()).await.unwrap().unwrap();
    assert_eq!(invitation.visible_from, Some(bob.lists_room(room, 99, Position::Latest).await.messages[0].message.id));
    cem.leaves(room).await;
    assert_eq!(adds(&world, &ann, room, &[cem.id()], 0).await.unwrap(), ["added"]);
    assert_eq!(seen(&cem).await, (0, None), "nothing is left of an earlier stay");
}

#[tokio::test]
async fn nobody_gives_messages_that_they_do_not_see_themselves() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_closed_room(&[]).await;
    ann.sends(room, "before").await;
    adds(&world, &ann, room, &[bob.id()], 0).await.unwrap();
    ann.sends(room, "after").await;
    assert_eq!(adds(&world, &bob, room, &[cem.id()], 100).await.unwrap(), ["added"]);
    assert_eq!(texts(&cem.lists_room(room, 99, Position::Latest).await), ["after"]);
}

#[tokio::test]
async fn the_history_of_a_room_that_shows_all_is_not_shortened() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let new = NewRoom { access: Some(Access::Invite), history: Some(History::All), ..new_room(&[]) };
    let room = create_chatroom(&world.chat, &ann.caller, new).await.unwrap().room.id;
    for number in 0..30 {
        ann.sends(room, &number.to_string()).await;
    }
    adds(&world, &ann, room, &[bob.id()], 25).await.unwrap();
    assert_eq!(bob.lists_room(room, 99, Position::Latest).await.messages.len(), 30);
}

#[tokio::test]
async fn several_newcomers_in_a_large_room_are_one_event_for_the_others() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.makes_large_room(&[], 40).await;
    for person in [&ann, &bob, &cem, &dan] {
        person.has_socket(person.user.username.as_str()).await;
    }
    adds(&world, &ann, room, &[bob.id(), cem.id()], 0).await.unwrap();
    let change = &world.gateway.events("ann")[0];
    assert_eq!(
        (&change["type"], &change["change"], &change["room"]["members_count"]),
        (&json!("room"), &json!(2), &json!(42))
    );
    assert_eq!(ann.room(room).await.changes, 2);
    for (person, listener) in [(&bob, "bob"), (&cem, "cem")] {
        assert_eq!(
            world.gateway.events(listener),
            [json!({"type": "joined", "conversation": room, "user": person.id()})]
        );
    }
    adds(&world, &ann, room, &[dan.id()], 0).await.unwrap();
    assert_eq!(
        ["ann", "bob", "dan"].map(|listener| world.gateway.types(listener).pop()),
        [(); 3].map(|()| Some("joined".to_owned()))
    );
}

#[tokio::test]
async fn the_event_of_newcomers_does_not_have_the_number_of_a_later_edit() {
    let delay = Delay::default();
    let world = world_of(delay.store().await).await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_large_room(&[], 40).await;
    ann.has_socket("ann's").await;
    let held = delay.holds_transactions().await;
    let newcomers = [bob.id(), cem.id()];
    let (added, ()) = tokio::join!(adds(&world, &ann, room, &newcomers, 0), async {
        ann.dies_while_changing_after(room, 2).await;
        drop(held);
    });
    assert_eq!(added.unwrap(), ["added"; 2]);
    let event = &world.gateway.events("ann's")[0];
    assert_eq!((&event["change"], &event["room"]["changes"]), (&json!(2), &json!(3)));
}

#[tokio::test]
async fn fifty_people_fit_one_call() {
    let world = world().await;
    let ann = world.user("ann").await;
    let new = NewRoom { max_members: 1024, ..new_room(&[]) };
    let room = create_chatroom(&world.chat, &ann.caller, new).await.unwrap().room.id;
    let mut people = Vec::new();
    for number in 0..100 {
        people.push(world.user(&format!("user{number}")).await.id());
    }
    for shy in &people[50..] {
        world.chat.store.set_privacy(*shy, added_by(Circle::Nobody)).await.unwrap();
    }
    assert_eq!(adds(&world, &ann, room, &people[..50], 0).await.unwrap(), ["added"; 50]);
    assert_eq!(adds(&world, &ann, room, &people[50..], 0).await.unwrap(), ["invited"; 50]);
    assert_eq!(ann.room(room).await.members.len(), 51);
}
