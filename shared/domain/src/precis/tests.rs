//! Names that people have, and names that are tricks: `names.json`, which journeys read too, and all characters.

use std::{collections::BTreeMap, sync::LazyLock};

use icu_properties::{
    props::{DefaultIgnorableCodePoint, Script, WhiteSpace},
    script::ScriptWithExtensions,
};
use serde::Deserialize;

use super::*;
use crate::Username;

#[derive(Deserialize)]
struct Names {
    /// Names and words by language, as keyboards type them.
    accepted: BTreeMap<String, Vec<String>>,
    refused: Vec<Trick>,
}

#[derive(Deserialize)]
struct Trick {
    kind: String,
    why: String,
    names: Vec<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| serde_json::from_str(include_str!("../../tests/names.json")).unwrap());

/// The name as it is shown, if it can be one.
fn name(typed: &str) -> Result<String, &'static str> {
    Username::parse(typed).map(|name| name.as_str().to_owned())
}

#[test]
fn names_of_all_scripts_are_names() {
    let scripts = ScriptWithExtensions::new();
    let mut found = Vec::new();
    for typed in NAMES.accepted.values().flatten() {
        let shown = name(typed).unwrap_or_else(|why| panic!("{typed} {why}"));
        assert_eq!(name(&shown).as_deref(), Ok(&*shown), "{typed} as shown");
        assert_eq!(name(&typed.nfd().collect::<String>()).as_deref(), Ok(&*shown), "{typed} decomposed");
        // Digits of both kinds are in no Arabic name.
        for signs in ["1", "99.2"].iter().filter(|_| !typed.ends_with('٣')) {
            assert!(name(&format!("{typed}{signs}")).is_ok(), "{typed}{signs}");
        }
        found.extend(shown.chars().map(|c| scripts.get_script_val(c)));
    }
    found.retain(|script| ![Script::Common, Script::Inherited].contains(script));
    found.sort_unstable();
    found.dedup();
    assert!(found.len() >= 60, "{}", found.len());
}

#[test]
fn tricks_are_no_names() {
    for Trick { kind, why, names } in &NAMES.refused {
        for typed in names {
            assert_eq!(name(typed).err(), Some(&**why), "{kind}: {typed} {typed:?}");
        }
    }
}

#[test]
fn a_letter_has_at_most_five_marks() {
    assert!(name(&format!("ש{}", "\u{5b0}".repeat(5))).is_ok(), "five marks");
    assert_eq!(name(&format!("ש{}", "\u{5b0}".repeat(6))), Err("must have at most five marks on a letter"));
}

/// Confusing letters of one script stay: they are letters of Turkish and of Duala.
#[test]
fn letters_of_one_script_are_letters() {
    for letters in ["admın", "ɑnn", "İlk"] {
        assert!(name(letters).is_ok(), "{letters}");
    }
}

#[test]
fn no_name_has_a_character_that_cannot_be_seen() {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let blank = CodePointSetData::new::<WhiteSpace>();
    let other = GeneralCategoryGroup::Other.union(GeneralCategoryGroup::Separator);
    let unseen = |c: &char| ignorable.contains(*c) || blank.contains(*c) || other.contains(categories.get(*c));
    let mut found = 0;
    for c in ('\0'..='\u{3ffff}').chain('\u{e0000}'..='\u{f00ff}').filter(unseen) {
        found += 1;
        assert!(name(&format!("a{c}b")).is_err(), "{c:?}");
    }
    assert!(found > 50_000, "{found}");
}
