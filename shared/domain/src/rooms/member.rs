use serde::Serialize;

use crate::{Error, FieldErrors, MAX_MEMBERS, MessageId, Refusal, Timestamp, UserId, Username, page::place_after};

const DEFAULT_LIMIT: usize = 100;

/// A member in the list of a room's members.
#[derive(Debug, Serialize)]
pub struct Member {
    /// Their id.
    pub user: UserId,
    /// Their name.
    pub username: Username,
    /// The time when they joined.
    pub joined_at: Timestamp,
    /// The last message that a device of theirs has, as far as the caller may see it.
    pub last_delivered: Option<MessageId>,
    /// The last message that they have read, as far as the caller may see it.
    pub last_read: Option<MessageId>,
    /// Whether they have a socket that receives the events of this room. `None` if the caller may not see it.
    pub online: Option<bool>,
}

/// A part of the members of a room, by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// How many members at most: 1 to 1,024.
    pub limit: usize,
    /// Only members with higher ids.
    pub after: Option<UserId>,
}

impl MemberPage {
    /// Reads the query parameters `limit` and `after`.
    pub fn parse(limit: Option<&str>, after: Option<&str>) -> Result<Self, Error> {
        let mut errors = FieldErrors::new();
        let limit = match limit.map(str::parse) {
            None => Some(DEFAULT_LIMIT),
            Some(limit) => limit.ok().filter(|limit| (1..=MAX_MEMBERS).contains(limit)),
        };
        if limit.is_none() {
            errors.insert("limit".to_owned(), vec![format!("must be an integer from 1 to {MAX_MEMBERS}")]);
        }
        let after = after.map(place_after).transpose().map_err(|why: &str| {
            errors.insert("after".to_owned(), vec![why.to_owned()]);
        });
        match (limit, after) {
            (Some(limit), Ok(after)) => Ok(Self { limit, after: after.flatten() }),
            _ => Err(Refusal::Invalid(errors).into()),
        }
    }
}

/// A page of a list, with what comes next.
#[derive(Debug)]
pub struct Listed<T, Next> {
    /// The items.
    pub items: Vec<T>,
    /// The beginning of the next page, if there is one.
    pub next: Option<Next>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_the_first_hundred_members_unless_asked_otherwise() {
        assert_eq!(MemberPage::parse(None, None).unwrap(), MemberPage { limit: 100, after: None });
        let seven = UserId::try_from(7).unwrap();
        assert_eq!(MemberPage::parse(Some("2"), Some("7")).unwrap(), MemberPage { limit: 2, after: Some(seven) });
        for (limit, good) in [("0", false), ("1", true), ("1024", true), ("1025", false), ("x", false)] {
            assert_eq!(MemberPage::parse(Some(limit), None).is_ok(), good, "{limit}");
        }
        assert_eq!(MemberPage::parse(None, Some("0")).unwrap().after, None);
        let Err(Error::Refused(Refusal::Invalid(errors))) = MemberPage::parse(Some("0"), Some("-1")) else {
            panic!("accepted")
        };
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["after", "limit"]);
    }
}
