use domain::{Message, MessageId, RoomId, Search, Text, UserId};
use proptest::prelude::*;

use crate::config;

fn message(text: &str) -> Message {
    let (id, room, sender) = (MessageId::try_from(1), RoomId::try_from(1), UserId::try_from(1));
    let text = Text::try_from(text.to_owned()).ok();
    Message { text, ..Message::empty(id.unwrap(), room.unwrap(), sender.unwrap(), 1) }
}

/// A word of one script, with accents, points and signs that are letters.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9äéßşİøǰﬁ]{1,9}",
        "[α-ωάέήίόύώϋΆΌ]{1,9}",
        "[а-яёйЁ]{1,9}",
        "[א-ת][\u{5b0}-\u{5bc}א-ת]{0,9}",
        "[آ-ي][\u{64b}-\u{652}آ-ي]{0,9}",
        "[अ-ह][\u{93e}-\u{94d}अ-ह]{0,9}",
        "[一-龥]{1,9}",
        "[ぁ-ん]{1,9}",
        "[가-힣]{1,9}",
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_message_is_found_by_each_of_its_words_in_any_case(
        words in prop::collection::vec(word(), 1..6), chosen in any::<prop::sample::Index>(), upper in any::<bool>()
    ) {
        let word = chosen.get(&words);
        let sought = if upper { word.to_uppercase() } else { word.to_lowercase() };
        let search = Search::parse(Some("1"), Some(&sought), None).unwrap();
        for separator in [" ", ", ", "\n", " — "] {
            prop_assert!(search.finds(&message(&words.join(separator))), "{sought:?} in {words:?}");
        }
        prop_assert!(!search.finds(&message("…")));
    }

    #[test]
    fn any_text_is_searched_for_or_refused_and_found_in_itself(text in "\\PC{0,120}", before in "\\PC{0,3}") {
        if let Ok(search) = Search::parse(Some("1"), Some(&text), None) {
            prop_assert!((1..=100).contains(&text.chars().count()));
            prop_assert!(search.finds(&message(&text)), "{text:?}");
            prop_assert!(!search.finds(&message("—")));
        } else {
            prop_assert!(text.chars().count() > 100 || !text.chars().any(|c| c.is_ascii_alphanumeric()));
        }
        prop_assert_eq!(Search::parse(Some("1"), Some("a"), Some(&before)).is_ok(), before.parse::<MessageId>().is_ok());
    }
}
