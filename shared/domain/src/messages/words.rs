//! The words of a search, and the texts that have them.

use caseless::Caseless;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, Script},
    script::ScriptWithExtensions,
};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The longest search, in characters: a long sentence. All its words are compared with each message.
const MAX_CHARS: usize = 100;

/// The marks that turn a letter of Japanese into another one. Unicode counts them among the marks of all scripts.
const VOICED_SOUND: [char; 2] = ['\u{3099}', '\u{309a}'];

/// The words that somebody looks for, folded.
///
/// A text has a word if one of its words begins with it, by the boundaries of UAX #29. Chinese, Japanese, Korean and
/// Thai are found within words too, because they put no blanks between all words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Reads the words of a search. Characters without a blank or a sign between them are one word, so that Chinese
    /// words are not looked for by character.
    pub fn parse(search: &str) -> Result<Self, &'static str> {
        if !(1..=MAX_CHARS).contains(&search.chars().count()) {
            return Err("must have 1 to 100 characters");
        }
        let folded = fold(search);
        let mut ends = 0;
        let mut words: Vec<String> = Vec::new();
        for (place, part) in folded.unicode_word_indices() {
            match words.last_mut() {
                Some(word) if place == ends => word.push_str(part),
                _ => words.push(part.to_owned()),
            }
            ends = place + part.len();
        }
        if words.is_empty() { Err("must have a letter or a digit") } else { Ok(Self(words)) }
    }

    /// Whether a text has all words, in any order.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        let text = fold(text);
        // Most texts do not contain them at all, and need no boundaries.
        if !self.0.iter().all(|word| text.contains(word.as_str())) {
            return false;
        }
        let mut missing: Vec<&str> = self.0.iter().map(String::as_str).filter(|word| !is_found_within(word)).collect();
        for rest in text.split_word_bound_indices().filter_map(|(start, _)| text.get(start..)) {
            if missing.is_empty() {
                break;
            }
            missing.retain(|word| !rest.starts_with(word));
        }
        missing.is_empty()
    }
}

/// Whether a word is found within other words. Katakana and Hangul have boundaries in UAX #29; the other scripts of
/// this kind have one before each letter.
fn is_found_within(word: &str) -> bool {
    let script = |c| ScriptWithExtensions::new().get_script_val(c);
    word.chars().next().is_some_and(|first| matches!(script(first), Script::Hangul | Script::Katakana))
}

/// Folds a text to the form in which searches are compared: NFKC and case-folded (Unicode, section 3.13), without
/// accents, points and invisible characters, with the apostrophe of keyboards.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let categories = CodePointMapData::<GeneralCategory>::new();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let is_mark = |c| GeneralCategoryGroup::Mark.contains(categories.get(c));
    let is_kept = |c: &char| c.is_ascii() || !(ignorable.contains(*c) || is_mark(*c) && is_accent(*c));
    // Accents are removed first, so that a letter with an accent folds like the letter.
    let folded = text.nfkd().filter(is_kept).default_case_fold();
    folded.map(|c| if c == '’' { '\'' } else { c }).nfc().collect()
}

/// Whether words are the same without this mark: the accents of Latin, Greek and Cyrillic, which Unicode counts among
/// the marks of all scripts, and the points of Hebrew and Arabic. The signs of Indic scripts and of Thai are letters.
fn is_accent(mark: char) -> bool {
    let script = ScriptWithExtensions::new().get_script_val(mark);
    let is_of_all = script == Script::Inherited && !VOICED_SOUND.contains(&mark);
    is_of_all || matches!(script, Script::Latin | Script::Greek | Script::Cyrillic | Script::Hebrew | Script::Arabic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(search: &str, text: &str) -> bool {
        Words::parse(search).unwrap().are_in(text)
    }

    #[test]
    fn words_and_their_beginnings_are_found_in_any_order_and_case() {
        for (search, text, found) in [
            ("pizza", "Pizza tonight?", true),
            ("piz", "Pizza tonight?", true),
            ("tonight PIZZA", "Pizza tonight?", true),
            ("izza", "Pizza tonight?", false),
            ("pizza now", "Pizza tonight?", false),
            ("pizza", "piz za", false),
            ("hello, world!", "world hello", true),
            ("don't", "I don\u{2019}t", true),
            ("mail", "e-mail", true),
            ("e-mail", "E-Mail", true),
            ("2.5", "2.5 km", true),
            ("5", "2.5 km", false),
            ("a a a", "a", true),
        ] {
            assert_eq!(finds(search, text), found, "{search:?} in {text:?}");
        }
    }

    #[test]
    fn forms_and_accents_of_a_letter_are_the_same() {
        for (search, text) in [
            ("strasse", "Straße"),
            ("STRASSE", "straße"),
            ("cafe", "Café"),
            ("café", "cafe\u{301}"),
            ("ｃａｆｅ", "café"),
            ("file", "ﬁle"),
            ("pho", "phở"),
            ("istanbul", "İstanbul"),
            ("λογω", "λόγῳ"),
            ("οδος", "ΟΔΌΣ"),
            ("елка", "Ёлка"),
            ("cooperate", "co\u{ad}operate"),
            ("1", "1\u{fe0f}\u{20e3}"),
        ] {
            assert!(finds(search, text), "{search:?} in {text:?}");
        }
        // The stroke belongs to the letter, unlike an accent.
        assert!(!finds("o", "ø"));
    }

    #[test]
    fn points_of_scripts_from_right_to_left_are_left_out() {
        for (search, text) in [
            ("שלום", "שָׁלוֹם עולם"),
            ("עולם שלום", "שלום עולם"),
            ("محمد", "مُحَمَّد رسول"),
            ("احمد", "أحمد"),
            ("میخواهم", "می\u{200c}خواهم"),
        ] {
            assert!(finds(search, text), "{search:?} in {text:?}");
        }
        assert!(!finds("לום", "שלום"));
    }

    #[test]
    fn signs_that_are_letters_stay() {
        for (search, text, found) in [
            ("हिन्दी", "हिन्दी में", true),
            ("हन्द", "हिन्दी में", false),
            ("हिन", "हिन्दी में", true),
            ("か", "が", false),
            ("ハ", "バス", false),
            ("が", "か\u{3099}", true),
        ] {
            assert_eq!(finds(search, text), found, "{search:?} in {text:?}");
        }
    }

    #[test]
    fn scripts_without_blanks_are_found_within_words() {
        for (search, text, found) in [
            ("京都", "東京都に住む", true),
            ("東都", "東京都に住む", false),
            ("東 住", "東京都に住む", true),
            ("ワード", "パスワード", true),
            ("ﾜｰﾄﾞ", "パスワード", true),
            ("학교", "서울대학교에서", true),
            ("กิน", "ฉันกินข้าว", true),
            ("iPhone手机", "我的iphone手机", true),
        ] {
            assert_eq!(finds(search, text), found, "{search:?} in {text:?}");
        }
    }

    #[test]
    fn a_search_has_a_letter_or_a_digit_and_at_most_a_hundred_characters() {
        assert_eq!([1, 100, 101].map(|length| Words::parse(&"ü".repeat(length)).is_ok()), [true, true, false]);
        for none in ["", " ", "?!", "😀", "\u{301}", "\u{3164}", "\u{200d}", "_"] {
            assert!(Words::parse(none).is_err(), "{none:?}");
        }
    }
}
