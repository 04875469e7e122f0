use domain::{Attachment, AttachmentId, AttachmentKind, RoomId};

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

/// The prefix of the requests to erase deleted rooms.
const ERASURES: &str = "erasures/";

/// The key of the request to erase a room.
pub(crate) fn request_to_erase(room: RoomId) -> String {
    format!("{ERASURES}{room}")
}

/// The room of a request to erase it; `None` for any other key.
#[must_use]
pub fn to_erase(key: &str) -> Option<RoomId> {
    key.strip_prefix(ERASURES)?.parse().ok()
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
    fn only_keys_of_requests_name_a_room() {
        let room = RoomId::try_from(7).unwrap();
        assert_eq!(to_erase(&request_to_erase(room)), Some(room));
        for other in ["erasures/", "erasures/0", "erasures/7/8", "uploads/7", "7"] {
            assert_eq!(to_erase(other), None, "{other}");
        }
    }

    #[test]
    fn only_keys_of_uploads_name_an_upload() {
        let id = AttachmentId::new([7; 16]);
        assert_eq!(uploaded(&format!("uploads/{id}")), Some(id));
        for other in [format!("attachments/{id}"), format!("uploads/{id}/x"), "uploads/x".to_owned(), id.to_string()] {
            assert_eq!(uploaded(&other), None, "{other}");
        }
    }
}
