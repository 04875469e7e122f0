//! What clients have seen of a chat, and whether it may have been so.
//!
//! Clients write down what they sent and were answered, what was pushed to them, what they listed, and when they joined
//! and left; [`check`] holds all of it against what the contract promises, whatever broke meanwhile. This crate does no
//! I/O and knows no clock: it is given a history, and says what is wrong with it.

mod audience;
mod event;
mod order;
mod resume;
mod stored;
mod violation;
mod world;

use std::{collections::HashSet, sync::Arc};

pub use audience::GOES_ON_FOR;
pub use event::{Listing, Message, Outcome, Position, Push, Scope, Sent, Stay, Time, View};
pub use violation::Violation;
use world::World;

/// What was seen. Times are since the start of the run, by one clock.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Each content once, however often it was seen.
    known: HashSet<Arc<Message>>,
    /// What was sent.
    pub sends: Vec<Sent>,
    /// What came over sockets.
    pub pushes: Vec<Push>,
    /// What was listed on the way.
    pub listings: Vec<Listing>,
    /// Who was where, and when.
    pub stays: Vec<Stay>,
    /// What clients have put together of pushes and lists.
    pub views: Vec<View>,
    /// All messages of each room, as a member lists them in the end, when nothing is on its way any more.
    pub stored: Vec<Vec<Arc<Message>>>,
    /// All messages of their rooms, as users list them in the end.
    pub everything: Vec<(u64, Vec<Arc<Message>>)>,
    /// How often something was broken on purpose.
    pub faults: u64,
}

impl History {
    /// Remembers a message as it was shown.
    pub fn see(&mut self, message: Message) -> Arc<Message> {
        if let Some(known) = self.known.get(&message) {
            return Arc::clone(known);
        }
        let message = Arc::new(message);
        self.known.insert(Arc::clone(&message));
        message
    }
}

/// The rules, each with the promise that it proves.
const RULES: [fn(&World<'_>) -> Vec<Violation>; 13] = [
    stored::acknowledged_is_stored,
    stored::what_is_seen_is_stored,
    stored::what_is_stored_was_sent,
    stored::none_is_doubled,
    stored::what_is_refused_is_not_stored,
    order::a_room_has_one_order,
    order::a_hole_has_a_cause,
    order::a_page_skips_nothing,
    resume::whoever_resumes_has_everything,
    resume::all_rooms_are_listed_as_each_one,
    audience::only_the_audience_is_told,
    audience::the_audience_is_who_was_there,
    audience::no_member_is_refused,
];

/// Everything that is wrong with a history: nothing, where the promises were kept.
#[must_use]
pub fn check(history: &History) -> Vec<Violation> {
    let world = World::new(history);
    RULES.iter().flat_map(|rule| rule(&world)).collect()
}
