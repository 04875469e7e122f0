use std::fmt;

use domain::{Attachment, AttachmentId, AttachmentKind, MessageId, RoomId};

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

/// The prefix of the requests to erase.
const ERASURES: &str = "erasures/";

/// Something to erase in the background. An object with its key is the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// A deleted room.
    Room(RoomId),
    /// The files of a deleted message.
    Files(RoomId, MessageId),
    /// The copy of a file for a message of this room, unless a message has it.
    Copy(RoomId, AttachmentId),
}

impl Erasure {
    /// The key of the request.
    pub(crate) fn key(self) -> String {
        format!("{ERASURES}{self}")
    }

    /// Reads it from the key of the request; `None` for any other key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let name = key.strip_prefix(ERASURES)?;
        match name.split_once('/') {
            None => name.parse().ok().map(Self::Room),
            Some((room, id)) => {
                let room = room.parse().ok()?;
                let files = id.parse().map(|message| Self::Files(room, message));
                files.ok().or_else(|| id.parse().ok().map(|file| Self::Copy(room, file)))
            }
        }
    }
}

impl fmt::Display for Erasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => write!(f, "{room}"),
            Self::Files(room, message) => write!(f, "{room}/{message}"),
            Self::Copy(room, file) => write!(f, "{room}/{file}"),
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
    fn only_keys_of_requests_name_something_to_erase() {
        let (room, message) = (RoomId::try_from(7).unwrap(), MessageId::try_from(8).unwrap());
        let copy = Erasure::Copy(room, AttachmentId::new([7; 16]));
        for erasure in [Erasure::Room(room), Erasure::Files(room, message), copy] {
            assert_eq!(Erasure::of_key(&erasure.key()), Some(erasure));
        }
        for other in ["erasures/", "erasures/0", "erasures/7/", "erasures//8", "erasures/7/8/9", "uploads/7", "7"] {
            assert_eq!(Erasure::of_key(other), None, "{other}");
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
