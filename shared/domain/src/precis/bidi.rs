//! The rule for names from right to left (RFC 5893, section 2): their parts are shown in the order in which they were
//! typed, whatever is next to them.

use icu_properties::{CodePointMapData, props::BidiClass};

/// Whether a name is from left to right, or keeps the rule.
pub(crate) fn is_readable(chars: &[char]) -> bool {
    let classes = CodePointMapData::<BidiClass>::new();
    let classes: Vec<BidiClass> = chars.iter().map(|&c| classes.get(c)).collect();
    let is_letter = |class: &BidiClass| matches!(*class, BidiClass::RightToLeft | BidiClass::ArabicLetter);
    let has = |class: BidiClass| classes.contains(&class);
    if !classes.iter().any(|class| is_letter(class) || *class == BidiClass::ArabicNumber) {
        return true;
    }
    let numbers = [BidiClass::ArabicNumber, BidiClass::EuropeanNumber];
    let last = classes.iter().rfind(|class| **class != BidiClass::NonspacingMark);
    classes.first().is_some_and(is_letter)
        && last.is_some_and(|class| is_letter(class) || numbers.contains(class))
        && !numbers.into_iter().all(has)
        && !has(BidiClass::LeftToRight)
}
