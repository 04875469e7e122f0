use domain::{Attachment, AttachmentId, AttachmentKind};

/// An object of an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The upload of the client. Deleted after a day.
    Upload,
    /// The checked file.
    File,
    /// A small version of a picture.
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

    /// The objects that messages link to.
    pub(crate) fn shown(attachment: &Attachment) -> &'static [Self] {
        match attachment.content_type.kind() {
            AttachmentKind::Picture => &[Self::File, Self::Thumbnail],
            AttachmentKind::Video => &[Self::File],
        }
    }
}

/// The attachment of an upload's key; `None` for any other key.
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
