use domain::{
    Access, Error, INVITATION_LASTS, InviteCode, MAX_ROOMS_PER_USER, Refusal, Room, RoomId, RoomKind, UserId,
};
use futures_util::future::join_all;
use store::{Ban, Consistency::Strong, Invitation, Membership, Store, Way};

use crate::support::{NOW, at, create, joins, leaves, make_room, membership, room_id, the, try_make_room, user};

fn code(room: RoomId) -> Way {
    Way::Code(InviteCode::new(room, [7; 16]).hash())
}

/// A closed room of users 1 and 2 with an invite code. User 5 is invited.
async fn closed_room(store: &Store) -> RoomId {
    let id = store.next_room_id().await.unwrap();
    let invite = Some(InviteCode::new(id, [7; 16]).hash());
    let room = Room { access: Access::Invite, invite, members: [1, 2].map(user).into(), ..new(id) };
    let invitation = Invitation {
        user: user(5),
        room: id,
        invited_by: user(1),
        visible_from: None,
        expires_at: NOW + INVITATION_LASTS,
    };
    create(store, &room, &[invitation]).await.unwrap();
    id
}

fn new(id: RoomId) -> Room {
    Room::new(id, RoomKind::Group, user(1), NOW)
}

async fn enters(store: &Store, id: u64, room: RoomId, way: &Way) -> Result<bool, Error> {
    let room = the(store, room).await;
    store.join(&room, &Membership::begins(user(id), &room, NOW), way, false).await
}

fn code_of(outcome: Result<bool, Error>) -> String {
    outcome.map_or_else(|error| error.code().to_owned(), |joined| joined.to_string())
}

#[tokio::test]
async fn joining_and_leaving_change_room_and_memberships_together() {
    let store = embedded::store();
    let room = create(&store, &Room { max_members: 3, ..new(store.next_room_id().await.unwrap()) }, &[]).await.unwrap();
    assert!(joins(&store, 2, room).await.unwrap());
    assert!(!joins(&store, 2, room).await.unwrap());
    assert!(joins(&store, 3, room).await.unwrap());
    assert!(matches!(joins(&store, 4, room).await, Err(Error::Refused(Refusal::RoomFull))));
    let nowhere = new(room_id(9));
    let refused = store.join(&nowhere, &membership(user(4), room_id(9)), &Way::Number, false).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::RoomNotFound))));
    leaves(&store, 2, room).await;
    assert!(store.membership(user(2), room, Strong).await.unwrap().is_none());
    let found = the(&store, room).await;
    assert_eq!((found.members, found.changes), ([user(1), user(3)].into(), 3));
}

#[tokio::test]
async fn each_way_into_a_closed_room_has_its_condition() {
    let store = embedded::store();
    let room = closed_room(&store).await;
    let wrong = Way::Code(InviteCode::new(room, [8; 16]).hash());
    for (id, way, expected) in [
        (3, Way::Number, "room_not_found"),
        (3, wrong, "invite_invalid"),
        (3, code(room), "true"),
        (4, Way::Invitation, "invite_invalid"),
        (5, Way::Invitation, "true"),
    ] {
        assert_eq!(code_of(enters(&store, id, room, &way).await), expected, "{id} by {way:?}");
    }
    assert!(store.invitation(user(5), room, NOW).await.unwrap().is_none(), "an invitation is good once");
    leaves(&store, 5, room).await;
    assert_eq!(code_of(enters(&store, 5, room, &Way::Invitation).await), "invite_invalid");
}

#[tokio::test]
async fn an_invitation_expires_even_if_its_item_is_there() {
    let store = embedded::store();
    let room = closed_room(&store).await;
    let found = the(&store, room).await;
    let late = Membership { joined_at: (NOW + INVITATION_LASTS).millis(), ..membership(user(5), room) };
    let refused = store.join(&found, &late, &Way::Invitation, true).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::InviteInvalid))), "{refused:?}");
    assert!(store.invitation(user(5), room, NOW + INVITATION_LASTS).await.unwrap().is_none());
}

#[tokio::test]
async fn a_ban_closes_every_way() {
    let store = embedded::store();
    let room = closed_room(&store).await;
    let found = the(&store, room).await;
    for id in [5, 6] {
        assert!(store.ban(&found, &Ban::new(room, user(id), user(1), NOW)).await.unwrap());
    }
    assert_eq!(code_of(enters(&store, 6, room, &code(room)).await), "invite_invalid");
    assert_eq!(code_of(enters(&store, 5, room, &Way::Invitation).await), "invite_invalid");
    let open = make_room(&store, 1).await;
    assert!(store.ban(&the(&store, open).await, &Ban::new(open, user(6), user(1), NOW)).await.unwrap());
    assert_eq!(code_of(enters(&store, 6, open, &Way::Number).await), "room_not_found");
    store.lift_ban(&found, user(6), user(1)).await.unwrap();
    assert_eq!(code_of(enters(&store, 6, room, &code(room)).await), "true");
}

#[tokio::test]
async fn nobody_joins_a_direct_room() {
    let store = embedded::store();
    let id = store.next_room_id().await.unwrap();
    let room = Room { access: Access::Open, ..Room::direct(id, user(1), user(2), &[].into(), NOW) };
    let memberships = [1, 2].map(|id| Membership::begins(user(id), &room, NOW));
    store.create_direct(&room, &memberships).await.unwrap();
    assert_eq!(code_of(enters(&store, 3, id, &Way::Number).await), "room_not_found");
    assert_eq!(code_of(enters(&store, 3, id, &code(id)).await), "invite_invalid");
}

#[tokio::test]
async fn whoever_joins_a_room_that_everybody_left_owns_it() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    leaves(&store, 1, room).await;
    assert!(the(&store, room).await.members.is_empty());
    assert!(joins(&store, 2, room).await.unwrap());
    let found = the(&store, room).await;
    assert_eq!((found.owner, found.members), (user(2), [user(2)].into()));
    assert!(joins(&store, 3, room).await.unwrap());
    assert_eq!(the(&store, room).await.owner, user(2));
}

#[tokio::test]
async fn of_two_who_join_an_empty_room_at_once_one_owns_it() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    leaves(&store, 1, room).await;
    let empty = the(&store, room).await;
    let join =
        async |id| store.join(&empty, &Membership::begins(user(id), &empty, NOW), &Way::Number, false).await.unwrap();
    assert_eq!(tokio::join!(join(2), join(3)), (true, true));
    let found = the(&store, room).await;
    assert_eq!(found.members, [2, 3].map(user).into());
    assert!(found.members.contains(&found.owner));
}

#[tokio::test]
async fn a_user_is_in_a_bounded_number_of_rooms() {
    let store = embedded::store();
    for _ in 0..MAX_ROOMS_PER_USER - 1 {
        make_room(&store, 1).await;
    }
    let others: Vec<_> = [store.next_room_id().await.unwrap(), store.next_room_id().await.unwrap()].into();
    for &id in &others {
        create(&store, &Room::new(id, RoomKind::Group, user(2), NOW), &[]).await.unwrap();
    }
    assert!(store.users_in_too_many_rooms([user(1)]).await.unwrap().is_empty());
    assert!(joins(&store, 1, others[0]).await.unwrap());
    assert_eq!(store.users_in_too_many_rooms([user(1), user(2)]).await.unwrap(), [user(1)]);
    let full = |refused: &Error| matches!(refused, Error::Refused(Refusal::TooManyRooms(users)) if *users == [user(1)]);
    assert!(full(&joins(&store, 1, others[1]).await.unwrap_err()));
    assert_eq!(store.memberships(user(1), Strong).await.unwrap().len(), 500);
    assert!(full(&try_make_room(&store, 2).await.unwrap_err()));
    assert_eq!(store.memberships(user(2), Strong).await.unwrap().len(), 2, "all or nothing");
    leaves(&store, 1, others[0]).await;
    assert!(joins(&store, 1, others[1]).await.unwrap());
}

/// Somebody joins by a code while an admin resets it, while they are banned, and while others take the last place.
#[tokio::test]
async fn at_once_with_a_ban_and_the_last_place_nobody_gets_in_who_may_not() {
    let store = embedded::store();
    for _ in 0..8 {
        let id = store.next_room_id().await.unwrap();
        let invite = Some(InviteCode::new(id, [7; 16]).hash());
        create(&store, &Room { max_members: 3, access: Access::Invite, invite, ..new(id) }, &[]).await.unwrap();
        let found = the(&store, id).await;
        let enter = async |id: u64| {
            let join = Membership::begins(user(id), &found, at(id));
            store.join(&found, &join, &code(found.id), false).await
        };
        let ban = async || store.ban(&found, &Ban::new(found.id, user(2), user(1), NOW)).await;
        let (entered, banned) = tokio::join!(join_all([2, 3, 4, 5].map(enter)), ban());
        let members = the(&store, id).await.members;
        let banned = banned.unwrap();
        assert!(!(banned && members.contains(&user(2))), "{members:?}");
        let inside = entered.iter().filter(|outcome| matches!(outcome, Ok(true))).count();
        assert_eq!((members.len(), inside), (3, 2), "{entered:?}");
        for (id, outcome) in [2_u64, 3, 4, 5].into_iter().zip(&entered) {
            let user: UserId = user(id);
            assert_eq!(members.contains(&user), outcome.is_ok());
            assert_eq!(store.membership(user, found.id, Strong).await.unwrap().is_some(), outcome.is_ok());
        }
    }
}
