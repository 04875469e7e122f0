//! Rules about the numbers of the changes of a room.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{Followed, LAG, News, Revision, Step, Time, Violation, Wish, versions::may_be_made, world::World};

/// A number of a room belongs to one change: the same event for all members.
pub(crate) fn a_number_has_one_meaning(world: &World<'_>) -> Vec<Violation> {
    let mut meanings: HashMap<(u64, u64), &str> = HashMap::new();
    let other = world.history.news.iter().filter_map(|news| {
        let first = *meanings.entry((news.room, news.change)).or_insert(&news.meaning);
        (first != news.meaning).then(|| format!("{news:?}, and before {first:?}"))
    });
    other.map(|what| Violation { rule: "a_number_has_one_meaning", what }).collect()
}

/// A list of changes goes forwards, and has each message once. A client that is to list the room anew goes on from a
/// settled number, which may be lower than the one of its earlier membership.
pub(crate) fn a_list_of_changes_goes_forwards(world: &World<'_>) -> Vec<Violation> {
    let is_wrong = |step: &&Step| {
        let ids: BTreeSet<u64> = step.messages.iter().map(|message| message.id).collect();
        let is_twice = ids.len() < step.messages.len();
        !step.is_anew && (step.change < step.after || is_twice)
    };
    let all = world.history.followed.iter();
    let wrong = all.flat_map(|followed| followed.steps.iter().filter(is_wrong).map(move |step| (followed, step)));
    let violation = |(Followed { user, room, .. }, step): (&Followed, &Step)| Violation {
        rule: "a_list_of_changes_goes_forwards",
        what: format!("the changes of room {room} for {user}: {step:?}"),
    };
    wrong.map(violation).collect()
}

/// A list of rooms has the number of each change whose event came a second before the request.
pub(crate) fn a_room_has_its_newest_number(world: &World<'_>) -> Vec<Violation> {
    // Of each room, the highest number that was known at a time.
    let mut known: HashMap<u64, BTreeMap<Time, u64>> = HashMap::new();
    for News { room, change, at, .. } in &world.history.news {
        known
            .entry(*room)
            .or_default()
            .entry(at.1)
            .and_modify(|number| *number = (*number).max(*change))
            .or_insert(*change);
    }
    for numbers in known.values_mut() {
        let mut highest = 0;
        for number in numbers.values_mut() {
            highest = highest.max(*number);
            *number = highest;
        }
    }
    let mut violations = Vec::new();
    for overview in &world.history.overviews {
        for room in &overview.rooms {
            let numbers = known.get(&room.room);
            let before = numbers.and_then(|numbers| numbers.range(..overview.begun.saturating_sub(LAG)).next_back());
            if let Some((_, number)) = before.filter(|(_, number)| **number > room.changes) {
                let (user, begun) = (overview.user, overview.begun);
                let what = format!("{user} was shown {room:?} at {begun:?}, after the change {number}");
                violations.push(Violation { rule: "a_room_has_its_newest_number", what });
            }
        }
    }
    violations
}

/// Changes count 1, 2, 3, …: a room has no more numbers than tries of calls that take one. A refused call takes none,
/// and its founders take none. A fault may cause a number, because the system retries a write whose answer is lost.
pub(crate) fn a_number_has_a_cause(world: &World<'_>) -> Vec<Violation> {
    let history = world.history;
    let mut causes: HashMap<u64, u64> = history.acts.iter().map(|(room, tries)| (*room, *tries)).collect();
    for revision in &history.revisions {
        let last = revision.is_sure() || is_refused_late(world, revision);
        *causes.entry(revision.room).or_default() += revision.failed + u64::from(last);
    }
    let mut founded: HashMap<u64, Time> = HashMap::new();
    for stay in &history.stays {
        let first = founded.entry(stay.room).or_insert(stay.since.0);
        *first = stay.since.0.min(*first);
    }
    for stay in &history.stays {
        let has_come = founded.get(&stay.room).is_some_and(|first| *first < stay.since.0);
        // Who leaves may leave the room to an heir.
        let has_left = if stay.until.is_some() { 2 } else { 0 };
        *causes.entry(stay.room).or_default() += u64::from(has_come) + has_left;
    }
    let mut highest: BTreeMap<u64, u64> = BTreeMap::new();
    let known: BTreeSet<u64> = history.stays.iter().map(|stay| stay.room).collect();
    let rooms = history.overviews.iter().flat_map(|overview| &overview.rooms).map(|room| (room.room, room.changes));
    let news = history.news.iter().map(|news| (news.room, news.change));
    for (room, number) in rooms.chain(news).filter(|(room, _)| known.contains(room)) {
        let highest = highest.entry(room).or_default();
        *highest = number.max(*highest);
    }
    let more = |(room, number): (u64, u64)| (room, number.saturating_sub(causes.get(&room).copied().unwrap_or(0)));
    let more: Vec<_> = highest.into_iter().map(more).filter(|(_, number)| *number > 0).collect();
    let sum: u64 = more.iter().map(|(_, number)| number).sum();
    if sum <= history.faults {
        return Vec::new();
    }
    let what = format!("{sum} numbers too many, by room: {more:?}, and {} faults", history.faults);
    vec![Violation { rule: "a_number_has_a_cause", what }]
}

/// Whether a refused change may have taken its number before the message was deleted for everyone or with its room.
fn is_refused_late(world: &World<'_>, revision: &Revision) -> bool {
    let mut others = world.revisions(revision.key()).iter();
    world.history.gone.contains(&revision.room)
        || others.any(|other| other.what == Wish::Delete && other.meets(revision) && may_be_made(world, other))
}
