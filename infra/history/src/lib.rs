//! Checks the history of a chat, as its clients saw it, against the promises of the contract.
//!
//! Clients record their sends and their changes of messages with the answers, their pushes, their lists, the changes that
//! they followed, and the times at which they joined and left, were given roles and blocked each other.
//! [`check`] compares this history with the promises, which hold under faults too. This crate does no I/O and reads no
//! clock: a history goes in, violations come out.

mod access;
mod audience;
mod blocks;
mod change;
mod deletions;
mod event;
mod follow;
mod forwards;
mod marks;
mod numbers;
mod order;
mod quotes;
mod reactions;
mod register;
mod resume;
mod revision;
mod roles;
mod sighting;
mod stored;
mod versions;
mod violation;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
    time::Duration,
};

pub use audience::{GOES_ON_FOR, TWICE_WITHIN};
pub use change::{Change, Overview, Role, RoomSeen, Sees, Signal, Stay, Visit};
pub use event::{
    Link, Listing, Mentions, Message, Outcome, Picture, Position, Push, Quote, Reaction, Scope, Sent, Time, View,
};
pub use marks::{Info, Mark, Marked, Moved, Receipt};
pub use revision::{Followed, News, Revision, Step, Wish};
pub use violation::Violation;
use world::World;

/// The longest lag of an answer that is read without waiting for the newest writes.
const LAG: Duration = Duration::from_secs(1);

/// The observations of all clients. Times are since the start of the run, by one clock.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Each distinct message, once.
    known: HashSet<Arc<Message>>,
    /// The sent messages.
    pub sends: Vec<Sent>,
    /// The messages that came over sockets.
    pub pushes: Vec<Push>,
    /// The pages that clients listed during the run.
    pub listings: Vec<Listing>,
    /// The quotes in answers.
    pub quotes: Vec<Quote>,
    /// The links to pictures of deleted messages.
    pub links: Vec<Link>,
    /// The calls that changed messages.
    pub revisions: Vec<Revision>,
    /// The changes that clients followed.
    pub followed: Vec<Followed>,
    /// The events about changes.
    pub news: Vec<News>,
    /// The number of tries of calls that may have changed each room itself, besides stays.
    pub acts: BTreeMap<u64, u64>,
    /// The times of users in rooms.
    pub stays: Vec<Stay>,
    /// The views that clients built from pushes and lists.
    pub views: Vec<View>,
    /// All messages of each room, as a member lists them in the end, when no message is in flight.
    pub stored: Vec<Vec<Arc<Message>>>,
    /// The final lists of all messages of a user, with the user.
    pub everything: Vec<(u64, Vec<Arc<Message>>)>,
    /// The direct rooms, each with its two members.
    pub directs: BTreeMap<u64, [u64; 2]>,
    /// The rooms that were deleted, or that everybody has left. Nobody lists their messages in the end.
    pub gone: BTreeSet<u64>,
    /// The roles of users in rooms: `(room, user)`.
    pub roles: Vec<Change<(u64, u64), Role>>,
    /// Whether only admins may send to a room.
    pub silences: Vec<Change<u64, bool>>,
    /// Whether a user blocks another: `(blocker, blocked)`.
    pub blocks: Vec<Change<(u64, u64), bool>>,
    /// The lists of rooms.
    pub overviews: Vec<Overview>,
    /// The calls about rooms that succeeded.
    pub visits: Vec<Visit>,
    /// The events about rooms other than messages.
    pub signals: Vec<Signal>,
    /// The marks that users have tried to set.
    pub marked: Vec<Marked>,
    /// The events about marks.
    pub moved: Vec<Moved>,
    /// The receipts of messages, as their senders were shown them.
    pub infos: Vec<Info>,
    /// The number of injected faults.
    pub faults: u64,
}

impl History {
    /// Adds a message as it was shown. Returns the earlier one if it is equal.
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
const RULES: [fn(&World<'_>) -> Vec<Violation>; 41] = [
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
    access::nobody_lists_what_is_hidden,
    access::nobody_visits_a_foreign_room,
    access::a_user_lists_their_own_rooms,
    access::nobody_hears_of_a_foreign_room,
    blocks::nothing_crosses_a_block,
    quotes::a_quote_shows_what_its_reader_can_list,
    roles::a_room_has_one_owner,
    roles::a_role_was_given,
    roles::only_admins_act_as_admins,
    versions::no_answer_is_older_than_one_before,
    versions::a_version_has_one_content,
    versions::no_text_comes_back,
    versions::a_version_has_a_cause,
    deletions::an_acknowledgement_shows_the_change,
    deletions::what_is_deleted_is_gone,
    deletions::files_leave_with_their_message,
    deletions::what_is_deleted_for_oneself_is_gone,
    follow::a_follower_misses_no_change,
    follow::a_follower_reaches_the_end,
    numbers::a_number_has_one_meaning,
    numbers::a_list_of_changes_goes_forwards,
    numbers::a_room_has_its_newest_number,
    numbers::a_number_has_a_cause,
    reactions::a_reaction_counts_once,
    forwards::a_forward_is_a_copy,
    forwards::only_members_are_mentioned,
    marks::a_mark_was_set,
    marks::a_receipt_stays,
];

/// Returns all violations of the promises in a history.
#[must_use]
pub fn check(history: &History) -> Vec<Violation> {
    let world = World::new(history);
    RULES.iter().flat_map(|rule| rule(&world)).collect()
}
