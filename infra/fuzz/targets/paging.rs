//! The parameters of a page are read as they are, or a refusal names every wrong one.

#![no_main]

use domain::{Error, MessageId, Page, Position, Refusal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &str| {
    let mut lines = query.split('\n');
    // An empty line is an absent parameter; `""` is an empty one.
    let mut parameter = || lines.next().filter(|line| !line.is_empty()).map(|line| line.trim_matches('"'));
    let (limit, before, after) = (parameter(), parameter(), parameter());
    let id = |text: Option<&str>| text.map(str::parse::<MessageId>);
    let good_limit = limit.is_none_or(|limit| limit.parse().is_ok_and(|limit: usize| (1..=100).contains(&limit)));
    match Page::parse(limit, before, after) {
        Ok(page) => {
            assert!(good_limit && limit.map_or(50, |limit| limit.parse().unwrap()) == page.limit);
            let position = match (id(before), id(after)) {
                (Some(Ok(id)), None) => Position::Before(id),
                (None, Some(Ok(id))) => Position::After(id),
                (None, None) => Position::Latest,
                other => panic!("{other:?}"),
            };
            assert_eq!(page.position, position);
        }
        Err(Error::Refused(Refusal::Invalid(errors))) => {
            assert_eq!(errors.contains_key("limit"), !good_limit);
            assert_eq!(errors.contains_key("after"), matches!(id(after), Some(Err(_))));
            let both = matches!((id(before), id(after)), (Some(Ok(_)), Some(Ok(_))));
            assert_eq!(errors.contains_key("before"), both || matches!(id(before), Some(Err(_))));
        }
        Err(error) => panic!("{error:?}"),
    }
});
