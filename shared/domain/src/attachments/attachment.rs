use serde::{Deserialize, Serialize};

use crate::{AttachmentId, FileName, MediaType, Timestamp, stored};

/// The description of a file. Its bytes are in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The id.
    pub id: AttachmentId,
    /// The type: the announced one, until a check has found another in the bytes.
    pub content_type: MediaType,
    /// The size in bytes: of a picture, without the metadata that was removed.
    pub size: u64,
    /// The name: the announced one, with another ending if a check has found another type.
    #[serde(deserialize_with = "stored")]
    pub name: FileName,
}

impl Attachment {
    /// The attachment after a check that has found this type and this size.
    #[must_use]
    pub fn checked(self, content_type: MediaType, size: u64) -> Self {
        let name = if content_type == self.content_type { self.name } else { self.name.ending_as(content_type) };
        Self { content_type, size, name, ..self }
    }

    /// The name under which a browser saves the file. It has an extension of its type, so that no program for another
    /// type opens it.
    #[must_use]
    pub fn saved_as(&self) -> FileName {
        self.name.ending_as(self.content_type)
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

    fn attachment(name: &str, content_type: MediaType) -> Attachment {
        let name = FileName::try_from(name.to_owned()).unwrap();
        Attachment { id: AttachmentId::new([7; 16]), content_type, size: 1, name }
    }

    #[test]
    fn a_file_is_saved_as_what_it_is() {
        for (name, content_type, saved) in [
            ("cat.JPEG", MediaType::Jpeg, "cat.JPEG"),
            ("holiday.html", MediaType::Mp4, "holiday.html.mp4"),
            ("cat", MediaType::Png, "cat.png"),
            ("cat.jpg", MediaType::Webp, "cat.webp"),
            ("film.mp4.MOV", MediaType::Mp4, "film.mp4.mp4"),
            (".gif", MediaType::Png, ".png"),
            (&format!("{}.jpg", "写".repeat(83)), MediaType::Webp, &format!("{}.webp", "写".repeat(83))),
            (&format!("a{}.jpg", "写".repeat(83)), MediaType::Webp, &format!("a{}.webp", "写".repeat(83))),
            (&format!("abc{}.qt", "写".repeat(83)), MediaType::Mp4, &format!("abc{}.mp4", "写".repeat(82))),
            (&"写".repeat(85), MediaType::Mp4, &format!("{}.mp4", "写".repeat(83))),
        ] {
            assert_eq!(attachment(name, content_type).saved_as().as_str(), saved);
        }
    }

    #[test]
    fn a_name_changes_only_with_its_type() {
        let checked = |name, content_type| attachment(name, MediaType::Jpeg).checked(content_type, 7);
        let webp = checked("cat.jpg", MediaType::Webp);
        assert_eq!((webp.name.as_str(), webp.content_type, webp.size), ("cat.webp", MediaType::Webp, 7));
        assert_eq!(checked("cat", MediaType::Jpeg).name.as_str(), "cat");
        assert_eq!(checked("cat", MediaType::Gif).name.as_str(), "cat.gif");
    }
}
