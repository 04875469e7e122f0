use serde::{Deserialize, Serialize};

use crate::{MediaType, Stored};

/// The longest name, in bytes: the limit of file systems. Each link contains the name, percent-encoded twice.
const MAX_NAME_BYTES: usize = 255;

const RULE: &str = "must have 1 to 255 bytes of UTF-8, and no control characters, /, \\, or characters that turn text \
                    around (embeddings, overrides and isolates)";

/// The name of a file: 1 to 255 bytes of UTF-8, without control characters, slashes, and characters that turn text
/// around. `openapi.yaml` and the web client have the same rule, and tests compare them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FileName(String);

impl FileName {
    /// The name as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with an ending of this type. The usual one replaces the ending of another type that may be attached,
    /// and follows any other. A long name loses its last letters.
    pub(crate) fn ending_as(&self, media_type: MediaType) -> Self {
        let Self(name) = self;
        let lower = name.to_ascii_lowercase();
        let ending = |of: MediaType| of.extensions().iter().find(|ending| lower.ends_with(**ending));
        if ending(media_type).is_some() {
            return self.clone();
        }
        let other = MediaType::ALL.iter().find_map(|&other| ending(other)).map_or(0, |ending| ending.len());
        let usual = media_type.extensions().first().copied().unwrap_or_default();
        let end = name.floor_char_boundary((name.len() - other).min(MAX_NAME_BYTES - usual.len()));
        Self(format!("{}{usual}", name.split_at(end).0))
    }
}

/// Whether a character turns text around (Unicode Standard Annex #9, section 2): an embedding, an override or an
/// isolate. Such characters can make a name look like another one. Marks cannot, and programs put them into Arabic and
/// Hebrew names.
pub(crate) const fn turns_around(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<String> for FileName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let is_long = !(1..=MAX_NAME_BYTES).contains(&name.len());
        if is_long || name.contains(|c: char| c.is_control() || turns_around(c) || matches!(c, '/' | '\\')) {
            return Err(RULE);
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
