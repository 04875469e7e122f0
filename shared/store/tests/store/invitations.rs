use domain::{Error, INVITATION_LASTS, OnlyAdmins, Refusal, Room, RoomId, RoomKind};
use store::{Ban, Invitation};

use crate::support::{NOW, create, make_room, the, user};

fn invitation(id: u64, room: RoomId, by: u64) -> Invitation {
    let expires_at = NOW + INVITATION_LASTS;
    Invitation { user: user(id), room, invited_by: user(by), visible_from: None, expires_at }
}

#[tokio::test]
async fn an_invitation_is_there_until_it_expires_or_is_declined() {
    let store = embedded::store();
    let (room, other) = (make_room(&store, 1).await, make_room(&store, 1).await);
    for room in [room, other] {
        assert!(store.invite(&invitation(2, room, 1)).await.unwrap());
    }
    let listed = store.invitations(user(2), 9, NOW).await.unwrap();
    assert_eq!(listed, [invitation(2, room, 1), invitation(2, other, 1)]);
    assert_eq!(store.invitations(user(2), 1, NOW).await.unwrap().len(), 1);
    assert!(store.invitations(user(2), 9, NOW + INVITATION_LASTS).await.unwrap().is_empty());
    assert!(store.decline_invitation(user(2), room, NOW).await.unwrap());
    assert!(!store.decline_invitation(user(2), room, NOW).await.unwrap());
    assert!(!store.decline_invitation(user(2), other, NOW + INVITATION_LASTS).await.unwrap());
    assert!(store.invitations(user(2), 9, NOW).await.unwrap().is_empty());
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
    for (who, by, expected) in [
        (5, 1, "true"),
        (5, 2, "true"),
        (5, 3, "not_an_admin"),
        (5, 9, "room_not_found"),
        (3, 1, "false"),
        (6, 1, "not_accepted"),
    ] {
        let outcome = store.invite(&invitation(who, id, by)).await;
        let outcome = outcome.map_or_else(|error| error.code().to_owned(), |invited| invited.to_string());
        assert_eq!(outcome, expected, "{who} by {by}");
    }
    assert_eq!(store.invitation(user(5), id, NOW).await.unwrap(), Some(invitation(5, id, 2)));
    assert_eq!(store.invitation(user(6), id, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn a_ban_takes_an_invitation_away() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    store.invite(&invitation(2, room, 1)).await.unwrap();
    store.ban(&the(&store, room).await, &Ban::new(room, user(2), user(1), NOW)).await.unwrap();
    assert!(store.invitations(user(2), 9, NOW).await.unwrap().is_empty());
    let again = store.invite(&invitation(2, room, 1)).await;
    assert!(matches!(again, Err(Error::Refused(Refusal::NotAccepted))), "{again:?}");
}
