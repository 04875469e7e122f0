use domain::{Cursor, Error, Message, MessageId, Page, Position, Refusal, RoomId};
use proptest::{collection::btree_set, option, prelude::*};

use crate::{config, holes::message};

/// A parameter of a query: a number near a limit, or any text.
fn parameter() -> impl Strategy<Value = Option<String>> {
    let number = prop_oneof![0..=102_u64, (1_u64 << 53) - 2..=1 << 53, any::<u64>()];
    option::of(prop_oneof![3 => number.prop_map(|number| number.to_string()), 1 => "\\PC{0,6}"])
}

fn position() -> impl Strategy<Value = Position> {
    let id = || (1..60_u64).prop_map(|id| MessageId::try_from(id).unwrap());
    prop_oneof![Just(Position::Latest), id().prop_map(Position::Before), id().prop_map(Position::After)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_page_is_what_was_asked_for_or_every_complaint(
        limit in parameter(), before in parameter(), after in parameter()
    ) {
        let id = |text: &String| text.parse::<MessageId>();
        let asked_before = before.as_ref().map(id);
        // After 0 is from the beginning.
        let asked_after = after.as_ref().map(|text| if text == "0" { Ok(MessageId::FIRST) } else { id(text) });
        match Page::parse(limit.as_deref(), before.as_deref(), after.as_deref()) {
            Ok(page) => {
                prop_assert!((1..=100).contains(&page.limit));
                prop_assert!(limit.is_none_or(|limit| limit.parse() == Ok(page.limit)));
                prop_assert_eq!(page.position, match (asked_before, asked_after) {
                    (Some(Ok(id)), None) => Position::Before(id),
                    (None, Some(Ok(id))) => Position::After(id),
                    (None, None) => Position::Latest,
                    other => return Err(TestCaseError::fail(format!("{other:?}"))),
                });
            }
            Err(Error::Refused(Refusal::Invalid(errors))) => {
                let bad_limit = limit.is_some_and(|limit| !limit.parse().is_ok_and(|n: usize| (1..=100).contains(&n)));
                prop_assert_eq!(errors.contains_key("limit"), bad_limit);
                let both = matches!((&asked_before, &asked_after), (Some(Ok(_)), Some(Ok(_))));
                prop_assert_eq!(errors.contains_key("before"), matches!(asked_before, Some(Err(_))) || both);
                prop_assert_eq!(errors.contains_key("after"), matches!(asked_after, Some(Err(_))));
            }
            Err(error) => return Err(TestCaseError::fail(format!("{error:?}"))),
        }
    }

    /// The store returns one message more than the page holds. The messages are of two rooms, and some have the same
    /// ids.
    #[test]
    fn following_the_cursors_finds_every_message_once(
        limit in 1..8_usize, count in 0..40_u64, doubled in btree_set(1..40_u64, 0..20), start in position()
    ) {
        let in_room = |room: u64| move |id: u64| Message {
            room: RoomId::try_from(room).unwrap(),
            ..message(MessageId::try_from(id).unwrap(), None)
        };
        let mut all: Vec<Message> = (1..=count).map(in_room(1)).chain(doubled.into_iter().map(in_room(2))).collect();
        all.sort_by_key(|message| (message.id, message.room));
        let lies = |position: Position, id: MessageId| match position {
            Position::Latest => true,
            Position::Before(end) => id < end,
            Position::After(start) => id > start,
        };
        let expected: Vec<Message> = all.iter().filter(|message| lies(start, message.id)).cloned().collect();
        let mut found = Vec::new();
        let mut next = Some(start);
        while let Some(position) = next {
            let page = Page { limit, position };
            let mut stored: Vec<_> = all.iter().filter(|message| lies(position, message.id)).cloned().collect();
            if !page.is_forward() {
                stored.reverse();
            }
            stored.truncate(limit + 1);
            let slice = page.cut(stored);
            prop_assert!(slice.messages.len() <= limit.max(2), "two of one id come together");
            if page.is_forward() { found.extend(slice.messages) } else { found.splice(0..0, slice.messages); }
            next = slice.next.map(|cursor| match cursor {
                Cursor::Before(id) => Position::Before(id),
                Cursor::After(id) => Position::After(id),
            });
        }
        prop_assert_eq!(found, expected);
    }
}
