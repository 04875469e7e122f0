use std::time::{Duration, UNIX_EPOCH};

use domain::Timestamp;
use proptest::prelude::*;

use crate::config;

/// 9999-12-31T23:59:59.999Z
const LAST: u64 = 253_402_300_799_999;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_time_is_written_so_that_it_reads_back_and_sorts(one in 0..=LAST, other in 0..=LAST) {
        let [written, compared] = [one, other].map(|millis| Timestamp::from_millis(millis).to_string());
        prop_assert_eq!(written.len(), "2023-12-01T12:00:00.000Z".len());
        prop_assert_eq!(written.cmp(&compared), one.cmp(&other));
        let read = humantime::parse_rfc3339(&written).unwrap();
        prop_assert_eq!(read, UNIX_EPOCH + Duration::from_millis(one));
        prop_assert_eq!(Timestamp::from(read).millis(), one);
    }

    #[test]
    fn no_arithmetic_with_times_overflows(one: u64, other: u64, seconds: u64) {
        let [one, other] = [one, other].map(Timestamp::from_millis);
        let later = one + Duration::from_secs(seconds);
        prop_assert!(later >= one);
        prop_assert_eq!(one.since(other).is_zero(), one <= other);
        prop_assert!(later.to_string().ends_with('Z'));
    }
}
