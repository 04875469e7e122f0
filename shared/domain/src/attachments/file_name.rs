use serde::{Deserialize, Serialize};

use crate::Stored;

/// The longest name, in bytes: the limit of file systems. Each link contains the name, percent-encoded twice.
const MAX_NAME_BYTES: usize = 255;

/// The name of a file: 1 to 255 bytes of UTF-8, without characters that end a line or a directory, or change the
/// direction of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FileName(String);

impl FileName {
    /// The name as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character turns text around (Unicode Standard Annex #9, section 2): an embedding, an override or an isolate.
/// Such characters can make a name look like another one. Marks cannot, and programs put them into Arabic and Hebrew
/// names.
pub(crate) const fn turns_around(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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

impl Stored for FileName {
    type Raw = String;

    fn stored(name: String) -> Self {
        Self(name)
    }
}
