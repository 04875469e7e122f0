use serde::{Deserialize, Serialize};

/// What file systems take. The name is in each link, percent-encoded twice.
const MAX_NAME_BYTES: usize = 255;

/// What a file is called: 1 to 255 bytes of UTF-8, none of which ends a line or a directory, or turns what follows around.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FileName(String);

impl FileName {
    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The characters that direct text (Unicode Standard Annex #9, section 2): with them a name can look like another.
const fn turns_around(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<String> for FileName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if !(1..=MAX_NAME_BYTES).contains(&name.len()) {
            return Err("must have 1 to 255 bytes");
        }
        if name.chars().any(|c| c.is_control() || turns_around(c) || matches!(c, '/' | '\\')) {
            return Err("must not have control characters, / or \\");
        }
        Ok(Self(name))
    }
}
