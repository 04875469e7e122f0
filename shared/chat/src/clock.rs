use std::time::SystemTime;

use domain::Timestamp;

/// The time of this machine's clock.
#[must_use]
pub fn now() -> Timestamp {
    SystemTime::now().into()
}
