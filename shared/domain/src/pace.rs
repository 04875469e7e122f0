use std::time::Duration;

use crate::{CLOCKS_DIFFER_BY, Timestamp};

/// How often something may be done: a token bucket that is one number, the time at which it will be full again (GCRA,
/// ITU-T I.371).
///
/// What is done moves that time on, from now at the earliest; what would move it on from too far ahead is refused. So one
/// conditional write asks and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long one time lasts, of many in a row.
    pub every: Duration,
    /// How far ahead the time may be that is moved on.
    pub ahead: Duration,
}

impl Pace {
    /// Five messages a second of one sender in one room, and 60 at once: more than anybody types, enough for a client that
    /// was offline, and no room is flooded. Sixty, as clocks that differ by [`CLOCKS_DIFFER_BY`](crate::CLOCKS_DIFFER_BY) then
    /// still leave some.
    pub const MESSAGES: Self = Self::new(Duration::from_millis(200), 60);

    /// So many at once, and then one each time that `every` is over.
    #[must_use]
    pub const fn new(every: Duration, burst: u32) -> Self {
        Self { every, ahead: every.saturating_mul(burst.saturating_sub(1)) }
    }

    /// Registrations from one address: as many at once as come in twenty minutes.
    #[must_use]
    pub fn registrations(per_hour: u32) -> Self {
        let every = Duration::from_hours(1) / per_hour.max(1);
        Self::new(every, (per_hour / 3).max(1))
    }

    /// How long to wait where the bucket will be full at `full_at`; zero where nothing need be waited for.
    #[must_use]
    pub fn wait(self, full_at: Timestamp, now: Timestamp) -> Duration {
        full_at.since(now + self.ahead)
    }
}

/// How often a room may push: like [`Pace`], but its clock counts pushes, because a message in a room of a thousand members makes a
/// thousand of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushPace {
    /// Pushes per second.
    pub per_second: u32,
}

impl PushPace {
    /// Two seconds more than clocks may differ by, as for [`Pace::MESSAGES`].
    const AHEAD: Duration = CLOCKS_DIFFER_BY.saturating_add(Duration::from_secs(2));

    /// The pushes that the pace has allowed since 1970.
    #[must_use]
    pub fn now(self, now: Timestamp) -> u64 {
        let pushes = u128::from(now.millis()) * u128::from(self.per_second) / 1000;
        u64::try_from(pushes).unwrap_or(u64::MAX)
    }

    /// The highest count to which pushes may be added.
    #[must_use]
    pub fn latest(self, now: Timestamp) -> u64 {
        self.now(now + Self::AHEAD)
    }

    /// How long to wait if the count is at `busy`; zero if it is not too high.
    #[must_use]
    pub fn wait(self, busy: u64, now: Timestamp) -> Duration {
        let excess = busy.saturating_sub(self.latest(now));
        Duration::from_millis(excess.saturating_mul(1000).div_ceil(u64::from(self.per_second.max(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What conditional writes do with the pace.
    fn done(pace: Pace, full_at: &mut Timestamp, now: Timestamp) -> bool {
        let allowed = pace.wait(*full_at, now).is_zero();
        if allowed {
            *full_at = (*full_at).max(now) + pace.every;
        }
        allowed
    }

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + millis)
    }

    #[test]
    fn sixty_messages_go_at_once_and_then_five_a_second() {
        let mut full_at = at(0);
        let sent = |full_at: &mut _, times, now| (0..times).filter(|_| done(Pace::MESSAGES, full_at, now)).count();
        assert_eq!(sent(&mut full_at, 99, at(0)), 60);
        assert_eq!(Pace::MESSAGES.wait(full_at, at(0)), Duration::from_millis(200));
        assert_eq!(sent(&mut full_at, 99, at(1000)), 5);
        assert_eq!(sent(&mut full_at, 99, at(60_000)), 60);
    }

    #[test]
    fn a_clock_that_is_ten_seconds_behind_another_still_lets_some_pass() {
        let mut full_at = at(0);
        assert!(done(Pace::MESSAGES, &mut full_at, at(10_000)));
        assert_eq!((0..99).filter(|_| done(Pace::MESSAGES, &mut full_at, at(0))).count(), 9);
    }

    #[test]
    fn a_room_pushes_for_some_seconds_at_once_and_then_at_its_pace() {
        let pace = PushPace { per_second: 2000 };
        let mut busy = 0;
        let mut messages = |now: Timestamp| {
            let sent = (0..99).take_while(|_| {
                let allowed = pace.wait(busy, now).is_zero();
                if allowed {
                    busy = pace.now(now).max(busy) + 1000;
                }
                allowed
            });
            sent.count()
        };
        assert_eq!([at(0), at(1000), at(1500)].map(&mut messages), [25, 2, 1]);
        assert_eq!(pace.wait(busy, at(1500)), Duration::from_millis(500));
    }

    #[test]
    fn a_third_of_the_registrations_of_an_hour_may_come_at_once() {
        let minute = Duration::from_mins(1);
        assert_eq!(Pace::registrations(60), Pace { every: minute, ahead: minute * 19 });
        assert_eq!(Pace::registrations(1), Pace { every: minute * 60, ahead: Duration::ZERO });
        assert_eq!(Pace::registrations(0), Pace::registrations(1));
    }
}
