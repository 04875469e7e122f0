//! The next owner of a room.

use std::collections::BTreeSet;

use domain::{Error, Room, UserId};
use store::{Consistency, Store};

/// The longest-standing admin besides the owner who goes, or else the longest-standing member. `None` if there is
/// nobody else.
pub(crate) async fn of(store: &Store, room: &Room, gone: UserId) -> Result<Option<UserId>, Error> {
    let others = |users: &BTreeSet<UserId>| -> BTreeSet<UserId> {
        users.iter().copied().filter(|&user| user != gone && room.members.contains(&user)).collect()
    };
    let admins = others(&room.admins);
    let candidates = if admins.is_empty() { others(&room.members) } else { admins };
    if candidates.len() <= 1 {
        return Ok(candidates.first().copied());
    }
    let stays = store.memberships_of_room(room.id, candidates.iter().copied(), Consistency::Eventual).await?;
    let oldest = stays.iter().min_by_key(|stay| (stay.joined_at, stay.user_id)).map(|stay| stay.user_id);
    Ok(oldest.or_else(|| candidates.first().copied()))
}
