use domain::{
    ClientId, Error, Fields, FileName, Password, Refusal, Registration, SoughtUsername, Stored as _, Text, Username,
};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use crate::config;

fn folded(name: &str) -> Option<String> {
    Username::parse(name).ok().map(|name| name.folded())
}

/// Names of many scripts, most of them valid.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[\\pL\\pN@.+_-]{1,20}",
        1 => "[A-Za-zàÀßẞŒœΣσςİıǅﬁﬀ①２Ａａ\u{301}\u{327}]{1,12}",
        1 => "\\PC{0,160}",
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_name_is_shown_in_one_form_of_visible_characters(name in name()) {
        if let Ok(username) = Username::parse(&name) {
            let shown = username.as_str();
            prop_assert!((1..=150).contains(&shown.chars().count()));
            prop_assert!(unicode_normalization::is_nfc(shown));
            prop_assert!(!shown.chars().any(|c| c.is_control() || c.is_whitespace() || "#/<>\"&%".contains(c)));
            let again = Username::parse(shown);
            prop_assert_eq!(again.as_ref().map(Username::as_str), Ok(shown));
            let sought = SoughtUsername::parse(&name).unwrap();
            prop_assert_eq!(sought.folded(), username.folded());
        }
    }

    /// Also a name from before the rules, which are not asked here.
    #[test]
    fn a_sought_name_fits_a_key_without_a_blank(name in "(?s).{0,160}") {
        if let Some(sought) = SoughtUsername::parse(&name) {
            let key = sought.folded();
            prop_assert!(!key.is_empty() && !key.contains(char::is_whitespace) && key.len() <= 2048 - 64, "{}", key.len());
            prop_assert_eq!(Username::stored(name.trim().to_owned()).folded(), key);
        }
    }

    /// The folded form need not be a valid name: `ß` becomes two letters, and `İ` one that no keyboard has.
    #[test]
    fn a_folded_name_folds_to_itself_and_fits_a_key(name in name()) {
        if let Some(once) = folded(&name) {
            prop_assert!(folded(&once).is_none_or(|twice| twice == once));
            // Amazon DynamoDB Developer Guide, "Quotas", "Partition key length", less the rest of a key beside a name.
            prop_assert!(once.len() <= 2048 - 64, "{}", once.len());
        }
    }

    #[test]
    fn a_name_is_the_same_in_any_case_and_form(name in name()) {
        let Some(one) = folded(&name) else { return Ok(()) };
        let forms = [name.nfc().to_string(), name.nfd().to_string(), format!(" {name}\n")];
        for other in forms {
            prop_assert_eq!(folded(&other), Some(one.clone()), "{}", other);
        }
        if name.is_ascii() {
            prop_assert_eq!(folded(&name.to_uppercase()), Some(one.clone()));
            prop_assert_eq!(folded(&name.to_lowercase()), Some(one));
        }
    }

    #[test]
    fn a_password_has_8_to_128_characters_and_is_never_shown(password in "\\PC{0,140}") {
        let length = password.nfc().count();
        match Password::parse(&password) {
            Ok(parsed) => {
                prop_assert!((8..=128).contains(&length));
                prop_assert!(Password::forms(password)[0] == parsed.expose());
                prop_assert_eq!(format!("{parsed:?}"), "Password(…)");
            }
            Err(why) => prop_assert!(!(8..=128).contains(&length) || !why.contains("8 to 128"), "{} {}", why, password),
        }
    }

    #[test]
    fn a_password_is_the_same_in_any_form(password in "\\PC{8,60}") {
        let parsed = |form: &str| Password::parse(form).map(|password| password.expose().to_owned());
        let one = parsed(&password);
        prop_assert_eq!(parsed(&password.nfd().collect::<String>()).ok(), one.clone().ok());
        if let Ok(one) = one {
            prop_assert_eq!(parsed(&one), Ok(one));
        }
    }

    #[test]
    fn nobodys_password_is_their_name_however_it_is_written(name in "[A-Za-z0-9@.+_-]{8,40}", upper: bool) {
        let password = if upper { name.to_uppercase() } else { name.to_lowercase() };
        let body = serde_json::json!({"username": name, "password": password}).to_string();
        let refused = Fields::parse(body.as_bytes()).unwrap().into::<Registration>();
        let Err(Error::Refused(Refusal::Invalid(errors))) = refused else { panic!("accepted") };
        prop_assert!(errors.contains_key("password"));
    }

    #[test]
    fn texts_are_counted_in_characters_and_kept_as_they_are(text in "(?s).{0,70}") {
        let length = text.chars().count();
        let has_controls = text.contains(|c: char| c.is_ascii_control() && !"\t\n".contains(c));
        match Text::try_from(text.clone()) {
            Ok(kept) => prop_assert!(length > 0 && !has_controls && kept.as_str() == text),
            Err(why) => prop_assert!(has_controls || !text.contains(|c: char| c.is_ascii_graphic()), "{} {:?}", why, text),
        }
        let kept = ClientId::try_from(text.clone()).ok();
        prop_assert_eq!(kept.as_ref().map(ClientId::as_str), Some(&*text).filter(|_| (1..=64).contains(&length)));
    }

    #[test]
    fn a_file_name_stays_in_its_line_and_directory(name in "(?s).{0,30}") {
        if FileName::try_from(name.clone()).is_ok() {
            let outside = ['/', '\\', '\n', '\r', '\0', '\u{202e}'];
            prop_assert!(!name.contains(outside));
        }
    }
}
