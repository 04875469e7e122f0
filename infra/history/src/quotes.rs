//! A rule about quotes.

use crate::{Quote, Violation, access::may_see, versions::had_text, world::World};

/// A quote in an answer is the message that the reply answers, as it may have been during the call, and its reader could
/// have listed it.
pub(crate) fn a_quote_shows_what_its_reader_can_list(world: &World<'_>) -> Vec<Violation> {
    let wrong = world.history.quotes.iter().filter(|quote| {
        let Quote { user, room, reply, id, sender, ref text, begun, ended } = **quote;
        let key = (room, id);
        let send = world.message((room, reply)).and_then(|reply| world.send(reply));
        let answers = send.is_some_and(|send| send.reply_to == Some(id));
        // A block may withhold a newer text from the reader.
        let is_new = world.history.directs.contains_key(&room) || world.versions.may_read(key, text, begun);
        let is_as_listed = world.message(key).is_some_and(|message| {
            let is_text = had_text(world, message, text, ended);
            message.sender == sender && is_text && is_new && may_see(world, user, message, begun, ended)
        });
        !(answers && is_as_listed)
    });
    let violation = |quote: &Quote| Violation {
        rule: "a_quote_shows_what_its_reader_can_list",
        what: format!(
            "{quote:?} is not a message that its reader could have listed; {:?}",
            world.revisions((quote.room, quote.id))
        ),
    };
    wrong.map(violation).collect()
}
