use domain::{Attachment, AttachmentId, AttachmentKind};

/// What is kept of an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// What the client has uploaded. Deleted after a day.
    Upload,
    /// The file as it is shown.
    File,
    /// A picture, small.
    Thumbnail,
}

impl Part {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Upload => "uploads/",
            Self::File => "attachments/",
            Self::Thumbnail => "thumbnails/",
        }
    }

    pub(crate) fn key(self, id: AttachmentId) -> String {
        format!("{}{id}", self.prefix())
    }

    /// All that messages show of an attachment.
    pub(crate) fn shown(attachment: &Attachment) -> &'static [Self] {
        match attachment.content_type.kind() {
            AttachmentKind::Picture => &[Self::File, Self::Thumbnail],
            AttachmentKind::Video => &[Self::File],
        }
    }
}

/// The attachment that is uploaded under a key; `None` for any other key.
#[must_use]
pub fn uploaded(key: &str) -> Option<AttachmentId> {
    key.strip_prefix(Part::Upload.prefix())?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_of_uploads_name_an_upload() {
        let id = AttachmentId::new([7; 16]);
        assert_eq!(uploaded(&format!("uploads/{id}")), Some(id));
        for other in [format!("attachments/{id}"), format!("uploads/{id}/x"), "uploads/x".to_owned(), id.to_string()] {
            assert_eq!(uploaded(&other), None, "{other}");
        }
    }
}
