//! Rules about clients that follow the changes of a room: they miss none, and reach the last one.

use std::collections::HashMap;

use crate::{
    Followed, GOES_ON_FOR, Message, News, Outcome, Revision, Step, Time, Violation, Wish,
    access::may_be_out_of_sight,
    reactions::{is_replaced, reacts},
    versions::{edits, is_receiver},
    world::World,
};

/// A client that follows the changes of a room from the first one has each acknowledged change when an answer without
/// `more` has begun long enough after it: no number passes a change that is on its way. Until then, the answer may stop
/// before an earlier number, the change of which may still be on its way.
///
/// An answer that stops before a number of which clients have heard waits for a change that may be on its way. It has the
/// changes of a page at most, so it may lack the others.
pub(crate) fn a_follower_misses_no_change(world: &World<'_>) -> Vec<Violation> {
    let mut acknowledged: HashMap<u64, Vec<(&Revision, &Message)>> = HashMap::new();
    for revision in &world.history.revisions {
        if let Outcome::Acknowledged(message) = &revision.outcome {
            acknowledged.entry(revision.room).or_default().push((revision, message));
        }
    }
    let mut violations = Vec::new();
    let heard = Heard::new(&world.history.news);
    let all = world.history.followed.iter().filter(|followed| !world.history.gone.contains(&followed.room));
    for followed @ Followed { user, room, .. } in all {
        let client = Client::new(followed, &heard);
        for (revision, shown) in acknowledged.get(room).into_iter().flatten() {
            let Some((place, step)) = client.first_answer_after(revision.ended + GOES_ON_FOR) else { continue };
            if !client.has(world, revision, shown, place) && is_visible(world, *user, revision, step) {
                let begun = step.begun;
                let steps: Vec<_> = followed.steps.iter().map(brief).collect();
                let what = format!(
                    "{user}, who follows room {room}, has not {revision:?} after the answer of {begun:?}; {}",
                    steps.join(", ")
                );
                violations.push(Violation { rule: "a_follower_misses_no_change", what });
            }
        }
    }
    violations
}

/// A step without its messages.
fn brief(Step { after, change, messages, is_all, is_anew, is_event, begun, ended }: &Step) -> String {
    let kind = if *is_event {
        "event"
    } else if *is_anew {
        "anew"
    } else if *is_all {
        "all"
    } else {
        "some"
    };
    let ids: Vec<_> = messages.iter().map(|message| (message.id, message.version)).collect();
    format!("{kind} from {after} to {change} at {begun:?} to {ended:?} {ids:?}")
}

/// A client that asks again in the end has the last number of the room.
pub(crate) fn a_follower_reaches_the_end(world: &World<'_>) -> Vec<Violation> {
    let mut last: HashMap<u64, u64> = HashMap::new();
    for News { room, change, .. } in &world.history.news {
        let last = last.entry(*room).or_default();
        *last = change.max(last).to_owned();
    }
    let all = world.history.followed.iter().filter(|followed| followed.is_caught_up);
    let short = all.filter_map(|Followed { user, room, steps, .. }| {
        let (last, reached) = (last.get(room)?, steps.last().map_or(0, |step| step.change));
        (reached < *last).then(|| format!("{user} ends at the change {reached} of room {room}, which has {last}"))
    });
    short.map(|what| Violation { rule: "a_follower_reaches_the_end", what }).collect()
}

/// Whether the user surely sees the changed message in an answer, and no block has withheld the change. A reaction that
/// repeats one behind a block changes nothing.
fn is_visible(world: &World<'_>, user: u64, revision: &Revision, step: &Step) -> bool {
    let is_withheld = |of: &Revision| {
        let is_same = std::ptr::eq(of, revision)
            || matches!(of.what, Wish::React(_)) && of.what == revision.what && of.begun <= revision.ended;
        of.by == revision.by && is_same && world.may_be_closed(of.room, of.begun, of.latest())
    };
    let may_be_withheld =
        revision.by != user && world.revisions(revision.key()).iter().any(|revision| is_withheld(revision));
    let message = world.message(revision.key()).filter(|_| !may_be_withheld);
    message.is_some_and(|message| !may_be_out_of_sight(world, user, message, step.begun, step.ended))
}

/// The numbers of which clients have heard, by room: the times in their order, each with the highest number until then.
struct Heard(HashMap<u64, Vec<(Time, u64)>>);

impl Heard {
    fn new(news: &[News]) -> Self {
        let mut rooms: HashMap<_, Vec<_>> = HashMap::new();
        for News { room, change, at, .. } in news {
            rooms.entry(*room).or_default().push((at.1, *change));
        }
        for heard in rooms.values_mut() {
            heard.sort_unstable();
            let mut highest = 0;
            for (_, change) in heard {
                highest = highest.max(*change);
                *change = highest;
            }
        }
        Self(rooms)
    }

    /// The highest number of a room of which a client had heard at a time.
    fn at(&self, room: u64, time: Time) -> u64 {
        let Some(heard) = self.0.get(&room) else { return 0 };
        let until = heard.partition_point(|(at, _)| *at <= time).checked_sub(1);
        until.and_then(|last| heard.get(last)).map_or(0, |(_, change)| *change)
    }
}

/// A client that follows a room.
struct Client<'a> {
    user: u64,
    /// The answers that had all changes, with their place among the steps.
    answers: Vec<(usize, &'a Step)>,
    /// The observations of each message, with the place of their step.
    seen: HashMap<u64, Vec<(usize, Time, &'a Message)>>,
    /// The steps for which the client has listed the room anew, with their place.
    anew: Vec<(usize, &'a Step)>,
}

impl<'a> Client<'a> {
    fn new(followed: &'a Followed, heard: &Heard) -> Self {
        let steps = || followed.steps.iter().enumerate();
        let mut seen: HashMap<_, Vec<_>> = HashMap::new();
        for (place, step) in steps() {
            for message in &step.messages {
                seen.entry(message.id).or_default().push((place, step.begun, message.as_ref()));
            }
        }
        Self {
            user: followed.user,
            answers: steps()
                .filter(|(_, step)| step.is_all && step.change >= heard.at(followed.room, step.begun))
                .collect(),
            seen,
            anew: steps().filter(|(_, step)| step.is_anew).collect(),
        }
    }

    fn first_answer_after(&self, time: Time) -> Option<(usize, &'a Step)> {
        // They begin one after another.
        self.answers.get(self.answers.partition_point(|(_, step)| step.begun <= time)).copied()
    }

    /// Whether the steps up to a place have a change, or a later one that replaces it.
    fn has(&self, world: &World<'_>, revision: &Revision, shown: &Message, place: usize) -> bool {
        let seen = self.seen.get(&revision.id).into_iter().flatten();
        let mut seen = seen.take_while(|(at, ..)| *at <= place).peekable();
        if seen.peek().is_none() && self.is_beyond(revision, place) {
            return true;
        }
        if self.is_left_out(world, revision, place) {
            return true;
        }
        match &revision.what {
            Wish::Edit(..) | Wish::Delete => seen.any(|(.., message)| {
                message.version >= shown.version || self.has_lower(world, revision, shown, message)
            }),
            Wish::Hide if revision.by != self.user => true,
            Wish::Hide => seen.any(|(.., message)| message.hidden),
            // Where there was no reaction, its removal changes nothing.
            Wish::React(emoji) => seen.last().map_or(emoji.is_none(), |(_, begun, message)| {
                *begun > revision.ended
                    || message.hidden
                    || message.deleted_by.is_some()
                    || reacts(message, revision.by, emoji.as_deref())
                    || is_replaced(world, revision)
            }),
        }
    }

    /// Whether a message shows an edit or a deletion, or a later one, with a version that is lower for the client: a
    /// block has withheld an earlier edit.
    fn has_lower(&self, world: &World<'_>, revision: &Revision, shown: &Message, message: &Message) -> bool {
        let is_later = |(edit, text): (&Revision, &str)| text == message.text && edit.ended >= revision.begun;
        is_receiver(world.history, message, self.user)
            && (message.deleted_by.is_some() || edits(world, shown).any(is_later))
    }

    /// Whether the client has listed the room anew up to a place, to a hole before the message: it gets the message later, as
    /// it is then.
    fn is_beyond(&self, revision: &Revision, place: usize) -> bool {
        let mut lists = self.anew.iter().take_while(|(at, _)| *at <= place);
        lists.any(|(_, step)| step.messages.iter().all(|message| message.id < revision.id))
    }

    /// Whether the client has listed the room anew up to a place, without a message that its user may have deleted for
    /// themselves by the end of the list. An earlier call than this one may have deleted it.
    fn is_left_out(&self, world: &World<'_>, revision: &Revision, place: usize) -> bool {
        let mut lists = self.anew.iter().take_while(|(at, _)| *at <= place);
        lists.any(|(_, step)| {
            world.may_hide(self.user, revision.key(), step.ended)
                && step.messages.iter().all(|message| message.id != revision.id)
        })
    }
}
