//! The times in which a direct room was closed, in its item: three attributes each, in a fixed number of places. A new
//! one takes the place of the oldest. The write that closes or opens the room sets them, so that each message is
//! before, in or after such a time, in the order of the room.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use domain::{Closure, Error, MAX_CLOSURES, MessageId, Room, UserId};

use crate::{Item, n, number, rooms::with_prefix};

/// The attributes of a place: the last sequence before, the last one of it, and the id of that.
fn names(place: u64) -> [String; 3] {
    ["after", "last", "last_id"].map(|part| format!("closed {place} {part}"))
}

/// The times of an item, by place.
pub(crate) fn of(item: &Item) -> Result<BTreeMap<u64, Closure>, Error> {
    let places = with_prefix("closed ", item).filter_map(|(name, _)| name.strip_suffix(" after")?.parse().ok());
    let read = |name: &String| item.get(name).cloned().map(number).transpose();
    let closure = |place| {
        let [after, last, last_id] = &names(place);
        let end = read(last)?.zip(read(last_id)?.and_then(|id| MessageId::try_from(id).ok()));
        Ok((place, Closure { after: read(after)?.unwrap_or_default(), end }))
    };
    places.map(closure).collect()
}

/// The attributes of a new item.
pub(crate) fn items(closures: &BTreeMap<u64, Closure>) -> Item {
    let mut item = Item::new();
    for (place, Closure { after, end }) in closures {
        let [after_name, last_name, id_name] = names(*place);
        item.insert(after_name, n(*after));
        if let Some((last, id)) = end {
            item.extend([(last_name, n(*last)), (id_name, n(id.get()))]);
        }
    }
    item
}

/// The parts of a write that begins or ends such a time: assignments, removals and conditions, each with a separator
/// before it.
pub(crate) struct Change {
    pub(crate) assignments: String,
    pub(crate) removals: String,
    pub(crate) conditions: String,
    names: Vec<(&'static str, String)>,
    values: Vec<(&'static str, u64)>,
}

impl Change {
    /// Neither begins nor ends one.
    pub(crate) fn none() -> Self {
        let nothing = String::new;
        Self { assignments: nothing(), removals: nothing(), conditions: nothing(), names: vec![], values: vec![] }
    }

    /// Begins one in a room that was read, with the two members and their names in the write. The newest message that
    /// concerns a member is the last one, unless it is hidden from them by an earlier block. It needs the value `:first`.
    pub(crate) fn begin(room: &Room, members: [(UserId, &str); 2]) -> Self {
        let (hidden, open): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|(member, _)| room.may_hide_newest(*member));
        let shown = open.iter().map(|(_, name)| format!(", shown.{name} = if_not_exists(last_message_id, :first)"));
        let shown: String = shown.collect();
        let as_read = if hidden.is_empty() { "" } else { " AND #sequence = :sequence" };
        let sequence = hidden.first().map(|_| (":sequence", room.sequence));
        let oldest = room.closures.iter().min_by_key(|(_, closure)| closure.after);
        let free = (0..MAX_CLOSURES).find(|place| !room.closures.contains_key(place));
        let [after, last, last_id] = names(free.or(oldest.map(|(place, _)| *place)).unwrap_or_default());
        let change = Self {
            assignments: format!("{shown}, #after = #sequence"),
            removals: " REMOVE #last, #last_id".to_owned(),
            conditions: format!(" AND attribute_not_exists(#after){as_read}"),
            names: vec![
                ("#after", after),
                ("#last", last),
                ("#last_id", last_id),
                ("#sequence", "sequence".to_owned()),
            ],
            values: sequence.into_iter().collect(),
        };
        match oldest.filter(|_| free.is_none()) {
            None => change,
            Some((_, Closure { after, end })) => Self {
                assignments: format!("{}, counted_after = :forgotten", change.assignments),
                conditions: format!(" AND #after = :oldest{as_read}"),
                values: [(":forgotten", end.map_or(*after, |(last, _)| last)), (":oldest", *after)]
                    .into_iter()
                    .chain(sequence)
                    .collect(),
                ..change
            },
        }
    }

    /// Ends the one that has no end, if there is one: a room that was closed before it kept the times has none.
    pub(crate) fn end(room: &Room) -> Self {
        let Some((place, _)) = room.closures.iter().find(|(_, closure)| closure.end.is_none()) else {
            return Self::none();
        };
        let [after, last, last_id] = names(*place);
        Self {
            assignments: " SET #last = #sequence, #last_id = if_not_exists(last_message_id, :first)".to_owned(),
            removals: String::new(),
            conditions: " AND attribute_exists(#after) AND attribute_not_exists(#last)".to_owned(),
            names: vec![
                ("#after", after),
                ("#last", last),
                ("#last_id", last_id),
                ("#sequence", "sequence".to_owned()),
            ],
            values: vec![(":first", MessageId::FIRST.get())],
        }
    }

    /// Adds the names and values.
    pub(crate) fn with_values(self, mut update: UpdateBuilder) -> UpdateBuilder {
        for (name, attribute) in self.names {
            update = update.expression_attribute_names(name, attribute);
        }
        for (name, value) in self.values {
            update = update.expression_attribute_values(name, n(value));
        }
        update
    }
}
