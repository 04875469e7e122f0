//! How often somebody registers from one network: an item in `credentials`, which only register and login may touch, with
//! the time at which a whole burst may come again. It expires then.

use domain::{Error, Network, Pace, Timestamp};

use crate::{Store, paces::count, s};

impl Store {
    /// Counts a registration, if it does not come too soon after those before: in one write, or in two where the last one
    /// was less than a pace ago.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn count_registration(&self, from: Network, pace: Pace, now: Timestamp) -> Result<(), Error> {
        let item = self
            .client
            .update_item()
            .table_name(&self.tables.credentials)
            // No name has a space.
            .key("username", s(format!("{from} registrations")));
        count("counting a registration", item, "full_at", pace, now, now + pace.ahead + pace.every).await
    }
}
