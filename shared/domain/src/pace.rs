use std::time::Duration;

use crate::Timestamp;

/// A limit on a rate: a token bucket with one number as its state, the time at which it will be full again (GCRA, ITU-T
/// I.371).
///
/// Each action moves that time on by `every`, from now at the earliest. An action is refused while the time is more
/// than `ahead` in the future. So one conditional write asks and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The interval between actions that are done without a pause.
    pub every: Duration,
    /// The most that the time of the full bucket may be in the future before an action.
    pub ahead: Duration,
}

impl Pace {
    /// The messages of one sender in one room: five a second, and a burst of 60. This is more than a person types, and
    /// enough for a client that was offline, and it floods no room. The burst is 60 so that clocks that differ by
    /// [`CLOCKS_DIFFER_BY`](crate::CLOCKS_DIFFER_BY) still leave some of it.
    pub const MESSAGES: Self = Self::new(Duration::from_millis(200), 60);

    /// A burst of so many actions, then one action per `every`.
    #[must_use]
    pub const fn new(every: Duration, burst: u32) -> Self {
        Self { every, ahead: every.saturating_mul(burst.saturating_sub(1)) }
    }

    /// The registrations from one network. The burst is as many as twenty minutes allow.
    #[must_use]
    pub fn registrations(per_hour: u32) -> Self {
        let every = Duration::from_hours(1) / per_hour.max(1);
        Self::new(every, (per_hour / 3).max(1))
    }

    /// The time to wait if the bucket will be full at `full_at`. Zero if the action may be done now.
    #[must_use]
    pub fn wait(self, full_at: Timestamp, now: Timestamp) -> Duration {
        full_at.since(now + self.ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks and counts as a conditional write does.
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
    fn a_third_of_the_registrations_of_an_hour_may_come_at_once() {
        let minute = Duration::from_mins(1);
        assert_eq!(Pace::registrations(60), Pace { every: minute, ahead: minute * 19 });
        assert_eq!(Pace::registrations(1), Pace { every: minute * 60, ahead: Duration::ZERO });
        assert_eq!(Pace::registrations(0), Pace::registrations(1));
    }
}
