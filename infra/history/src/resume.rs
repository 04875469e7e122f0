//! Rules about clients that resume: they miss no message forever.

use std::collections::HashSet;

use crate::{View, Violation, world::World};

/// "A push may be missed but never silently": a client that lists `?after=` at each gap and after each reconnect has
/// every message of the room up to its cursor.
pub(crate) fn whoever_resumes_has_everything(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for View { user, room, messages, cursor, is_caught_up } in &world.history.views {
        let shown: HashSet<u64> = messages.iter().map(|message| message.id).collect();
        let end = if *is_caught_up { u64::MAX } else { cursor + 1 };
        let missed = world.between(*room, 0, end).filter(|message| !shown.contains(&message.id));
        violations.extend(missed.map(|message| {
            let what = format!("{user} has resumed up to {cursor}, and has not {message:?}");
            Violation { rule: "whoever_resumes_has_everything", what }
        }));
    }
    violations
}

/// `GET /list-messages/`: "messages of all the caller's rooms, sent or received by the caller", each exactly once.
pub(crate) fn all_rooms_are_listed_as_each_one(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (user, messages) in &world.history.everything {
        let mut listed: Vec<u64> = messages.iter().map(|message| message.id).collect();
        listed.sort_unstable();
        let rooms = world.rooms.iter().filter(|(room, _)| world.is_in(*user, **room));
        let concerning = rooms.flat_map(|(_, messages)| messages.iter().filter(|message| message.concerns(*user)));
        let mut expected: Vec<u64> = concerning.map(|message| message.id).collect();
        expected.sort_unstable();
        if listed != expected {
            let only = |these: &[u64], those: &[u64]| -> Vec<u64> {
                these.iter().filter(|id| those.binary_search(id).is_err()).copied().collect()
            };
            let (missing, more) = (only(&expected, &listed), only(&listed, &expected));
            let what = format!("{user} has {} in the end; missing {missing:?}, more {more:?}", listed.len());
            violations.push(Violation { rule: "all_rooms_are_listed_as_each_one", what });
        }
    }
    violations
}
