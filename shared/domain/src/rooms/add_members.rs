use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Fields, Input, MAX_ADDED_AT_ONCE, Refusal, RoomId, UserId};

/// The numbers of earlier messages that newcomers can see.
const HISTORIES: [usize; 5] = [0, 25, 50, 75, 100];

/// The body of `POST /add-members/`.
#[derive(Clone, Debug)]
pub struct AddMembers {
    /// The room.
    pub room: RoomId,
    /// The users, 1 to 50.
    pub members: BTreeSet<UserId>,
    /// The number of earlier messages that they can see in a room whose history is `joined`.
    pub history: usize,
}

impl Input for AddMembers {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        // Counted before equal ids are one, because the contract limits the list.
        let members = fields.required::<Vec<UserId>>("members");
        if members.as_ref().is_some_and(|members| !(1..=MAX_ADDED_AT_ONCE).contains(&members.len())) {
            fields.reject("members", format!("must be 1 to {MAX_ADDED_AT_ONCE} ids"));
        }
        let history = fields.optional("history").unwrap_or_default();
        if !HISTORIES.contains(&history) {
            fields.reject("history", "must be 0, 25, 50, 75 or 100");
        }
        Some(Self { room: room?, members: members?.into_iter().collect(), history })
    }
}

/// The result of adding one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddResult {
    /// The user.
    pub user: UserId,
    status: &'static str,
}

impl AddResult {
    /// The user is a member, now or since before.
    #[must_use]
    pub const fn added(user: UserId) -> Self {
        Self { user, status: "added" }
    }

    /// The user has an invitation, or the caller must not notice that there is none.
    #[must_use]
    pub const fn invited(user: UserId) -> Self {
        Self { user, status: "invited" }
    }

    /// The word for the result.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        self.status
    }

    /// The user is not a member, for this reason.
    #[must_use]
    pub const fn refused(user: UserId, refusal: &Refusal) -> Self {
        Self { user, status: refusal.code() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn read(members: usize, history: &str) -> Result<AddMembers, Error> {
        let members: Vec<_> = (1..=members).collect();
        let body = format!(r#"{{"conversation_id":1,"members":{members:?},"history":{history}}}"#);
        Fields::parse(body.as_bytes()).unwrap().into()
    }

    #[test]
    fn at_most_fifty_users_are_added_at_once() {
        for (count, good) in [(0, false), (1, true), (50, true), (51, false)] {
            assert_eq!(read(count, "null").is_ok(), good, "{count}");
        }
        let body = format!(r#"{{"conversation_id":1,"members":{:?}}}"#, [7; 51]);
        let refused = Fields::parse(body.as_bytes()).unwrap().into::<AddMembers>();
        assert!(matches!(refused, Err(Error::Refused(Refusal::Invalid(errors))) if errors.contains_key("members")));
    }

    #[test]
    fn the_history_is_one_of_five_numbers() {
        for (history, good) in [("0", true), ("25", true), ("100", true), ("1", false), ("125", false), ("-25", false)]
        {
            assert_eq!(read(1, history).is_ok(), good, "{history}");
        }
        assert_eq!(read(1, "null").unwrap().history, 0);
    }

    #[test]
    fn the_status_of_a_refusal_is_its_code() {
        let user = UserId::try_from(7).unwrap();
        let refused = serde_json::to_string(&AddResult::refused(user, &Refusal::RoomFull)).unwrap();
        assert_eq!(refused, r#"{"user":7,"status":"room_full"}"#);
    }
}
