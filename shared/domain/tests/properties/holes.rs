//! The hole rule in random rooms. The clocks of the senders differ, some senders are slow, and some die between the
//! turn and the message. A reader follows with `after=`, with a clock that differs as well.

use domain::{CLOCKS_DIFFER_BY, Message, MessageId, Page, Position, RoomId, SEND_WITHIN, Timestamp, UserId, settled};
use proptest::{collection::vec, option::weighted, prelude::*};

use crate::config;

const START: u64 = 1_701_432_000_000;
/// The most by which two clocks differ, in milliseconds.
const APART: u64 = CLOCKS_DIFFER_BY.as_secs() * 1000;
/// The milliseconds after which every message is stored that ever will be: the time in which it is stored or given up,
/// and a second for a write that was given up.
const WITHIN: u64 = SEND_WITHIN.as_secs() * 1000 + 1000;

pub fn message(id: MessageId, previous: Option<MessageId>) -> Message {
    Message { previous, ..Message::empty(id, RoomId::try_from(1).unwrap(), UserId::try_from(1).unwrap(), 1) }
}

/// One message of a sender. Times are in milliseconds.
#[derive(Clone, Debug)]
struct Send {
    /// The time since the message before, by the true clock.
    pause: u64,
    /// The lead of the sender's clock over the slowest clock.
    clock: u64,
    /// The time that storing takes after the turn. `None` if the sender dies.
    stored_after: Option<u64>,
}

/// The lead of a clock over the slowest one: more often than not the least or the most.
fn clock() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(APART), 0..=APART]
}

fn sends() -> impl Strategy<Value = Vec<Send>> {
    let quick_or_slow = prop_oneof![2 => 0..20_u64, 1 => 0..WITHIN, 1 => WITHIN - 300..WITHIN];
    let one = (prop_oneof![0..3_u64, 0..3000_u64], clock(), weighted(0.8, quick_or_slow));
    vec(one.prop_map(|(pause, clock, stored_after)| Send { pause, clock, stored_after }), 0..30)
}

/// One look of the reader.
#[derive(Clone, Debug)]
struct Look {
    /// The time since the look before, by the true clock.
    pause: u64,
    /// The time from the reader's look at the clock to the reading of the messages.
    reading: u64,
    limit: usize,
}

fn looks() -> impl Strategy<Value = Vec<Look>> {
    let one = (prop_oneof![0..200_u64, 0..4000_u64], prop_oneof![0..5_u64, 0..6000_u64], 1..6_usize);
    vec(one.prop_map(|(pause, reading, limit)| Look { pause, reading, limit }), 0..40)
}

/// The messages that are stored, each with its time of storing by the true clock.
fn room(sends: Vec<Send>) -> Vec<(u64, Message)> {
    let (mut now, mut previous, mut messages) = (START, None, Vec::new());
    for send in sends {
        now += send.pause;
        let wanted = MessageId::new(Timestamp::from_millis(now + send.clock), 0);
        let id = previous.map(MessageId::next).filter(|&next| next > wanted).unwrap_or(wanted);
        messages.extend(send.stored_after.map(|after| (now + after, message(id, previous))));
        previous = Some(id);
    }
    messages
}

/// A reader of a room, with the cursor and the messages read so far.
struct Reader {
    clock: u64,
    cursor: MessageId,
    read: Vec<MessageId>,
}

impl Reader {
    /// Reads a page as `list-conversation-messages` does.
    fn looks(&mut self, room: &[(u64, Message)], now: u64, look: &Look) {
        let page = Page { limit: look.limit, position: Position::After(self.cursor) };
        let stored = room.iter().filter(|(stored, message)| *stored <= now && message.id > self.cursor);
        let stored = stored.map(|(_, message)| message.clone()).take(look.limit + 1).collect();
        let clock = Timestamp::from_millis(now.saturating_sub(look.reading) + self.clock);
        let slice = page.cut(settled(stored, self.cursor, clock));
        self.read.extend(slice.messages.iter().map(|message| message.id));
        self.cursor = self.read.last().copied().unwrap_or(self.cursor);
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_reader_misses_nothing_and_is_never_stuck(
        sends in sends(), looks in looks(), clock in clock()
    ) {
        let room = room(sends);
        let mut reader = Reader { clock, cursor: MessageId::try_from(1).unwrap(), read: Vec::new() };
        let mut now = START;
        for look in looks {
            now += look.pause;
            reader.looks(&room, now, &look);
            let stored = room.iter().map(|(_, message)| message.id);
            let passed: Vec<_> = stored.filter(|&id| id <= reader.cursor).collect();
            prop_assert_eq!(&reader.read, &passed, "in order, once, and none that is stored later is passed");
        }
        let settled = now.max(room.iter().map(|(_, message)| message.id.created_at().millis()).max().unwrap_or(now));
        let last = Look { pause: 0, reading: 0, limit: 100 };
        reader.looks(&room, settled + WITHIN + APART, &last);
        prop_assert_eq!(reader.read, room.into_iter().map(|(_, message)| message.id).collect::<Vec<_>>());
    }

    #[test]
    fn what_a_reader_is_given_is_a_beginning_of_what_is_there(
        sends in sends(), now in START - 10_000..START + 100_000
    ) {
        let messages: Vec<_> = room(sends).into_iter().map(|(_, message)| message).collect();
        let given = settled(messages.clone(), MessageId::try_from(1).unwrap(), Timestamp::from_millis(now));
        prop_assert!(messages.starts_with(&given));
        let later = settled(messages, MessageId::try_from(1).unwrap(), Timestamp::from_millis(now + 1));
        prop_assert!(later.starts_with(&given), "time takes nothing away");
    }
}
