use domain::{Error, INVITATION_LASTS, MAX_ROOMS_PER_USER, OnlyAdmins, Refusal, Room, RoomId, RoomKind};
use futures_util::future::join_all;
use store::{Ban, Consistency::Strong, Invitation, MOST_ADDED, Membership, Outcomes, Store};

use crate::support::{NOW, create, joins, make_room, the, user};

/// Users 1 to 3 are members, and 2 is an admin.
async fn room(store: &Store, only_admins: OnlyAdmins, max_members: usize) -> RoomId {
    let id = store.next_room_id().await.unwrap();
    let (members, admins) = ((1..=3).map(user).collect(), [user(2)].into());
    let room = Room { only_admins, members, admins, max_members, ..Room::new(id, RoomKind::Group, user(1), NOW) };
    create(store, &room, &[]).await.unwrap()
}

fn stays(room: &Room, people: impl IntoIterator<Item = u64>) -> Vec<Membership> {
    people.into_iter().map(|id| Membership::begins(user(id), room, NOW)).collect()
}

async fn adds(store: &Store, by: u64, people: impl IntoIterator<Item = u64>, room: RoomId) -> Result<Outcomes, Error> {
    let room = the(store, room).await;
    store.add(&room, user(by), stays(&room, people)).await
}

#[tokio::test]
async fn people_are_members_afterwards_and_not_invited_any_more() {
    let store = embedded::store();
    let id = room(&store, OnlyAdmins::default(), 9).await;
    let expires_at = NOW + INVITATION_LASTS;
    let invitation = Invitation { user: user(5), room: id, invited_by: user(1), visible_from: None, expires_at };
    store.invite(&the(&store, id).await, user(1), vec![invitation], &[].into()).await.unwrap();
    let outcomes = adds(&store, 3, [2, 4, 5], id).await.unwrap();
    assert_eq!((outcomes.done, outcomes.members), ([4, 5].map(user).into(), [user(2)].into()));
    let found = the(&store, id).await;
    assert_eq!((found.members.len(), found.changes), (5, 2));
    assert!(store.invitation(user(5), id, NOW).await.unwrap().is_none());
    for id in [4, 5] {
        assert_eq!(store.memberships(user(id), Strong).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn only_admins_add_if_the_room_says_so() {
    let store = embedded::store();
    let id = room(&store, OnlyAdmins { add: true, ..OnlyAdmins::default() }, 9).await;
    for (by, code) in [(3, "not_an_admin"), (9, "room_not_found")] {
        assert_eq!(adds(&store, by, [6], id).await.unwrap_err().code(), code);
    }
    for by in [1, 2] {
        assert_eq!(adds(&store, by, [10 + by], id).await.unwrap().done.len(), 1);
    }
}

#[tokio::test]
async fn nobody_is_added_to_a_direct_room() {
    let store = embedded::store();
    let id = store.next_room_id().await.unwrap();
    let room = Room::direct(id, user(1), user(2), &[].into(), NOW);
    store.create_direct(&room, &stays(&room, [1, 2])).await.unwrap();
    let roomy = Room { max_members: 9, ..room };
    assert_eq!(store.add(&roomy, user(1), stays(&roomy, [3])).await.unwrap_err().code(), "not_an_admin");
}

#[tokio::test]
async fn each_person_has_their_own_outcome() {
    let store = embedded::store();
    for _ in 0..MAX_ROOMS_PER_USER {
        make_room(&store, 1).await;
    }
    let id = store.next_room_id().await.unwrap();
    create(&store, &Room { max_members: 4, ..Room::new(id, RoomKind::Chat, user(2), NOW) }, &[]).await.unwrap();
    store.ban(&the(&store, id).await, &Ban::new(id, user(3), user(2), NOW)).await.unwrap();
    let outcomes = adds(&store, 2, [1, 3, 4], id).await.unwrap();
    assert_eq!(outcomes.done, [user(4)].into());
    assert_eq!(
        outcomes.refused,
        [(user(1), Refusal::TooManyRooms(vec![user(1)])), (user(3), Refusal::NotAccepted)].into()
    );
    // A person who is refused takes no place.
    let outcomes = adds(&store, 2, [1, 3, 5, 6, 7], id).await.unwrap();
    assert_eq!((outcomes.done, outcomes.refused.len()), ([5, 6].map(user).into(), 3));
    assert_eq!(outcomes.refused[&user(7)], Refusal::RoomFull);
    assert_eq!(store.memberships(user(7), Strong).await.unwrap().len(), 0);
}

#[tokio::test]
async fn as_many_are_added_at_once_as_fit_a_transaction() {
    let store = embedded::store();
    let id = room(&store, OnlyAdmins::default(), 1_024).await;
    assert_eq!(adds(&store, 1, (10..).take(MOST_ADDED), id).await.unwrap().done.len(), MOST_ADDED);
}

/// Two members add the same people while others join and one is banned, and the room has places for a few.
#[tokio::test]
async fn at_once_with_others_nobody_gets_in_twice_or_who_may_not() {
    let store = embedded::store();
    for _ in 0..8 {
        let id = room(&store, OnlyAdmins::default(), 6).await;
        let found = the(&store, id).await;
        let add = async |by: u64| store.add(&found, user(by), stays(&found, [4, 5, 6])).await;
        let ban = async || store.ban(&found, &Ban::new(id, user(4), user(1), NOW)).await;
        let join = async |who: u64| joins(&store, who, id).await;
        let (added, banned, joined) = tokio::join!(join_all([1, 2].map(add)), ban(), join_all([5, 7].map(join)));
        let members = the(&store, id).await.members;
        assert!(!(banned.unwrap() && members.contains(&user(4))), "{members:?}");
        assert_eq!(members.len(), 6, "{added:?} {joined:?}");
        for who in 4..=7 {
            let has_stay = store.membership(user(who), id, Strong).await.unwrap().is_some();
            assert_eq!(has_stay, members.contains(&user(who)), "{who}");
        }
        let done = added.iter().map(|outcomes| outcomes.as_ref().unwrap().done.len()).sum::<usize>();
        let came = joined.iter().filter(|outcome| matches!(outcome, Ok(true))).count();
        assert_eq!(done + came, 3, "{added:?} {joined:?}");
    }
}
