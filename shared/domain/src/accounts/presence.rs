use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Error, MAX_PRESENCES, Refusal, Timestamp, UserId};

/// Whether a user is there, as another one may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Presence {
    /// The user.
    pub user: UserId,
    /// Whether the user is online. `None` if the other one may not see it.
    pub online: Option<bool>,
    /// The minute in which they were last online. `None` if it is not known or the other one may not see it.
    pub last_seen: Option<Timestamp>,
}

/// The users of the query of `GET /get-presence/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoughtPresences(BTreeSet<UserId>);

impl SoughtPresences {
    /// Reads ids with commas between them.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn parse(users: Option<&str>) -> Result<Self, Error> {
        let users = users.ok_or_else(|| Refusal::field("users", "is required"))?;
        let ids: Result<Vec<_>, _> = users.split(',').map(str::parse).collect();
        let ids = ids.ok().filter(|ids| ids.len() <= MAX_PRESENCES);
        let rule = || format!("must be 1 to {MAX_PRESENCES} ids of users, with commas between them");
        Ok(Self(ids.ok_or_else(|| Refusal::field("users", rule()))?.into_iter().collect()))
    }

    /// The users.
    #[must_use]
    pub const fn users(&self) -> &BTreeSet<UserId> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_1_to_50_users() {
        let ids = |count: u64| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        let count = |users: &str| SoughtPresences::parse(Some(users)).ok().map(|sought| sought.users().len());
        assert_eq!([1, 50].map(|many| count(&ids(many))), [Some(1), Some(50)]);
        assert_eq!(count("3,2,3"), Some(2));
        for wrong in ["", ",", "1,", "0", "-1", "1.5", "ann", "1 2", &ids(51)] {
            assert_eq!(count(wrong), None, "{wrong}");
        }
        assert!(SoughtPresences::parse(None).is_err());
    }
}
