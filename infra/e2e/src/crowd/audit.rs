//! The last look at everything, when no message is in flight.

use std::{collections::BTreeMap, sync::Arc};

use fastrand::Rng;
use history::{Listing, Message, Position, Scope, Sees};
use reqwest::Method;

use super::{Person, call::persist, recorder::Recorder};
use crate::User;

/// The number of users that list all their messages in the end.
const WITNESSES: usize = 24;

/// Lists every room, backwards and forwards, and all messages and rooms of some users.
pub(super) async fn audit(people: &[Person], recorder: &Recorder, random: &mut Rng) {
    let users: BTreeMap<u64, &User> = people.iter().map(|person| (person.user.id, &person.user)).collect();
    for (room, members) in members_with_all_messages(recorder) {
        let mut stored: BTreeMap<u64, Arc<Message>> = BTreeMap::new();
        let path = format!("/list-conversation-messages/{room}/?limit=100");
        // Each member lacks those that they have deleted for themselves, and in a direct room those behind a block.
        for member in members.iter().map(|member| users[member]) {
            let listed = pages(member, recorder, random, path.clone()).await;
            let listed: Vec<_> = listed.into_iter().rev().flatten().collect();
            assert!(listed.is_sorted_by(|one, other| one.id < other.id), "room {room} is not in order");
            stored.extend(listed.into_iter().map(|message| (message.id, message)));
            let begun = recorder.now();
            let messages = pages(member, recorder, random, format!("{path}&after=1")).await.concat();
            let (scope, position, ended) = (Scope::Room(room), Position::After(1), recorder.now());
            recorder.write().listings.push(Listing { user: member.id, scope, position, messages, begun, ended });
        }
        recorder.write().stored.push(stored.into_values().collect());
    }
    for Person { user, .. } in people.iter().step_by(people.len().div_ceil(WITNESSES)) {
        let listed = pages(user, recorder, random, "/list-messages/?limit=100".to_owned()).await;
        recorder.write().everything.push((user.id, listed.into_iter().rev().flatten().collect()));
        let begun = recorder.now();
        let rooms = persist(user, random, Method::GET, "/list-chatrooms/", None).await;
        let (rooms, _) = rooms.unwrap_or_else(|problem| panic!("the list of rooms was refused: {problem}"));
        recorder.looks_around(user.id, &rooms, begun);
    }
}

/// The rooms that still have members, each with its members from the beginning.
fn members_with_all_messages(recorder: &Recorder) -> BTreeMap<u64, Vec<u64>> {
    let mut rooms: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    let history = recorder.write();
    let founders = history.stays.iter().filter(|stay| stay.until.is_none() && stay.sees == Sees::default());
    for stay in founders {
        rooms.entry(stay.room).or_default().push(stay.user);
    }
    rooms
}

/// The pages of a list.
async fn pages(user: &User, recorder: &Recorder, random: &mut Rng, path: String) -> Vec<Vec<Arc<Message>>> {
    let mut pages = Vec::new();
    let mut next = Some(path);
    while let Some(path) = next {
        let begun = recorder.now();
        let page = persist(user, random, Method::GET, &path, None).await;
        let (page, further) = page.unwrap_or_else(|problem| panic!("{path} gave {problem}"));
        pages.push(recorder.see_all(user.id, page.as_array().into_iter().flatten(), begun));
        next = further;
    }
    pages
}
