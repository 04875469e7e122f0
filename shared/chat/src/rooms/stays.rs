//! All stays of a user.

use std::collections::BTreeMap;

use domain::{Error, Room, RoomId, UserId, causes};
use futures_util::future::join_all;
use store::{Consistency, Membership};

use crate::Chat;

/// The most memberships without a room that one call removes.
const MOST_GHOSTS: usize = 25;

/// The stays of a user, by room.
pub(crate) type Stays = BTreeMap<RoomId, Membership>;

/// The rooms of these stays. A stay whose room does not have the user is removed.
pub(crate) async fn rooms(
    chat: &Chat,
    user: UserId,
    stays: &Stays,
    consistency: Consistency,
) -> Result<Vec<Room>, Error> {
    let mut rooms = chat.store.rooms(stays.keys().copied(), consistency).await?;
    rooms.retain(|room| room.members.contains(&user));
    if rooms.len() == stays.len() {
        return Ok(rooms);
    }
    // A cheap read may lag.
    let missing: Vec<_> = stays.keys().copied().filter(|id| rooms.iter().all(|room| room.id != *id)).collect();
    let mut found = chat.store.rooms(missing.iter().copied(), Consistency::Strong).await?;
    found.retain(|room| room.members.contains(&user));
    let ghosts = missing.into_iter().filter(|id| found.iter().all(|room| room.id != *id)).take(MOST_GHOSTS);
    let removals = join_all(ghosts.map(|room| chat.store.remove_ghost(user, room))).await;
    for error in removals.into_iter().filter_map(Result::err) {
        tracing::warn!(cause = causes(&error), "a membership without a room stays");
    }
    rooms.append(&mut found);
    Ok(rooms)
}
