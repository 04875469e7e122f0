//! A rule about quotes.

use std::{collections::HashMap, sync::Arc};

use crate::{Message, Quote, Violation, access::may_see, world::World};

/// A quote in an answer is the message that the reply answers, as it was sent, and its reader could have listed it.
pub(crate) fn a_quote_shows_what_its_reader_can_list(world: &World<'_>) -> Vec<Violation> {
    let messages: HashMap<(u64, u64), &Arc<Message>> =
        world.rooms.values().flatten().map(|message| ((message.room, message.id), message)).collect();
    let wrong = world.history.quotes.iter().filter(|quote| {
        let Quote { user, room, reply, id, sender, ref text, begun, ended } = **quote;
        let answers = messages.get(&(room, reply)).is_some_and(|reply| reply.reply_to == Some(id));
        let is_as_listed = messages.get(&(room, id)).is_some_and(|message| {
            message.sender == sender && message.text == *text && may_see(world, user, message, begun, ended)
        });
        !(answers && is_as_listed)
    });
    let violation = |quote: &Quote| Violation {
        rule: "a_quote_shows_what_its_reader_can_list",
        what: format!("{quote:?} is not a message that its reader could have listed"),
    };
    wrong.map(violation).collect()
}
