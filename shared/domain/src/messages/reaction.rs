//! Reactions to messages: one per user. Their counts are made when a message is shown.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use crate::{MAX_SHOWN_EMOJI, MAX_SHOWN_REACTORS, Stored, UserId};

/// An emoji that Unicode recommends for general interchange, fully qualified (UTS 51, ED-27 and ED-18). So the emoji of
/// different keyboards count as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Emoji(String);

impl TryFrom<String> for Emoji {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        emojis::get(&text).map(|emoji| Self(emoji.as_str().to_owned())).ok_or("must be an emoji")
    }
}

impl Emoji {
    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Stored for Emoji {
    type Raw = String;

    fn stored(text: String) -> Self {
        Self(text)
    }
}

/// The last reaction of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The number of the change. Of two reactions of a user, that with the higher number stays.
    pub change: u64,
    /// The emoji; `None` if the user has removed it.
    pub emoji: Option<Emoji>,
}

/// The users with one emoji.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct EmojiCount {
    emoji: Emoji,
    count: usize,
    /// The first ones.
    users: Vec<UserId>,
    /// Whether the reader is among them. Left out for all readers.
    #[serde(skip_serializing_if = "Option::is_none")]
    mine: Option<bool>,
}

/// The users who react, with their emoji, in the order of their reactions.
pub(super) fn in_order(reactions: &BTreeMap<UserId, Reaction>) -> Vec<(UserId, &Emoji)> {
    let mut all: Vec<_> = reactions
        .iter()
        .filter_map(|(&user, reaction)| Some((reaction.change, user, reaction.emoji.as_ref()?)))
        .collect();
    all.sort_unstable();
    all.into_iter().map(|(_, user, emoji)| (user, emoji)).collect()
}

/// The most frequent emoji, most first; of equally many, the first used.
pub(super) fn counted(reactions: &BTreeMap<UserId, Reaction>, reader: Option<UserId>) -> Vec<EmojiCount> {
    let mut counts: Vec<EmojiCount> = Vec::new();
    let mut places = BTreeMap::new();
    for (user, emoji) in in_order(reactions) {
        let place = *places.entry(emoji).or_insert(counts.len());
        if place == counts.len() {
            let mine = reader.map(|_| false);
            counts.push(EmojiCount { emoji: emoji.clone(), count: 0, users: Vec::new(), mine });
        }
        let Some(count) = counts.get_mut(place) else { continue };
        count.count += 1;
        if count.users.len() < MAX_SHOWN_REACTORS {
            count.users.push(user);
        }
        if reader == Some(user) {
            count.mine = Some(true);
        }
    }
    counts.sort_by_key(|count| Reverse(count.count));
    counts.truncate(MAX_SHOWN_EMOJI);
    counts
}

/// The reaction of a user in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownReaction {
    /// The user.
    pub user: UserId,
    /// The emoji.
    pub emoji: Emoji,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(id: u64) -> UserId {
        UserId::try_from(id).unwrap()
    }

    fn emoji(text: &str) -> Emoji {
        Emoji::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn an_emoji_is_one_of_unicode() {
        for good in ["👍", "👍🏽", "❤️", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇹🇷", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺️"]
        {
            assert_eq!(emoji(good).as_str(), good);
        }
        for bad in ["", " ", "a", "1", "#", "👍👍", "👍 ", "🇹", "👍\u{301}", "\u{200d}", "\u{fe0f}", ":+1:", "👍🏽🏽"]
        {
            assert!(Emoji::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(emojis::iter().all(|emoji| emoji.as_str().len() <= 64));
    }

    #[test]
    fn the_same_emoji_of_two_keyboards_counts_as_one() {
        assert_eq!(emoji("\u{2764}"), emoji("\u{2764}\u{fe0f}"));
    }

    #[test]
    fn counts_name_the_first_users() {
        let reactions: BTreeMap<_, _> = [(5, "🎉"), (4, "👍"), (3, "👍"), (2, "👍"), (1, "👍"), (6, "😂")]
            .into_iter()
            .zip(1..)
            .map(|((id, text), change)| (user(id), Reaction { change, emoji: Some(emoji(text)) }))
            .chain([(user(7), Reaction { change: 9, emoji: None })])
            .collect();
        let shown = |reader| serde_json::to_value(counted(&reactions, reader)).unwrap();
        let expected = |mine: [bool; 3]| {
            json!([
                {"emoji": "👍", "count": 4, "users": [4, 3, 2], "mine": mine[0]},
                {"emoji": "🎉", "count": 1, "users": [5], "mine": mine[1]},
                {"emoji": "😂", "count": 1, "users": [6], "mine": mine[2]},
            ])
        };
        assert_eq!(shown(Some(user(1))), expected([true, false, false]));
        assert_eq!(shown(Some(user(7))), expected([false; 3]));
        assert_eq!(shown(None)[0], json!({"emoji": "👍", "count": 4, "users": [4, 3, 2]}));
    }

    #[test]
    fn only_the_most_frequent_emoji_are_shown() {
        let all = emojis::iter().take(100).zip(1..);
        let reactions = all.map(|(one, id)| (user(id), Reaction { change: id, emoji: Some(emoji(one.as_str())) }));
        let shown = counted(&reactions.collect(), None);
        assert_eq!((shown.len(), shown[0].users[0]), (MAX_SHOWN_EMOJI, user(1)));
    }
}
