use std::time::Duration;

use crate::{CLOCKS_DIFFER_BY, Timestamp};

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

    /// The frames of one user that are refused for the pace of calls: a burst of 30, then one a second. Beyond it the
    /// sending socket is closed. The burst is larger than the refusals of a client that waits for `retry_after`, even
    /// if clocks differ.
    pub const REFUSED_FRAMES: Self = Self::new(Duration::from_secs(1), 30);

    /// Refreshes of one session: a burst of ten, then one a minute. A client refreshes once a day.
    pub const REFRESHES: Self = Self::new(Duration::from_mins(1), 10);

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

    /// Calls of one user: as many at once as come in five seconds.
    ///
    /// More than a thousand per second do not limit anything, because times are kept in milliseconds.
    #[must_use]
    pub fn calls(per_second: u32) -> Self {
        Self::new(Duration::from_secs(1) / per_second.max(1), per_second.saturating_mul(5).max(1))
    }

    /// Changes of rooms by one user: as many at once as come in five minutes.
    #[must_use]
    pub fn room_changes(per_hour: u32) -> Self {
        Self::new(Duration::from_hours(1) / per_hour.max(1), (per_hour / 12).max(1))
    }

    /// Direct rooms of one user with strangers: those of a day at once.
    #[must_use]
    pub fn strangers(per_day: u32) -> Self {
        Self::new(DAY / per_day.max(1), per_day.max(1))
    }

    /// Searches of one user: a third of those of a minute at once.
    #[must_use]
    pub fn searches(per_minute: u32) -> Self {
        Self::new(Duration::from_mins(1) / per_minute.max(1), (per_minute / 3).max(1))
    }

    /// Uploads of one user: as many at once as come in a minute.
    #[must_use]
    pub fn uploads(per_hour: u32) -> Self {
        Self::new(Duration::from_hours(1) / per_hour.max(1), (per_hour / 60).max(1))
    }

    /// Uploaded bytes of one user: those of a day at once. An upload takes [`Pace::times`] its size.
    #[must_use]
    pub fn upload_bytes(per_day: u64) -> Self {
        let every = nanoseconds(DAY.as_nanos() / u128::from(per_day.max(1)));
        Self { every, ahead: DAY.saturating_sub(every) }
    }

    /// The pace of something that counts `weight` times.
    #[must_use]
    pub fn times(self, weight: u64) -> Self {
        let every = nanoseconds(self.every.as_nanos().saturating_mul(u128::from(weight)));
        Self { every, ahead: (self.ahead + self.every).saturating_sub(every) }
    }

    /// The time to wait if the bucket will be full at `full_at`. Zero if the action may be done now.
    #[must_use]
    pub fn wait(self, full_at: Timestamp, now: Timestamp) -> Duration {
        full_at.since(now + self.ahead)
    }
}

/// How often a room may push: like [`Pace`], but its clock counts pushes, because a message in a room of a thousand
/// members makes a thousand of them.
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

const DAY: Duration = Duration::from_hours(24);

fn nanoseconds(number: u128) -> Duration {
    Duration::from_nanos(u64::try_from(number).unwrap_or(u64::MAX))
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

    #[test]
    fn the_paces_of_a_user_have_the_bursts_of_the_documents() {
        let burst = |pace: Pace| {
            let mut full_at = at(0);
            (0..9999).filter(|_| done(pace, &mut full_at, at(0))).count()
        };
        let paces =
            [Pace::calls(20), Pace::room_changes(120), Pace::strangers(20), Pace::searches(60), Pace::uploads(600)];
        assert_eq!(paces.map(burst), [100, 10, 20, 20, 10]);
        let millis = |pace: Pace| pace.every.as_millis();
        assert_eq!(paces.map(millis), [50, 30_000, 4_320_000, 1_000, 6_000]);
        // The least that a parameter can be.
        let least = [Pace::calls(1), Pace::room_changes(1), Pace::strangers(1), Pace::searches(1), Pace::uploads(1)];
        assert_eq!(least.map(burst), [5, 1, 1, 1, 1]);
    }

    #[test]
    fn uploads_of_a_gigabyte_go_at_once_and_then_a_day_fills_the_bucket() {
        let megabytes = |number: u64| Pace::upload_bytes(1_000_000_000).times(number * 1_000_000);
        let mut full_at = at(0);
        assert_eq!((0..99).filter(|_| done(megabytes(100), &mut full_at, at(0))).count(), 10);
        assert!(!done(megabytes(1), &mut full_at, at(0)));
        assert_eq!(megabytes(100).wait(full_at, at(0)).as_secs(), 8640);
        assert_eq!(megabytes(1).wait(full_at, at(0)).as_millis(), 86_400);
        assert!(done(megabytes(1000), &mut full_at, at(86_400_000)));
    }
}
