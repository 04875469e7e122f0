//! Times as events of both APIs carry them.

use time::{OffsetDateTime, macros::format_description};

/// Formats a time as access logs do: `12/Mar/2020:19:03:58 +0000`.
pub(super) fn request_time(time: OffsetDateTime) -> String {
    let format = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    time.format(&format).unwrap_or_default()
}

/// Milliseconds since 1970.
pub(super) fn epoch_milliseconds(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}
