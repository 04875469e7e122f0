//! The hole rule: a reader waits at an id that was handed out while its message may still be stored.

use std::time::Duration;

use crate::{CLOCKS_DIFFER_BY, Message, MessageId, Timestamp};

/// The time in which a message is stored or given up, counted from the time in its id.
pub const SEND_WITHIN: Duration = Duration::from_secs(4);

/// The time in which a write that was given up may still be applied. DynamoDB promises no bound; its answers take
/// milliseconds.
const WRITE_LINGERS: Duration = Duration::from_secs(1);

/// The age of an id after which its message, if it is not stored yet, never will be.
pub const HOLE_SETTLES_AFTER: Duration = SEND_WITHIN.saturating_add(WRITE_LINGERS).saturating_add(CLOCKS_DIFFER_BY);

/// Whether a reader knows every message before `message`, if `seen` is the last message that the reader has of the
/// room. If not, an id was handed out in between, and its message may still be stored.
fn follows(message: &Message, seen: MessageId, now: Timestamp) -> bool {
    message.previous.is_none_or(|previous| previous <= seen || is_settled(previous, now))
}

/// Whether the message with this id, if it is not stored yet, never will be.
#[must_use]
pub fn is_settled(id: MessageId, now: Timestamp) -> bool {
    now.since(id.created_at()) >= HOLE_SETTLES_AFTER
}

/// The messages that a reader of one room may see, oldest first, if `after` is the reader's last id. They end before a
/// hole that may still be filled, so that no cursor skips a message.
#[must_use]
pub fn settled(messages: Vec<Message>, after: MessageId, now: Timestamp) -> Vec<Message> {
    let mut seen = after;
    messages
        .into_iter()
        .take_while(|message| {
            let follows = follows(message, seen, now);
            seen = message.id;
            follows
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RoomId, Text, UserId};

    const NOON: Timestamp = Timestamp::from_millis(1_701_432_000_000);

    fn id(millis: u64) -> MessageId {
        MessageId::new(Timestamp::from_millis(NOON.millis() + millis), 0)
    }

    /// The messages of a room that handed out its ids at these milliseconds after noon. The messages in `lost` were not
    /// stored.
    fn room(handed_out: &[u64], lost: &[u64]) -> Vec<Message> {
        let mut previous = None;
        let mut messages = Vec::new();
        for (sequence, millis) in (1..).zip(handed_out) {
            if !lost.contains(millis) {
                let (room, sender) = (RoomId::try_from(1).unwrap(), UserId::try_from(1).unwrap());
                messages.push(Message {
                    text: Text::try_from("hi".to_owned()).ok(),
                    previous,
                    ..Message::empty(id(*millis), room, sender, sequence)
                });
            }
            previous = Some(id(*millis));
        }
        messages
    }

    fn given(messages: Vec<Message>, after: u64, now: u64) -> Vec<u64> {
        let now = Timestamp::from_millis(NOON.millis() + now);
        settled(messages, id(after), now).iter().map(|message| message.sequence).collect()
    }

    #[test]
    fn a_reader_is_given_all_of_a_room_without_holes() {
        assert_eq!(given(room(&[10, 20, 30], &[]), 0, 30), [1, 2, 3]);
    }

    #[test]
    fn a_reader_stops_before_a_hole_that_may_still_be_filled() {
        assert_eq!(given(room(&[10, 20, 30], &[20]), 0, 15_019), [1]);
        assert_eq!(given(room(&[10, 20, 30], &[10]), 0, 15_009), [0_u64; 0]);
    }

    #[test]
    fn a_hole_is_final_after_fifteen_seconds() {
        assert_eq!(given(room(&[10, 20, 30], &[20]), 0, 15_020), [1, 3]);
    }

    #[test]
    fn a_hole_before_the_cursor_was_settled_when_the_cursor_was_given() {
        let messages = room(&[10, 20, 30], &[10]).into_iter().skip(1).collect();
        assert_eq!(given(messages, 20, 40), [3]);
    }

    #[test]
    fn a_clock_that_runs_ahead_makes_no_hole_look_old() {
        assert_eq!(given(room(&[9_000, 9_010], &[9_000]), 0, 100), [0_u64; 0]);
    }
}
