use domain::{Error, INVITATION_LASTS, OnlyAdmins, Refusal, Room, RoomId, RoomKind};
use store::{Ban, Invitation, MOST_INVITED, Outcomes, Store};

use crate::support::{NOW, create, make_room, the, user};

fn invitation(id: u64, room: RoomId, by: u64) -> Invitation {
    let expires_at = NOW + INVITATION_LASTS;
    Invitation { user: user(id), room, invited_by: user(by), visible_from: None, expires_at }
}

async fn invites(store: &Store, guests: &[u64], room: RoomId, by: u64) -> Result<Outcomes, Error> {
    let guests = guests.iter().map(|&guest| invitation(guest, room, by)).collect();
    store.invite(&the(store, room).await, user(by), guests, &[].into()).await
}

#[tokio::test]
async fn an_invitation_is_there_until_it_expires_or_is_declined() {
    let store = embedded::store();
    let (room, other) = (make_room(&store, 1).await, make_room(&store, 1).await);
    for room in [room, other] {
        assert_eq!(invites(&store, &[2], room, 1).await.unwrap().done, [user(2)].into());
    }
    let listed = store.invitations(user(2), 9, NOW).await.unwrap();
    assert_eq!(listed, [invitation(2, room, 1), invitation(2, other, 1)]);
    assert_eq!(store.invitations(user(2), 1, NOW).await.unwrap(), [invitation(2, other, 1)]);
    assert!(store.invitations(user(2), 9, NOW + INVITATION_LASTS).await.unwrap().is_empty());
    for _ in 0..2 {
        store.decline_invitation(user(2), room).await.unwrap();
        assert_eq!(store.invitations(user(2), 9, NOW).await.unwrap(), [invitation(2, other, 1)]);
    }
}

#[tokio::test]
async fn members_who_may_add_invite_others_who_are_not_banned() {
    let store = embedded::store();
    let id = store.next_room_id().await.unwrap();
    let only_admins = OnlyAdmins { add: true, ..OnlyAdmins::default() };
    let members = (1..=3).map(user).collect();
    let room = Room { only_admins, members, admins: [user(2)].into(), ..Room::new(id, RoomKind::Group, user(1), NOW) };
    create(&store, &room, &[]).await.unwrap();
    store.ban(&the(&store, id).await, &Ban::new(id, user(6), user(1), NOW)).await.unwrap();
    for (by, code) in [(3, "not_an_admin"), (9, "room_not_found")] {
        assert_eq!(invites(&store, &[5], id, by).await.unwrap_err().code(), code);
    }
    let outcomes = invites(&store, &[3, 5, 6, 7], id, 1).await.unwrap();
    assert_eq!((outcomes.done, outcomes.members), ([5, 7].map(user).into(), [user(3)].into()));
    assert_eq!(outcomes.refused, [(user(6), Refusal::NotAccepted)].into());
    invites(&store, &[5], id, 2).await.unwrap();
    assert_eq!(store.invitation(user(5), id, NOW).await.unwrap(), Some(invitation(5, id, 2)));
    assert_eq!(store.invitation(user(6), id, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn behind_a_block_the_outcome_is_the_same_and_nothing_is_written() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    let found = the(&store, room).await;
    store.ban(&found, &Ban::new(room, user(3), user(1), NOW)).await.unwrap();
    let guests = [2, 3, 4].map(|guest| invitation(guest, room, 1)).to_vec();
    let outcomes = store.invite(&found, user(1), guests, &[2, 3].map(user).into()).await.unwrap();
    assert_eq!((outcomes.done, outcomes.refused.len()), ([2, 4].map(user).into(), 1));
    for (guest, count) in [(2, 0), (3, 0), (4, 1)] {
        assert_eq!(store.invitations(user(guest), 9, NOW).await.unwrap().len(), count);
    }
}

#[tokio::test]
async fn as_many_are_invited_at_once_as_fit_a_transaction() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    let guests: Vec<_> = (10..).take(MOST_INVITED).collect();
    assert_eq!(invites(&store, &guests, room, 1).await.unwrap().done.len(), MOST_INVITED);
}

#[tokio::test]
async fn a_ban_takes_an_invitation_away() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    invites(&store, &[2], room, 1).await.unwrap();
    store.ban(&the(&store, room).await, &Ban::new(room, user(2), user(1), NOW)).await.unwrap();
    assert!(store.invitations(user(2), 9, NOW).await.unwrap().is_empty());
    let again = invites(&store, &[2], room, 1).await.unwrap();
    assert_eq!(again.refused, [(user(2), Refusal::NotAccepted)].into());
}
