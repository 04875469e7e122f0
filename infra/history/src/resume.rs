//! Rules about clients that resume: they miss no message forever.

use std::collections::HashSet;

use crate::{
    Message, Time, View, Violation,
    access::{may_be_hidden, may_see},
    world::World,
};

/// "A push may be missed but never silently": a client that lists `?after=` at each gap and after each reconnect has
/// every message of the room up to its cursor that is not hidden from its user. Rooms that are gone are left out: their
/// messages are deleted while somebody lists them.
pub(crate) fn whoever_resumes_has_everything(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let views = world.history.views.iter().filter(|view| !world.history.gone.contains(&view.room));
    for View { user, room, since, messages, cursor, is_caught_up } in views {
        let is_visible = |message: &Message| {
            let sent = world.send(message).map_or(Time::MAX, |send| send.begun);
            sent >= *since
                && (message.sender == *user || !world.may_be_withheld(message))
                && !world.may_hide(*user, message.key(), Time::MAX)
        };
        let shown: HashSet<u64> = messages.iter().map(|message| message.id).collect();
        let end = if *is_caught_up { u64::MAX } else { cursor + 1 };
        let missed = world.between(*room, 0, end).filter(|message| !shown.contains(&message.id) && is_visible(message));
        violations.extend(missed.map(|message| {
            let what = format!("{user} has resumed up to {cursor}, and has not {message:?}");
            Violation { rule: "whoever_resumes_has_everything", what }
        }));
    }
    violations
}

/// `GET /list-messages/`: "messages of all the caller's rooms, sent or received by the caller", each exactly once, except
/// those that are hidden from the caller.
pub(crate) fn all_rooms_are_listed_as_each_one(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (user, messages) in &world.history.everything {
        let mut listed: Vec<u64> = messages.iter().map(|message| message.id).collect();
        listed.sort_unstable();
        let rooms = world.rooms.iter().filter(|(room, _)| world.is_in(*user, **room));
        let concerning = rooms.flat_map(|(_, messages)| messages.iter().filter(|message| message.concerns(*user)));
        let ids = |is_expected: fn(&World<'_>, u64, &Message) -> bool| {
            let expected = concerning.clone().filter(|message| is_expected(world, *user, message));
            let mut ids: Vec<u64> = expected.map(|message| message.id).collect();
            ids.sort_unstable();
            ids
        };
        let needed = ids(|world, user, message| !may_be_hidden(world, user, message, Time::MAX, Time::MAX));
        let allowed = ids(|world, user, message| may_see(world, user, message, Time::MAX, Time::MAX));
        let (missing, more) = (without(&needed, &listed), without(&listed, &allowed));
        if !missing.is_empty() || !more.is_empty() {
            let what = format!("{user} has {} in the end; missing {missing:?}, more {more:?}", listed.len());
            violations.push(Violation { rule: "all_rooms_are_listed_as_each_one", what });
        }
    }
    violations
}

/// The ids of one list that the other does not have, or has less often. Both lists ascend.
fn without(ids: &[u64], others: &[u64]) -> Vec<u64> {
    let mut others = others.iter().peekable();
    let is_missing = |id: &&u64| -> bool {
        while others.next_if(|other| other < id).is_some() {}
        others.next_if_eq(id).is_none()
    };
    ids.iter().filter(is_missing).copied().collect()
}
