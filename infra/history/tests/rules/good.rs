//! A correct history: a random chat, in which pushes get lost, tries fail and leave holes, and users join and leave,
//! get roles and block each other.

use std::{collections::BTreeSet, ops::Range, sync::Arc, time::Duration};

use fastrand::Rng;
use history::{
    Change, History, Listing, Mentions, Message, Outcome, Overview, Position, Push, Role, RoomSeen, Scope, Sees, Sent,
    Signal, Stay, Time, View, Visit,
};

use crate::lively::{CHANGES, LIVELY, live};

/// The rooms with several members.
pub const ROOMS: u64 = 3;
/// Of these, the room whose newcomers do not see earlier messages.
pub const CLOSED: u64 = 2;
/// The direct room of the users 1 and 2. For a time, 1 blocks 2.
pub const DIRECT: u64 = 4;
/// The numbers of its messages during the block.
const BLOCKED: Range<u64> = 4..8;
/// The permanent members. One more user joins and leaves.
const MEMBERS: u64 = 4;
pub const WANDERER: u64 = 5;
const MESSAGES: u64 = 12;
/// Longer than anything is delivered a second time.
const SETTLED: Duration = Duration::from_secs(6);

/// Returns the history of a seed.
pub fn good(seed: u64) -> History {
    let mut random = Rng::with_seed(seed);
    let mut history = History::default();
    let mut now = Time::from_secs(20);
    for room in 1..=ROOMS {
        for user in 1..=MEMBERS {
            history.stays.push(Stay { user, room, since: (Time::ZERO, Time::ZERO), until: None, ..Stay::default() });
        }
        lead(&mut history, room);
        play(&mut history, &mut random, room, &mut now);
        look(&mut history, room, now);
    }
    block(&mut history, &mut random, &mut now);
    for user in 1..=WANDERER {
        let mine = |message: &&Arc<Message>| message.concerns(user) && is_shown(message, user) && user != WANDERER;
        let everything = history.stored.iter().flatten().filter(mine).cloned().collect();
        history.everything.push((user, everything));
    }
    now = live(&mut history, now);
    lead(&mut history, LIVELY);
    look_around(&mut history, now + SETTLED);
    history
}

/// Lets the user 1 make 2 an admin of a room.
fn lead(history: &mut History, room: u64) {
    let change = |user, value, begun| Change {
        of: (room, user),
        value,
        by: 1,
        begun,
        ended: begun,
        has_failed: false,
        is_sure: true,
    };
    history.roles.push(change(1, Role::Owner, Time::ZERO));
    history.roles.push(change(2, Role::Admin, Time::from_secs(10)));
}

/// Adds the messages of a direct room, some of them during a block.
fn block(history: &mut History, random: &mut Rng, now: &mut Time) {
    history.directs.insert(DIRECT, [1, 2]);
    for user in [1, 2] {
        history.stays.push(Stay { user, room: DIRECT, since: (*now, *now), ..Stay::default() });
    }
    let mut stored = Vec::new();
    for number in 0..MESSAGES {
        let is_blocked = BLOCKED.contains(&number);
        if number == BLOCKED.start || number == BLOCKED.end {
            *now += SETTLED;
            let (begun, ended) = (*now, *now);
            let (has_failed, is_sure) = (false, true);
            history.blocks.push(Change { of: (1, 2), value: is_blocked, by: 1, begun, ended, has_failed, is_sure });
        }
        let sender = random.u64(1..=2);
        let receivers = vec![3 - sender];
        let (id, text) = (DIRECT * 1_000_000 + number, format!("{DIRECT}/{number}"));
        let sequence = number + 1;
        let shown = Message {
            id,
            room: DIRECT,
            sender,
            receivers,
            sequence,
            client_id: None,
            text: text.clone(),
            version: 1,
            ..Message::default()
        };
        let message = history.see(shown);
        let begun = *now + Duration::from_millis(5);
        *now = begun + Duration::from_millis(5);
        let outcome = Outcome::Acknowledged(Arc::clone(&message));
        let (room, client_id, ended) = (DIRECT, None, *now);
        history.sends.push(Sent {
            sender,
            room,
            client_id,
            text,
            reply_to: None,
            mentions: Mentions::default(),
            picture: None,
            forwards: None,
            begun,
            ended,
            failed: 0,
            outcome,
        });
        for user in [1, 2].into_iter().filter(|user| is_shown(&message, *user)) {
            history.pushes.push(Push { user, bound: None, message: Arc::clone(&message), at: (*now, *now) });
        }
        stored.push(message);
    }
    for user in [1, 2] {
        let messages: Vec<_> = stored.iter().filter(|message| is_shown(message, user)).cloned().collect();
        let cursor = messages.last().map_or(0, |message| message.id);
        let (scope, position) = (Scope::Room(DIRECT), Position::After(1));
        let (begun, ended) = (*now, *now);
        history.listings.push(Listing { user, scope, position, messages: messages.clone(), begun, ended });
        history.views.push(View { user, room: DIRECT, since: Time::ZERO, messages, cursor, is_caught_up: true });
    }
    history.stored.push(stored);
}

/// Whether no block has withheld a message from a user.
fn is_shown(message: &Message, user: u64) -> bool {
    message.room != DIRECT || message.sender == user || !BLOCKED.contains(&(message.sequence - 1))
}

/// Adds lists of rooms, visits and signals.
fn look_around(history: &mut History, now: Time) {
    for user in 1..=WANDERER {
        let led = |room| RoomSeen {
            room,
            members: (1..=MEMBERS).collect(),
            owner: Some(1),
            admins: vec![2],
            changes: if room == LIVELY { CHANGES } else { 0 },
        };
        let mut rooms: Vec<_> = (1..=ROOMS).chain([LIVELY]).filter(|_| user != WANDERER).map(led).collect();
        if user <= 2 {
            rooms.push(RoomSeen { room: DIRECT, members: vec![1, 2], owner: None, admins: Vec::new(), changes: 0 });
        }
        history.overviews.push(Overview { user, rooms, begun: now, ended: now });
        if user != WANDERER {
            history.visits.push(Visit { user, room: 1, call: "list-members", begun: now, ended: now });
            history.signals.push(Signal { user, by: 1, room: 1, kind: "typing".to_owned(), at: (now, now) });
        }
    }
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
            let from = if room == CLOSED { came } else { Time::ZERO };
            let sees = Sees { from: (from, from), ..Sees::default() };
            let since = (came, came);
            history.stays.push(Stay { user: WANDERER, room, since, until: Some((begun, begun)), sees });
            let visible: &[Arc<Message>] = if room == CLOSED { &stored[3..] } else { &stored };
            let (scope, position, messages) = (Scope::Room(room), Position::After(1), visible.to_vec());
            history.listings.push(Listing { user: WANDERER, scope, position, messages, begun, ended: begun });
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
            version: 1,
            ..Message::default()
        });
        *now += Duration::from_millis(random.u64(1..20));
        let outcome = Outcome::Acknowledged(Arc::clone(&message));
        let (ended, reply_to, mentions, forwards) = (*now, None, Mentions::default(), None);
        history.sends.push(Sent {
            sender,
            room,
            client_id,
            text,
            reply_to,
            mentions,
            picture: None,
            forwards,
            begun,
            ended,
            failed,
            outcome,
        });
        for user in members.iter().copied() {
            if random.u8(..5) == 0 {
                continue;
            }
            let bound = random.bool().then_some(room);
            history.pushes.push(Push { user, bound, message: Arc::clone(&message), at: (*now, *now) });
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
        history.listings.push(Listing { user, scope, position, messages: messages.to_vec(), begun, ended: begun });
    };
    let middle = stored.len() / 2;
    page(1, Scope::Room(room), Position::After(stored[2].id), &stored[3..middle]);
    page(2, Scope::Room(room), Position::Latest, &stored[middle..]);
    page(2, Scope::Room(room), Position::Before(stored[middle].id), &stored[..middle]);
    let mine: Vec<_> = stored.iter().filter(|message| message.concerns(3)).cloned().collect();
    page(3, Scope::All, Position::Latest, &mine);
    for user in 1..=MEMBERS {
        let cursor = stored.last().map_or(0, |message| message.id);
        history.views.push(View {
            user,
            room,
            since: Time::ZERO,
            messages: stored.clone(),
            cursor,
            is_caught_up: true,
        });
    }
}
