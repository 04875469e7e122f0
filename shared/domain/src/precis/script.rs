//! One script in a name (UTS #39, section 5.1, "Single Script").

use icu_properties::{
    props::Script,
    script::{ScriptWithExtensions, ScriptWithExtensionsBorrowed},
};

/// The scripts that are written together: in Japanese, Korean and Chinese.
const TOGETHER: [&[Script]; 3] = [
    &[Script::Han, Script::Hiragana, Script::Katakana],
    &[Script::Han, Script::Hangul],
    &[Script::Han, Script::Bopomofo],
];

/// Whether all characters are of one script. Digits and signs are of all scripts, and some marks of several.
pub(crate) fn is_one(chars: &[char]) -> bool {
    let scripts = ScriptWithExtensions::new();
    let of_one: Vec<char> = chars.iter().copied().filter(|&c| !is_of_all(scripts, c)).collect();
    let Some(&first) = of_one.first() else { return true };
    let all = |of: &[Script]| of_one.iter().all(|&c| of.iter().any(|&script| scripts.has_script(c, script)));
    scripts.get_script_extensions_val(first).iter().any(|script| all(&[script])) || TOGETHER.iter().any(|of| all(of))
}

fn is_of_all(scripts: ScriptWithExtensionsBorrowed, c: char) -> bool {
    [Script::Common, Script::Inherited].iter().any(|&script| scripts.has_script(c, script))
}
