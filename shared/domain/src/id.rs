//! Ids: integers that every JSON reader keeps exact.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The largest integer that every JSON reader keeps exact (RFC 8259, section 6).
pub(crate) const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "u64")]
        pub struct $name(u64);

        impl $name {
            /// The id as a number.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl TryFrom<u64> for $name {
            type Error = &'static str;

            fn try_from(id: u64) -> Result<Self, Self::Error> {
                if (1..=MAX_SAFE_INTEGER).contains(&id) { Ok(Self(id)) } else { Err("must be from 1 to 2^53 - 1") }
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(id: &str) -> Result<Self, Self::Err> {
                id.parse::<u64>().map_err(|_| "must be an integer").and_then(Self::try_from)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A user: 1, 2, 3, …
    UserId
}
id! {
    /// A room, which the API calls conversation or chatroom: 1, 2, 3, …
    RoomId
}
id! {
    /// A user's stay in a room, ordered by time like [`MessageId`].
    MembershipId
}
id! {
    /// A message: milliseconds since 2020-01-01, then 12 random bits.
    ///
    /// It fits 53 bits until 2089, and sorts by time across rooms. Within a room it strictly increases, because the
    /// room hands out the next higher id if a clock has not moved on. If two messages are sent to different rooms in
    /// one millisecond, they have the same id once in 4,096 times.
    MessageId
}

/// 2020-01-01T00:00:00Z in milliseconds since 1970.
const EPOCH: u64 = 1_577_836_800_000;
const RANDOM_BITS: u32 = 12;

/// The id of an event at `now`. The lowest 12 bits of `random` distinguish events of one millisecond.
const fn time_ordered(now: Timestamp, random: u16) -> u64 {
    let millis = now.millis().saturating_sub(EPOCH);
    let id = (millis << RANDOM_BITS) | (random as u64 & ((1 << RANDOM_BITS) - 1));
    if id == 0 { 1 } else { id & MAX_SAFE_INTEGER }
}

impl MessageId {
    /// The lowest id, which is before all messages.
    pub const FIRST: Self = Self(1);

    /// The id that a message sent at `now` asks for.
    #[must_use]
    pub const fn new(now: Timestamp, random: u16) -> Self {
        Self(time_ordered(now, random))
    }

    /// The time at which the message was sent, to the millisecond.
    #[must_use]
    pub const fn created_at(self) -> Timestamp {
        Timestamp::from_millis(EPOCH + (self.0 >> RANDOM_BITS))
    }

    /// The next higher id.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The next lower id, if there is one.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        Self::try_from(self.0 - 1).ok()
    }
}

impl MembershipId {
    /// The id of a stay that begins at `now`.
    #[must_use]
    pub const fn new(now: Timestamp, random: u16) -> Self {
        Self(time_ordered(now, random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_701_432_000_000);

    #[test]
    fn a_message_id_tells_its_time_and_sorts_by_it() {
        let later = Timestamp::from_millis(NOON.millis() + 1);
        assert_eq!(MessageId::new(NOON, 0xfff).created_at(), NOON);
        assert!(MessageId::new(NOON, 0xfff) < MessageId::new(later, 0));
    }

    #[test]
    fn a_message_id_fits_a_json_integer_until_2089() {
        let end_of_2088 = Timestamp::from_millis(3_755_289_599_999);
        let id = MessageId::new(end_of_2088, u16::MAX);
        assert_eq!(id.created_at(), end_of_2088);
        assert!(id.get() <= MAX_SAFE_INTEGER);
    }

    #[test]
    fn a_clock_before_2020_still_makes_an_id() {
        assert_eq!(MessageId::new(Timestamp::from_millis(0), 0).get(), 1);
    }

    #[test]
    fn ids_are_integers_from_1_to_the_largest_safe_one() {
        for good in ["1", "9007199254740991"] {
            assert!(good.parse::<RoomId>().is_ok(), "{good}");
        }
        for bad in ["0", "-1", "1.5", "1e3", "9007199254740992", "99999999999999999999", "one", ""] {
            assert!(bad.parse::<RoomId>().is_err(), "{bad}");
        }
    }
}
