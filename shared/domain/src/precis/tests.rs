//! Names that people have, and names that are tricks.

use icu_properties::{props::Script, script::ScriptWithExtensions};

use super::*;

/// The name as it is shown, if it can be one.
fn name(typed: &str) -> Result<String, &'static str> {
    let shown: Vec<char> = shown(typed).collect();
    username(&shown)?;
    Ok(shown.into_iter().collect())
}

/// Names and words in the scripts that people write today, as their keyboards type them.
const GOOD: [&str; 84] = [
    "Zoë",
    "Nguyễn",
    "Ẹ\u{300}kọ\u{301}",
    "Željko",
    "Işıl",
    "Groß",
    "col·lecció",
    "Αλέξανδρος",
    "Ἀχιλλεύς",
    "Анна",
    "Ђорђе",
    "Йосиф",
    "И\u{306}осиф",
    "Անի",
    "ნინო",
    "ᲜᲘᲜᲝ",
    "דוד",
    "דָּוִד",
    "ג\u{5f3}ורג\u{5f3}",
    "محمد",
    "مُحَمَّد",
    "علی\u{200c}رضا",
    "می\u{200c}نا۱۲",
    "زینب",
    "أحمد٣",
    "ܝܘܚܢܢ",
    "އަޙުމަދު",
    "ߞߊ߲ߕߍ",
    "𞤀𞤣𞤢𞤥𞤢",
    "कृष्ण",
    "\u{958}ासिम",
    "क\u{93c}ासिम",
    "श्री१",
    "ঋত্বিক",
    "ব\u{9dc}াল",
    "ਗੁਰਪ੍ਰੀਤ",
    "કૃષ્ણ",
    "ଜଗନ୍ନାଥ",
    "குமார்",
    "కృష్ణ",
    "ಕೃಷ್ಣ",
    "കൃഷ്ണൻ",
    "ක්\u{200d}රිස්ටි",
    "น้อย",
    "ບຸນມີ",
    "བསྟན\u{f0b}འཛིན",
    "အောင်",
    "ကြွေး",
    "ស្រី",
    "ሰላም",
    "ᏣᎳᎩ",
    "ᐃᓄᒃ",
    "ᠪᠠᠶᠠᠷ",
    "김민준",
    "\u{1100}\u{1175}\u{11b7}",
    "李雷",
    "𠮷野",
    "〇七",
    "さくら",
    "タロウ",
    "ジョン・スミス",
    "ｼﾞｮﾝ",
    "山田さくら",
    "佐々木サーシャ",
    "金민수",
    "ㄅㄆㄇ",
    "ꆈꌠ",
    "ꦗꦮ",
    "ᬩᬮᬶ",
    "ᮞᮥᮔ᮪ᮓ",
    "ᜆᜄᜎᜓᜄ᜔",
    "ⵜⵉⴼⵉⵏⴰⵖ",
    "ꕙꔤ",
    "ꚠꚡ",
    "ᤕᤠᤰ",
    "ꯃꯤꯇꯩ",
    "ᱥᱟᱱᱛᱟᱲᱤ",
    "ꨀꨇ",
    "ᥖᥭᥰ",
    "ᨾᩮᩥᨦ",
    "ꓡꓲꓢꓴ",
    "𐓏𐓘𐓻𐓘𐓻𐓟",
    "𐴌𐴟𐴇𐴥𐴝𐴚𐴒𐴙𐴝",
    "𑄌𑄋𑄴𑄟𑄳𑄦",
];

#[test]
fn names_of_all_scripts_are_names() {
    let scripts = ScriptWithExtensions::new();
    let mut found = Vec::new();
    for typed in GOOD {
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
    assert!(found.len() >= 50, "{}", found.len());
}

#[test]
fn tricks_are_no_names() {
    let marks = |number| format!("a{}", "\u{5b0}".repeat(number));
    for trick in [
        // Other letters that look like these.
        "аnn",
        "bοb",
        "pаypal",
        "аlіса1x",
        "ann李",
        "李Анна",
        "annאב",
        "𝐚𝐧𝐧",
        "ⓐⓝⓝ",
        "ᵃⁿⁿ",
        // Nothing to see.
        "\u{3164}",
        "ann\u{3164}",
        "ann\u{1160}",
        "ann\u{ffa0}",
        "ann\u{115f}",
        "ann\u{2800}",
        "ann\u{ad}",
        "ann\u{34f}",
        "ann\u{200b}",
        "ann\u{2060}",
        "ann\u{feff}",
        "ann\u{fe0f}",
        "ann\u{e0061}",
        "ann\u{180e}",
        "ស\u{17b4}",
        "𓐰",
        "ann\u{1d159}",
        "ann\u{fff9}",
        "ann\u{fffc}",
        // Joiners that join nothing.
        "an\u{200c}n",
        "an\u{200d}n",
        "\u{200c}علی",
        "علی\u{200c}",
        "عا\u{200c}لی",
        "क\u{200d}",
        "👩\u{200d}🚀",
        // Another order than that of typing.
        "ann\u{202e}",
        "\u{2066}ann",
        "ann\u{200f}",
        "שלום_",
        "1שלום",
        "@שלום",
        "٣٤۵",
        // Marks without a letter, or too many.
        "\u{301}ann",
        ".\u{301}",
        "@\u{5b0}a",
        &marks(6),
        &format!("е{}", "\u{301}".repeat(6)),
        // Signs beside these five, and places where some are none.
        "ann!",
        "a b",
        "a·b",
        "・",
        "ann・",
        "\u{5f3}א",
        "ـمحمد",
        "a\u{375}",
        "ann😀",
        "ann\u{e000}",
        "ann\u{378}",
        "ann\u{10ffff}",
        "½",
        "Ⅷ",
        "ǅ",
    ] {
        assert!(name(trick).is_err(), "{trick} {trick:?}");
    }
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
