//! The classes of characters (RFC 8264, section 8).

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};
use unicode_normalization::UnicodeNormalization;

/// The strings that may have a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// All strings.
    Valid,
    /// All strings, next to certain characters.
    Contextual,
    /// Passwords. It is `FREE_PVAL` and `ID_DIS` of the RFC.
    FreeForm,
    /// No string.
    Disallowed,
}

/// Whether a character joins or separates its neighbours (section 9.8).
pub(crate) const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// The class of a character. The names in the comments are those of section 9 of the RFC.
pub(crate) fn of(c: char) -> Class {
    use GeneralCategory as Gc;
    if let Some(class) = exception(c) {
        return class;
    }
    if matches!(c, '\u{21}'..='\u{7e}') {
        return Class::Valid;
    }
    if is_joiner(c) {
        return Class::Contextual;
    }
    if is_old_hangul_jamo(c) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) {
        return Class::Disallowed;
    }
    match CodePointMapData::<Gc>::new().get(c) {
        // Controls, Unassigned (and noncharacters), and the rest.
        Gc::Control
        | Gc::Format
        | Gc::Surrogate
        | Gc::PrivateUse
        | Gc::Unassigned
        | Gc::LineSeparator
        | Gc::ParagraphSeparator => Class::Disallowed,
        _ if is_usual_letter(c) => Class::Valid,
        // HasCompat
        _ if std::iter::once(c).nfkc().ne([c]) => Class::FreeForm,
        // LetterDigits
        Gc::LowercaseLetter
        | Gc::UppercaseLetter
        | Gc::OtherLetter
        | Gc::DecimalNumber
        | Gc::ModifierLetter
        | Gc::NonspacingMark
        | Gc::SpacingMark => Class::Valid,
        // OtherLetterDigits, Spaces, Symbols, Punctuation
        _ => Class::FreeForm,
    }
}

/// Section 9.6, which is section 2.6 of RFC 5892.
const fn exception(c: char) -> Option<Class> {
    match c {
        'ß' | 'ς' | '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '〇' => Some(Class::Valid),
        '\u{b7}' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{30fb}' | '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => {
            Some(Class::Contextual)
        }
        '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}' => {
            Some(Class::Disallowed)
        }
        _ => None,
    }
}

/// Whether a letter is in everyday words, although Unicode decomposes it for compatibility, so that the RFC disallows
/// it: the Armenian և, ำ and ໜ of Thai and Lao, and ⵯ of Tamazight. Names are compared in NFKC, in which it is the same
/// as its parts.
const fn is_usual_letter(c: char) -> bool {
    matches!(c, '\u{587}' | '\u{e33}' | '\u{eb3}' | '\u{edc}' | '\u{edd}' | '\u{2d6f}')
}

/// Section 9.9: the parts of syllables. NFC composes those of modern Korean.
const fn is_old_hangul_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7c6}' | '\u{d7cb}'..='\u{d7fb}')
}
