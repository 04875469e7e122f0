use domain::{Access, History, MessageId, OnlyAdmins, PushPace, Role, Room, RoomId, RoomKind, RoomName};
use store::{RoomChange, Store};

use crate::support::{NOBODY, NOW, create, the, user};

/// A room of the users 1 to 3 with owner 1 and admin 2.
async fn room(store: &Store) -> RoomId {
    let id = store.next_room_id().await.unwrap();
    let (members, admins) = ((1..=3).map(user).collect(), [user(2)].into());
    let room = Room { members, admins, ..Room::new(id, RoomKind::Group, user(1), NOW) };
    create(store, &room, &[]).await.unwrap()
}

fn named(name: &str) -> RoomChange {
    RoomChange { name: RoomName::try_from(name.to_owned()).ok(), ..RoomChange::default() }
}

#[tokio::test]
async fn members_edit_unless_that_is_for_admins() {
    let store = embedded::store();
    let id = room(&store).await;
    let before = the(&store, id).await;
    let edits = async |by| store.change_room(&before, &named("Garden"), user(by), NOW).await.unwrap().is_some();
    assert_eq!([edits(3).await, edits(2).await, edits(9).await], [true, true, false]);
    let only_admins = Some(OnlyAdmins { edit: true, ..OnlyAdmins::default() });
    let change = RoomChange { only_admins, ..RoomChange::default() };
    assert!(store.change_room(&before, &change, user(2), NOW).await.unwrap().is_some());
    assert_eq!([edits(3).await, edits(2).await, edits(1).await], [false, true, true]);
}

#[tokio::test]
async fn rights_are_for_admins_and_made_of_those_that_were_read() {
    let store = embedded::store();
    let id = room(&store).await;
    let before = the(&store, id).await;
    let send = Some(OnlyAdmins { send: true, ..OnlyAdmins::default() });
    let changes = [
        RoomChange { access: Some(Access::Invite), ..RoomChange::default() },
        RoomChange { history: Some(History::Joined), ..RoomChange::default() },
        RoomChange { only_admins: send, ..RoomChange::default() },
    ];
    for change in &changes {
        assert!(store.change_room(&before, change, user(3), NOW).await.unwrap().is_none(), "{change:?}");
        assert!(store.change_room(&before, change, user(2), NOW).await.unwrap().is_some(), "{change:?}");
    }
    assert!(store.change_room(&before, &changes[2], user(2), NOW).await.unwrap().is_none(), "they are others");
    let after = the(&store, id).await;
    assert_eq!((after.access, after.history, after.only_admins.send), (Access::Invite, History::Joined, true));
    let nothing = RoomChange { only_admins: Some(OnlyAdmins::default()), ..RoomChange::default() };
    let after = store.change_room(&after, &nothing, user(1), NOW).await.unwrap().unwrap();
    assert_eq!((after.only_admins, after.changes), (OnlyAdmins::default(), 4));
}

#[tokio::test]
async fn history_for_all_begins_after_the_last_turn_of_the_moment() {
    let store = embedded::store();
    let id = room(&store).await;
    let before = the(&store, id).await;
    let wanted = MessageId::new(NOW, 7);
    store.take_turn(id, user(1), wanted, &NOBODY, PushPace { per_second: 2000 }).await.unwrap();
    let all = RoomChange { history: Some(History::All), ..RoomChange::default() };
    let after = store.change_room(&before, &all, user(1), NOW).await.unwrap().unwrap();
    assert_eq!(after.history_from, Some(wanted.next()));
}

#[tokio::test]
async fn a_room_with_a_new_owner_keeps_its_settings() {
    let store = embedded::store();
    let id = room(&store).await;
    let before = the(&store, id).await;
    store.change_room(&before, &named("Garden"), user(1), NOW).await.unwrap().unwrap();
    let after = store.set_role(&before, user(3), Role::Owner, user(1)).await.unwrap().unwrap();
    assert_eq!((after.name, after.changes), (named("Garden").name, 2));
}
