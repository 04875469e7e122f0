use std::time::SystemTime;

use domain::Timestamp;

/// The time, as this machine has it.
#[must_use]
pub fn now() -> Timestamp {
    SystemTime::now().into()
}
