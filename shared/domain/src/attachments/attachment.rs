use serde::{Deserialize, Serialize};

use crate::{AttachmentId, FileName, MediaType, Timestamp, stored};

/// The description of a file. Its bytes are in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The id.
    pub id: AttachmentId,
    /// The type.
    pub content_type: MediaType,
    /// The size in bytes: of a picture, without the metadata that was removed.
    pub size: u64,
    /// The name.
    #[serde(deserialize_with = "stored")]
    pub name: FileName,
}

impl Attachment {
    /// The name under which a browser saves the file. It has an extension of its type, so that no program for another
    /// type opens it.
    #[must_use]
    pub fn saved_as(&self) -> String {
        let name = self.name.as_str();
        let extensions = self.content_type.extensions();
        let lower = name.to_lowercase();
        let usual = extensions.first().filter(|_| !extensions.iter().any(|extension| lower.ends_with(extension)));
        format!("{name}{}", usual.unwrap_or(&""))
    }
}

/// Links to the bytes. Everybody with a link can read them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Links {
    /// The file.
    pub url: String,
    /// The thumbnail of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// The time at which the links end.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_saved_as_what_it_is() {
        let saved = |name: &str, content_type| {
            let name = FileName::try_from(name.to_owned()).unwrap();
            Attachment { id: AttachmentId::new([7; 16]), content_type, size: 1, name }.saved_as()
        };
        assert_eq!(saved("cat.JPEG", MediaType::Jpeg), "cat.JPEG");
        assert_eq!(saved("holiday.html", MediaType::Mp4), "holiday.html.mp4");
        assert_eq!(saved("cat", MediaType::Png), "cat.png");
    }
}
