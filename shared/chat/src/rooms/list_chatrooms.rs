use domain::{Budget, Error, Listed, MAX_LISTED_ROOMS, Room, RoomCursor, RoomSummary};
use store::Consistency;

use super::{
    stays::{self, Stays},
    summaries::Summaries,
};
use crate::{Caller, Chat};

/// The caller's rooms, most recently active last: as many before a place in the list as fit an answer.
pub async fn list_chatrooms(
    chat: &Chat,
    caller: &Caller,
    before: Option<RoomCursor>,
) -> Result<Listed<RoomSummary, RoomCursor>, Error> {
    let user = caller.user;
    let stays = chat.store.memberships(user, Consistency::Eventual).await?;
    let stays: Stays = stays.into_iter().map(|stay| (stay.room_id, stay)).collect();
    let rooms = stays::rooms(chat, user, &stays, Consistency::Eventual).await?;
    let mut rooms: Vec<_> = rooms.into_iter().map(|room| room.seen_by(user)).collect();
    rooms.retain(|room| before.is_none_or(|cursor| cursor.is_after(room)));
    rooms.sort_unstable_by(Room::by_activity);
    let mut summaries = Summaries::read(chat, user, &rooms, &stays).await?;
    let mut listed = Listed { items: Vec::new(), next: None };
    let (mut budget, mut end) = (Budget::default(), None);
    for room in rooms.into_iter().rev() {
        let cursor = RoomCursor::from(&room);
        let Some(summary) = summaries.take(chat, room)? else { continue };
        if listed.items.len() == MAX_LISTED_ROOMS || !budget.takes(&summary)? {
            listed.next = end;
            break;
        }
        listed.items.push(summary);
        end = Some(cursor);
    }
    listed.items.reverse();
    Ok(listed)
}
