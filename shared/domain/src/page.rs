//! Pages of messages, and the cursors that continue them.

use std::{fmt, str::FromStr};

use crate::{Budget, Error, FieldErrors, Message, MessageId, Refusal, ShownMessage};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 100;

/// The part of a list of messages that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The most messages: 1 to 100.
    pub limit: usize,
    /// The place in the list.
    pub position: Position,
}

/// The place of a page in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// At the end: the newest messages.
    Latest,
    /// Right before this message: older ones.
    Before(MessageId),
    /// Right after this message: newer ones.
    After(MessageId),
}

impl Page {
    /// Reads the query parameters `limit`, `before` and `after`.
    pub fn parse(limit: Option<&str>, before: Option<&str>, after: Option<&str>) -> Result<Self, Error> {
        let mut errors = FieldErrors::new();
        let mut reject = |name: &str, why: &str| {
            errors.insert(name.to_owned(), vec![why.to_owned()]);
        };
        let limit = match limit.map(str::parse) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => limit,
            Some(_) => {
                reject("limit", "must be an integer from 1 to 100");
                DEFAULT_LIMIT
            }
        };
        let before = before.and_then(|before| before.parse().map_err(|why| reject("before", why)).ok());
        let after = after.and_then(|after| place_after(after).map_err(|why| reject("after", why)).ok());
        // No message has the lowest id.
        let after = after.map(|after| after.unwrap_or(MessageId::FIRST));
        let position = match (before, after) {
            (Some(_), Some(_)) => {
                reject("before", "must not be combined with after");
                Position::Latest
            }
            (Some(before), None) => Position::Before(before),
            (None, Some(after)) => Position::After(after),
            (None, None) => Position::Latest,
        };
        if errors.is_empty() { Ok(Self { limit, position }) } else { Err(Refusal::Invalid(errors).into()) }
    }

    /// Cuts the page out of messages that lie in its direction, in any order. There is a next page if some do not fit.
    ///
    /// Messages of different rooms may have the same id, and a cursor cannot distinguish them. So the page ends before
    /// such messages, not between them. If it would be empty then, it has all of them and a next page, which may be
    /// empty.
    #[must_use]
    pub fn cut(&self, mut messages: Vec<Message>) -> Slice {
        messages.sort_unstable_by_key(|message| (message.id, message.room));
        if !self.is_forward() {
            messages.reverse();
        }
        let mut kept = 0;
        for one_id in messages.chunk_by(|one, other| one.id == other.id) {
            if kept > 0 && kept + one_id.len() > self.limit {
                break;
            }
            kept += one_id.len();
        }
        // A message that does not fit proves that there are more. If the page exceeds its limit, nothing was read
        // beyond it, and there may be more.
        let may_have_more = kept < messages.len() || kept > self.limit;
        messages.truncate(kept);
        let next = messages.last().filter(|_| may_have_more).map(|message| self.further(message.id));
        if !self.is_forward() {
            messages.reverse();
        }
        Slice { messages, next }
    }

    /// Whether the page extends towards newer messages.
    #[must_use]
    pub const fn is_forward(&self) -> bool {
        matches!(self.position, Position::After(_))
    }

    /// The beginning of the next page in the same direction, if this page ends with that message.
    #[must_use]
    pub const fn further(&self, id: MessageId) -> Cursor {
        if self.is_forward() { Cursor::After(id) } else { Cursor::Before(id) }
    }
}

/// Reads the id after which a list goes on: `None` for 0, which is before all ids.
pub(crate) fn place_after<Id: FromStr>(text: &str) -> Result<Option<Id>, Id::Err> {
    if text == "0" { Ok(None) } else { text.parse().map(Some) }
}

/// The beginning of the next page: right before or right after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Cursor {
    Before(MessageId),
    After(MessageId),
}

impl fmt::Display for Cursor {
    /// The query parameter that asks for the page.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(id) => write!(f, "before={id}"),
            Self::After(id) => write!(f, "after={id}"),
        }
    }
}

/// One page of messages.
#[derive(Debug)]
pub struct Slice<M = Message> {
    /// The messages, oldest first.
    pub messages: Vec<M>,
    /// The beginning of the next page in the same direction, if there is one.
    pub next: Option<Cursor>,
}

impl<M> Slice<M> {
    /// The same page, with each message converted.
    pub fn try_map<T>(self, each: impl FnMut(M) -> Result<T, Error>) -> Result<Slice<T>, Error> {
        Ok(Slice { messages: self.messages.into_iter().map(each).collect::<Result<_, _>>()?, next: self.next })
    }
}

impl Slice<ShownMessage> {
    /// The same page without the messages that do not fit into a budget. Those of one id stay together, as in
    /// [`Page::cut`].
    pub fn fit(mut self, page: Page, mut budget: Budget) -> Result<Self, Error> {
        if !page.is_forward() {
            self.messages.reverse();
        }
        let mut kept = 0;
        for one_id in self.messages.chunk_by(|one, other| one.message.id == other.message.id) {
            let mut fit = true;
            for message in one_id {
                fit &= budget.takes(message)?;
            }
            if !fit && kept > 0 {
                self.next = self.messages.get(kept - 1).map(|message| page.further(message.message.id));
                break;
            }
            kept += one_id.len();
        }
        self.messages.truncate(kept);
        if !page.is_forward() {
            self.messages.reverse();
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_the_newest_fifty_unless_asked_otherwise() {
        let page = Page::parse(None, None, None).unwrap();
        assert_eq!(page, Page { limit: 50, position: Position::Latest });
    }

    #[test]
    fn a_limit_is_from_1_to_100() {
        for (limit, good) in [("0", false), ("1", true), ("100", true), ("101", false), ("ten", false), ("-1", false)] {
            assert_eq!(Page::parse(Some(limit), None, None).is_ok(), good, "{limit}");
        }
    }

    #[test]
    fn a_page_ends_where_an_answer_ends() {
        let message = |id| {
            let (room, sender) = (crate::RoomId::try_from(1).unwrap(), crate::UserId::try_from(1).unwrap());
            let id = MessageId::try_from(id).unwrap();
            let text = "\"".repeat(4096).try_into().ok();
            Message { text, ..Message::empty(id, room, sender, 1) }
                .shown(None, |_| panic!("nothing is attached"))
                .unwrap()
        };
        let fit = |position| {
            let page = Page { limit: 400, position };
            let slice =
                Slice { messages: (1..=400).map(message).collect(), next: None }.fit(page, Budget::default()).unwrap();
            let ids = slice.messages.iter().map(|shown| shown.message.id.get());
            (ids.clone().min(), ids.max(), slice.next)
        };
        // Each has 16 KB and a little more: 250 of them fit.
        let (first, last, next) = fit(Position::Latest);
        assert_eq!((last, next), (Some(400), first.and_then(|id| Some(Cursor::Before(MessageId::try_from(id).ok()?)))));
        assert!(first.is_some_and(|first| (145..165).contains(&first)), "{first:?}");
        let (first, last, next) = fit(Position::After(MessageId::try_from(1).unwrap()));
        assert_eq!((first, next), (Some(1), last.and_then(|id| Some(Cursor::After(MessageId::try_from(id).ok()?)))));
    }

    #[test]
    fn a_cursor_is_one_message_id() {
        assert!(Page::parse(None, Some("7"), None).is_ok());
        assert!(Page::parse(None, Some("x"), None).is_err());
        assert!(Page::parse(None, Some("7"), Some("7")).is_err());
        assert!(Page::parse(None, Some("0"), None).is_err());
        assert_eq!(Page::parse(None, None, Some("0")).unwrap().position, Position::After(MessageId::FIRST));
    }
}
