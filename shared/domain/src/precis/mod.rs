//! Names and passwords in any script, by the rules of PRECIS (RFC 8264 and RFC 8265).
//!
//! The rules are calculated from `icu_properties`, whose tables are of the current version of Unicode and are in every
//! executable with `url`. `precis-profiles` has the tables of Unicode 6.3, which lack all later scripts and letters.

mod bidi;
mod class;
mod context;
mod script;
#[cfg(test)]
mod tests;

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{GeneralCategory, GeneralCategoryGroup, SoftDotted},
};
use unicode_normalization::UnicodeNormalization;

use self::class::Class;
pub(crate) use self::class::is_joiner;

/// The characters of a name beside letters and digits. RFC 8264 would allow all of ASCII.
const SIGNS: &str = "@.+-_";

/// The most marks of a letter. Hebrew with points and accents needs four; more of them reach into other lines.
const MAX_MARKS: usize = 5;

const DOT_ABOVE: char = '\u{307}';

/// The characters of a name as it is shown: of the usual width, in NFC.
pub(crate) fn shown(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(usual_width).nfc()
}

fn usual_width(c: char) -> impl Iterator<Item = char> {
    let is_other = matches!(c, '\u{3000}' | '\u{ff01}'..='\u{ffee}');
    let mapped = is_other.then(|| std::iter::once(c).nfkc());
    mapped.into_iter().flatten().chain((!is_other).then_some(c))
}

/// Checks a name as it is [`shown`].
///
/// These are the rules of `UsernameCaseMapped` (RFC 8265, section 3.3), and more: of ASCII only the [`SIGNS`], one
/// script (UTS #39, section 5.1), and those of [`marks`]. The RFC checks before NFC, but keyboards type letters that
/// NFC decomposes, as U+09DC. Letters of one script that look alike are allowed, as in `admın`: languages need them.
///
/// The time grows with the square of the length.
pub(crate) fn username(shown: &[char]) -> Result<(), &'static str> {
    for (place, &c) in shown.iter().enumerate() {
        let allowed = match class::of(c) {
            Class::Valid => c.is_ascii_alphanumeric() || !c.is_ascii() || SIGNS.contains(c),
            Class::Contextual => context::allows(shown, place),
            Class::FreeForm | Class::Disallowed => false,
        };
        if !allowed {
            return Err("may have letters, digits and @ . + - _ only");
        }
    }
    marks(shown)?;
    if !script::is_one(shown) {
        return Err("must have letters of one script only");
    }
    if !bidi::is_readable(shown) {
        return Err("must begin with a letter and end with a letter or digit, if it is written from right to left");
    }
    Ok(())
}

/// Checks that all marks are on a letter or digit, at most [`MAX_MARKS`] on each, and none of them a dot on the dot of
/// an `i`, which nobody can see (UTS #39, section 5.4).
fn marks(chars: &[char]) -> Result<(), &'static str> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let dotted = CodePointSetData::new::<SoftDotted>();
    let mut on_letter = None;
    // Decomposed, so that the marks of `ẫ` count.
    for c in chars.iter().copied().nfd() {
        if GeneralCategoryGroup::Mark.contains(categories.get(c)) {
            let (letter, marks) = on_letter.ok_or("must have no mark without a letter")?;
            if marks == MAX_MARKS {
                return Err("must have at most five marks on a letter");
            }
            if c == DOT_ABOVE && (dotted.contains(letter) || matches!(letter, 'ı' | 'ȷ')) {
                return Err("must have no dot above a letter that has one");
            }
            on_letter = Some((letter, marks + 1));
        } else if !is_joiner(c) {
            on_letter = c.is_alphanumeric().then_some((c, 0));
        }
    }
    Ok(())
}

/// Returns a password of at most `most` characters in the form in which it is hashed: with usual spaces, in NFC (RFC
/// 8265, section 4.2, `OpaqueString`). `None` if it is longer, or has characters that are not allowed there: controls,
/// unassigned or invisible ones. NFC comes first, because some keyboards type Korean letters in parts.
pub(crate) fn opaque(password: &str, most: usize) -> Option<String> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let chars: Vec<char> = password.nfc().take(most + 1).collect();
    if chars.len() > most {
        return None;
    }
    let usual = |(place, &c): (usize, &char)| match class::of(c) {
        Class::FreeForm if categories.get(c) == GeneralCategory::SpaceSeparator => Some(' '),
        Class::Valid | Class::FreeForm => Some(c),
        Class::Contextual => context::allows(&chars, place).then_some(c),
        Class::Disallowed => None,
    };
    chars.iter().enumerate().map(usual).collect()
}
