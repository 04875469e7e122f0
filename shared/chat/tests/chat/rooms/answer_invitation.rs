use chat::rooms::answer_invitation;
use domain::{AnswerInvitation, Error, INVITATION_LASTS, Position, Refusal, RoomId};
use store::{Ban, Invitation, Membership, Way};

use crate::support::{Person, World, assert_refused, texts, world};

async fn answers(world: &World, person: &Person, room: RoomId, accept: bool) -> Result<(), Error> {
    answer_invitation(&world.chat, &person.caller, &AnswerInvitation { room, accept }).await
}

async fn invites(world: &World, host: &Person, guest: &Person, room: RoomId) {
    let expires_at = chat::now() + INVITATION_LASTS;
    let invitation = Invitation { user: guest.id(), room, invited_by: host.id(), visible_from: None, expires_at };
    world.chat.store.invite(&host.room(room).await, host.id(), vec![invitation], &[].into()).await.unwrap();
}

async fn is_invited(world: &World, guest: &Person, room: RoomId) -> bool {
    world.chat.store.invitation(guest.id(), room, chat::now()).await.unwrap().is_some()
}

#[tokio::test]
async fn a_guest_who_accepts_is_a_member_and_the_room_gets_one_event() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_closed_room(&[]).await;
    ann.sends(room, "before").await;
    invites(&world, &ann, &bob, room).await;
    ann.has_socket("ann's").await;
    for _ in 0..2 {
        answers(&world, &bob, room, true).await.unwrap();
    }
    assert_eq!(world.gateway.types("ann's"), ["joined"]);
    assert!(!is_invited(&world, &bob, room).await);
    bob.sends(room, "after").await;
    assert_eq!(texts(&bob.lists_room(room, 9, Position::Latest).await), ["after"]);
    answers(&world, &bob, room, false).await.unwrap();
    bob.sends(room, "still here").await;
}

#[tokio::test]
async fn an_invitation_that_is_declined_is_used_up() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_closed_room(&[]).await;
    invites(&world, &ann, &bob, room).await;
    for _ in 0..2 {
        answers(&world, &bob, room, false).await.unwrap();
    }
    assert_refused!(answers(&world, &bob, room, true).await, Refusal::InviteInvalid);
}

#[tokio::test]
async fn an_invitation_from_a_race_does_not_survive_the_answer_of_a_member() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    invites(&world, &ann, &bob, room).await;
    // They were invited after they had looked for an invitation.
    let (found, now) = (ann.room(room).await, chat::now());
    let stay = Membership::begins(bob.id(), &found, now);
    assert!(world.chat.store.join(&found, &stay, &Way::Number, false).await.unwrap());
    assert!(is_invited(&world, &bob, room).await);
    answers(&world, &bob, room, true).await.unwrap();
    assert!(!is_invited(&world, &bob, room).await);
}

#[tokio::test]
async fn at_once_a_guest_accepts_twice_and_is_banned() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    for _ in 0..8 {
        let room = ann.makes_closed_room(&[]).await;
        invites(&world, &ann, &bob, room).await;
        let found = ann.room(room).await;
        let ban = Ban::new(room, bob.id(), ann.id(), chat::now());
        let (one, other, banned) = tokio::join!(
            answers(&world, &bob, room, true),
            answers(&world, &bob, room, true),
            world.chat.store.ban(&found, &ban),
        );
        let is_member = ann.room(room).await.members.contains(&bob.id());
        assert_eq!(is_member, !banned.unwrap(), "a ban of a member changes nothing: remove-member takes them out");
        for outcome in [one, other] {
            match outcome {
                Ok(()) => assert!(is_member),
                refused => assert_refused!(refused, Refusal::InviteInvalid if !is_member),
            }
        }
        assert!(!is_invited(&world, &bob, room).await);
        assert_eq!(bob.lists_rooms().await.len(), usize::from(is_member));
        if is_member {
            bob.leaves(room).await;
        }
    }
}
