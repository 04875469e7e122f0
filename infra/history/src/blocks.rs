//! The rule about blocks.

use crate::{
    Violation,
    audience::ended,
    world::{Sighting, World},
};

/// A message in a direct room that was sent while one of the two blocked the other never reaches the other one: neither
/// by push nor in a list, also after the block.
pub(crate) fn nothing_crosses_a_block(world: &World<'_>) -> Vec<Violation> {
    let rule = "nothing_crosses_a_block";
    let is_blocked = |message: &crate::Message| {
        world
            .sends
            .get(message.text.as_str())
            .is_some_and(|send| world.is_closed(message.room, send.begun, ended(send, message)))
    };
    let in_directs = || world.history.directs.keys().filter_map(|room| world.rooms.get(room)).flatten();
    let crossed =
        world.sightings().filter(|sighting| sighting.user != sighting.message.sender && is_blocked(sighting.message));
    let crossed = crossed
        .map(|Sighting { message, user, how }| Violation { rule, what: format!("{message:?} was {how} {user}") });
    let addressed = in_directs().filter(|message| !message.receivers.is_empty() && is_blocked(message));
    let addressed = addressed.map(|message| Violation { rule, what: format!("{message:?} has a receiver") });
    crossed.chain(addressed).collect()
}
