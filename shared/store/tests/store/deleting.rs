use std::collections::BTreeSet;

use domain::{Error, MessageId, PushPace, Refusal};
use store::{Ban, Consistency::Strong, Membership, Way};

use crate::support::{NOBODY, NOW, make_room, the, user};

const PUSHES: PushPace = PushPace { per_second: 2000 };

#[tokio::test]
async fn only_the_owner_deletes_a_room_and_can_do_so_again() {
    let store = embedded::store();
    let room = make_room(&store, 3).await;
    for other in [2, 9] {
        let refused = store.delete_room(room, user(other), NOW).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::NotAnAdmin))), "{refused:?}");
    }
    let members: BTreeSet<_> = (1..=3).map(user).collect();
    assert_eq!(store.delete_room(room, user(1), NOW).await.unwrap(), members);
    assert_eq!(store.delete_room(room, user(1), NOW).await.unwrap(), members);
    let refused = store.delete_room(room, user(2), NOW).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::RoomNotFound))), "{refused:?}");
}

#[tokio::test]
async fn nothing_finds_a_deleted_room() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let before = the(&store, room).await;
    store.delete_room(room, user(1), NOW).await.unwrap();
    assert!(store.room(room, Strong).await.unwrap().is_none());
    assert!(store.rooms([room], Strong).await.unwrap().is_empty());
    let not_found = |outcome: Result<(), Error>| {
        assert!(matches!(outcome, Err(Error::Refused(Refusal::RoomNotFound))), "{outcome:?}");
    };
    not_found(store.take_turn(room, user(1), MessageId::new(NOW, 0), &NOBODY, PUSHES).await.map(drop));
    let joining = Membership::begins(user(5), &before, NOW);
    not_found(store.join(&before, &joining, &Way::Number, false).await.map(drop));
    not_found(store.leave(user(2), &before, None, NOW).await.map(drop));
    not_found(store.remove(user(2), &before, user(1), None, NOW).await.map(drop));
    not_found(store.count_event(&before, PUSHES, NOW).await);
    let ban = Ban::new(room, user(5), user(1), NOW);
    assert!(store.ban(&before, &ban).await.is_err());
}

#[tokio::test]
async fn an_erased_room_is_nobodys_and_its_number_is_not_given_again() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    store.delete_room(room, user(1), NOW).await.unwrap();
    let tombstone = store.tombstone(room).await.unwrap().unwrap();
    for member in &tombstone.members {
        store.erase_membership(*member, room).await.unwrap();
        store.erase_membership(*member, room).await.unwrap();
        assert!(store.membership(*member, room, Strong).await.unwrap().is_none());
    }
    store.erase_room(room, &tombstone).await.unwrap();
    let left = store.tombstone(room).await.unwrap().unwrap();
    assert_eq!((left.deleted_by, left.members), (user(1), BTreeSet::new()));
    assert!(store.room(room, Strong).await.unwrap().is_none());
    assert!(store.delete_room(room, user(1), NOW).await.unwrap().is_empty());
    assert!(make_room(&store, 2).await > room);
}
