use serde::{Deserialize, Serialize};

use crate::{AttachmentId, FileName, MediaType, Timestamp};

/// What is known of a file beside its bytes, which are in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Which one.
    pub id: AttachmentId,
    /// What it is.
    pub content_type: MediaType,
    /// In bytes: for a picture, without what was taken out of it.
    pub size: u64,
    /// What it is called.
    pub name: FileName,
}

impl Attachment {
    /// The name to save the file under: one that ends as its type says, so that nothing else opens it than shows it.
    #[must_use]
    pub fn saved_as(&self) -> String {
        let name = self.name.as_str();
        let extensions = self.content_type.extensions();
        let lower = name.to_lowercase();
        let usual = extensions.first().filter(|_| !extensions.iter().any(|extension| lower.ends_with(extension)));
        format!("{name}{}", usual.unwrap_or(&""))
    }
}

/// Where the bytes are, for whoever has the links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Links {
    /// The file.
    pub url: String,
    /// A picture, small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// When the links end.
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
