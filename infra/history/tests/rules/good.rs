//! A correct history: a random chat, in which pushes get lost, tries fail and leave holes, and users join and leave.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use fastrand::Rng;
use history::{History, Listing, Message, Outcome, Position, Push, Scope, Sent, Stay, Time, View};

const ROOMS: u64 = 3;
/// The permanent members. One more user joins and leaves.
const MEMBERS: u64 = 4;
const WANDERER: u64 = 5;
const MESSAGES: u64 = 12;

/// Returns the history of a seed.
pub fn good(seed: u64) -> History {
    let mut random = Rng::with_seed(seed);
    let mut history = History::default();
    let mut now = Time::from_secs(1);
    for room in 1..=ROOMS {
        for user in 1..=MEMBERS {
            history.stays.push(Stay { user, room, since: (Time::ZERO, Time::ZERO), until: None });
        }
        play(&mut history, &mut random, room, &mut now);
        look(&mut history, room, now);
    }
    for user in 1..=WANDERER {
        let mine = |message: &&Arc<Message>| message.concerns(user) && user != WANDERER;
        let everything = history.stored.iter().flatten().filter(mine).cloned().collect();
        history.everything.push((user, everything));
    }
    history
}

/// Adds the messages of a room, one after another.
fn play(history: &mut History, random: &mut Rng, room: u64, now: &mut Time) {
    let mut members: BTreeSet<u64> = (1..=MEMBERS).collect();
    let mut stored = Vec::new();
    let mut sequence = 0;
    let mut came = *now;
    for number in 0..MESSAGES {
        *now += Duration::from_millis(random.u64(10..50));
        let begun = *now;
        if number == 3 {
            members.insert(WANDERER);
            came = begun;
        }
        if number == 8 {
            members.remove(&WANDERER);
            history.stays.push(Stay { user: WANDERER, room, since: (came, came), until: Some((begun, begun)) });
        }
        *now += Duration::from_millis(5);
        let begun = *now;
        let failed = u64::from(random.u8(..4) == 0);
        sequence += 1 + failed;
        let sender = random.u64(1..=MEMBERS);
        let text = format!("{room}/{number}");
        let client_id = random.bool().then(|| text.clone());
        let receivers = members.iter().copied().filter(|member| *member != sender).collect();
        let id = room * 1_000_000 + sequence * 10;
        let message = history.see(Message {
            id,
            room,
            sender,
            receivers,
            sequence,
            client_id: client_id.clone(),
            text: text.clone(),
        });
        *now += Duration::from_millis(random.u64(1..20));
        let outcome = Outcome::Acknowledged(Arc::clone(&message));
        history.sends.push(Sent { sender, room, client_id, text, begun, ended: *now, failed, outcome });
        for user in members.iter().copied() {
            if random.u8(..5) == 0 {
                continue;
            }
            let bound = random.bool().then_some(room);
            history.pushes.push(Push { user, bound, message: Arc::clone(&message) });
        }
        stored.push(message);
    }
    history.stored.push(stored);
}

/// Adds the lists and views of a room's readers.
fn look(history: &mut History, room: u64, now: Time) {
    let stored = history.stored.last().cloned().unwrap_or_default();
    let begun = now + Duration::from_secs(2);
    let mut page = |user, scope, position, messages: &[Arc<Message>]| {
        history.listings.push(Listing { user, scope, position, messages: messages.to_vec(), begun });
    };
    let middle = stored.len() / 2;
    page(1, Scope::Room(room), Position::After(stored[2].id), &stored[3..middle]);
    page(2, Scope::Room(room), Position::Latest, &stored[middle..]);
    page(2, Scope::Room(room), Position::Before(stored[middle].id), &stored[..middle]);
    let mine: Vec<_> = stored.iter().filter(|message| message.concerns(3)).cloned().collect();
    page(3, Scope::All, Position::Latest, &mine);
    for user in 1..=MEMBERS {
        let cursor = stored.last().map_or(0, |message| message.id);
        history.views.push(View { user, room, messages: stored.clone(), cursor, is_caught_up: true });
    }
}
