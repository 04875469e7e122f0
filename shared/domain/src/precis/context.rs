//! The characters that are allowed next to certain others (RFC 5892, appendix A).

use icu_properties::{
    CodePointMapData,
    props::{JoiningType, Script},
    script::ScriptWithExtensions,
};
use unicode_normalization::char::canonical_combining_class;

/// The combining class of signs that silence the vowel of a letter.
const VIRAMA: u8 = 9;

/// Whether the character at this place is allowed there.
pub(crate) fn allows(chars: &[char], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|place| chars.get(place)).copied();
    let after = chars.get(place + 1).copied();
    let is = |neighbour: Option<char>, script| neighbour.is_some_and(|c| is_of(c, script));
    match chars.get(place) {
        // A.1
        Some('\u{200c}') => is_virama(before) || separates(chars, place),
        // A.2, and before a virama, as Bengali and Kannada write র‍্য and ರ‍್ಯ (The Unicode Standard, chapter 12).
        Some('\u{200d}') => is_virama(before) || is_virama(after),
        // A.3: Catalan.
        Some('\u{b7}') => [before, after].iter().all(|c| matches!(c, Some('l' | 'L'))),
        // A.4: Greek numbers.
        Some('\u{375}') => is(after, Script::Greek),
        // A.5 and A.6: Hebrew abbreviations and numbers.
        Some('\u{5f3}' | '\u{5f4}') => is(before, Script::Hebrew),
        // A.7
        Some('\u{30fb}') => {
            let scripts = [Script::Hiragana, Script::Katakana, Script::Han];
            chars.iter().any(|&c| c != '\u{30fb}' && scripts.iter().any(|&script| is_of(c, script)))
        }
        // A.8 and A.9: digits of one kind.
        Some('\u{660}'..='\u{669}') => !chars.iter().any(|c| matches!(c, '\u{6f0}'..='\u{6f9}')),
        Some('\u{6f0}'..='\u{6f9}') => !chars.iter().any(|c| matches!(c, '\u{660}'..='\u{669}')),
        _ => false,
    }
}

fn is_virama(c: Option<char>) -> bool {
    c.is_some_and(|c| canonical_combining_class(c) == VIRAMA)
}

fn is_of(c: char, script: Script) -> bool {
    ScriptWithExtensions::new().get_script_val(c) == script
}

/// Whether the two letters around this place would be joined.
fn separates(chars: &[char], place: usize) -> bool {
    let joining = CodePointMapData::<JoiningType>::new();
    let letter = |chars: &mut dyn Iterator<Item = &char>| {
        chars.map(|&c| joining.get(c)).find(|joining| *joining != JoiningType::Transparent)
    };
    let before = letter(&mut chars.iter().take(place).rev());
    let after = letter(&mut chars.iter().skip(place + 1));
    matches!(before, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(after, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}
