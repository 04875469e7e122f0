use domain::{Room, RoomKind};
use store::Person;

/// Whether the members of a room learn what others have received and read. In a direct room both people must agree;
/// `people` has them among others.
pub(crate) fn are_shown(room: &Room, people: &[Person]) -> bool {
    let agrees = |person: &Person| person.privacy.receipts.unwrap_or(true);
    let of_room = people.iter().filter(|person| room.members.contains(&person.user.id));
    room.kind != RoomKind::Direct || of_room.filter(|person| agrees(person)).count() == room.members.len()
}
