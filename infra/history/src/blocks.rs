//! The rule about blocks.

use crate::{Violation, sighting::Sighting, world::World};

/// A message in a direct room that was sent while one of the two blocked the other never reaches the other one: neither
/// by push nor in a list, also after the block.
pub(crate) fn nothing_crosses_a_block(world: &World<'_>) -> Vec<Violation> {
    let is_other = |sighting: &Sighting<'_>| sighting.user != sighting.message.sender;
    let crossed = world.sightings().filter(|sighting| is_other(sighting) && world.is_withheld(sighting.message));
    let violation = |Sighting { message, user, how, .. }: Sighting<'_>| Violation {
        rule: "nothing_crosses_a_block",
        what: format!("{message:?} was {how} {user}"),
    };
    crossed.map(violation).collect()
}
