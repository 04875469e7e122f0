//! The pace of registrations from a network: an item in `credentials`, which only register and login may write, with
//! the time at which a whole burst is allowed again. The item expires at that time.

use domain::{Error, Network, Pace, Timestamp};

use crate::{Store, paces::count, s};

impl Store {
    /// Counts a registration, unless it comes too soon after earlier ones. Takes one write, or two if the last
    /// registration was less than a pace ago.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_registration(&self, from: Network, pace: Pace, now: Timestamp) -> Result<(), Error> {
        let item = self
            .client
            .update_item()
            .table_name(&self.tables.credentials)
            // Unlike this key, a name has no space.
            .key("username", s(format!("{from} registrations")));
        count("counting a registration", item, "full_at", pace, now, now + pace.ahead + pace.every).await
    }
}
