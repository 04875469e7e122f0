use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize, Serializer};

/// The most by which the clocks of two instances may differ. Decisions by age hold while each clock is off by five
/// seconds at most. Lambda's clocks are within a millisecond (Amazon Time Sync Service).
pub const CLOCKS_DIFFER_BY: Duration = Duration::from_secs(10);

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Timestamp(u64);

impl Timestamp {
    /// The time so many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, the unit of DynamoDB's time to live and of JWT.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// The time that has passed since `earlier`. Zero if `earlier` is in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// The start of its minute.
    #[must_use]
    pub const fn minute(self) -> Self {
        Self(self.0 - self.0 % 60_000)
    }

    /// ISO 8601's basic format, UTC, in whole seconds: `20231201T120000Z`.
    #[must_use]
    pub fn basic(self) -> String {
        let mut basic = self.to_string();
        basic.truncate("2023-12-01T12:00:00".len());
        basic.retain(|character| !matches!(character, '-' | ':'));
        basic + "Z"
    }
}

impl TryFrom<String> for Timestamp {
    type Error = &'static str;

    /// Reads RFC 3339 in UTC, with or without fractions of a second.
    fn try_from(time: String) -> Result<Self, Self::Error> {
        let time = humantime::parse_rfc3339(&time);
        time.map(Self::from).map_err(|_| "must be a time as 2023-12-01T12:00:00Z, from 1970 to 9999")
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let millis = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Self(u64::try_from(millis).unwrap_or(u64::MAX))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        UNIX_EPOCH + Duration::from_millis(time.0)
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Display for Timestamp {
    /// RFC 3339, UTC, with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// 9999-12-31T23:59:59.999Z, the last time that RFC 3339 can write.
        const LAST: u64 = 253_402_300_799_999;
        let time = UNIX_EPOCH + Duration::from_millis(self.0.min(LAST));
        humantime::format_rfc3339_millis(time).fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_rfc_3339_with_milliseconds() {
        assert_eq!(Timestamp::from_millis(1_701_432_000_000).to_string(), "2023-12-01T12:00:00.000Z");
        assert_eq!(Timestamp::from_millis(u64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn is_read_as_it_is_written() {
        let read = |text: &str| Timestamp::try_from(text.to_owned()).map(Timestamp::millis);
        assert_eq!(read("2023-12-01T12:00:00.000Z"), Ok(1_701_432_000_000));
        assert_eq!(read("2023-12-01T12:00:00Z"), Ok(1_701_432_000_000));
        assert_eq!(read("9999-12-31T23:59:59.999Z"), Ok(253_402_300_799_999));
        for bad in
            ["", "1701432000", "2023-12-01", "2023-12-01T12:00:00", "1969-12-31T23:59:59Z", "2023-13-01T12:00:00Z"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn has_a_short_form_in_whole_seconds() {
        assert_eq!(Timestamp::from_millis(1_701_432_000_999).basic(), "20231201T120000Z");
    }

    #[test]
    fn a_minute_begins_with_its_first_second() {
        let minute = |millis| Timestamp::from_millis(millis).minute().to_string();
        assert_eq!(minute(1_701_432_059_999), "2023-12-01T12:00:00.000Z");
        assert_eq!(minute(1_701_432_060_000), "2023-12-01T12:01:00.000Z");
    }

    #[test]
    fn a_clock_before_1970_is_the_epoch() {
        assert_eq!(Timestamp::from(UNIX_EPOCH - Duration::from_secs(1)).millis(), 0);
    }
}
