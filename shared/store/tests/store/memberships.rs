use std::collections::BTreeSet;

use domain::{Error, MAX_HIDDEN_UNREAD, Refusal, TYPING_EVERY};
use store::Consistency::Strong;

use crate::support::{at, make_room, user};

#[tokio::test]
async fn a_room_of_any_size_finds_its_members_memberships() {
    let store = embedded::store();
    for members in [1, 48, 49] {
        let room = make_room(&store, members).await;
        let users: BTreeSet<_> = (1..=members).map(user).collect();
        assert_eq!(store.room(room, Strong).await.unwrap().unwrap().members, users);
        let memberships = store.memberships_of_room(room, users.clone(), Strong).await.unwrap();
        assert_eq!(memberships.iter().map(|membership| membership.user_id).collect::<BTreeSet<_>>(), users);
    }
    assert_eq!(store.memberships(user(48), Strong).await.unwrap().len(), 2);
}

#[tokio::test]
async fn typing_is_noted_once_in_two_seconds_and_for_members_only() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    let types = async |id, millis| store.note_typing(user(id), room, at(millis)).await;
    assert!(types(1, 0).await.unwrap());
    for (millis, wait) in [(0, 2), (1, 2), (1000, 1), (1999, 1)] {
        let refused = types(1, millis).await;
        assert!(
            matches!(refused, Err(Error::Refused(Refusal::RateLimited(told))) if told.as_secs() == wait),
            "{refused:?}"
        );
    }
    assert!(types(1, TYPING_EVERY.as_secs() * 1000).await.unwrap());
    // A clock that is behind refuses nobody.
    assert!(types(1, 1000).await.unwrap());
    assert!(!types(2, 0).await.unwrap());
    assert!(store.membership(user(2), room, Strong).await.unwrap().is_none());
}

#[tokio::test]
async fn so_many_unread_messages_are_deleted_for_oneself_without_counting() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    for sequence in 1..=MAX_HIDDEN_UNREAD + 1 {
        store.note_hidden(user(1), room, sequence).await.unwrap();
    }
    let stay = store.membership(user(1), room, Strong).await.unwrap().unwrap();
    assert!(stay.hidden_unread.into_iter().eq(1..=MAX_HIDDEN_UNREAD));
}
