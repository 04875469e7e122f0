//! The announcement of a file, and the largest sizes.

use crate::{AttachmentKind, Fields, FileName, Input, MediaType, RoomId};

/// In bytes.
const MEGABYTE: u64 = 1024 * 1024;
/// The largest picture, in megabytes: a function reads the whole picture to check it.
const MAX_PICTURE_MEGABYTES: u64 = 16;
/// The largest video, in megabytes. A function reads only its first bytes.
const MAX_VIDEO_MEGABYTES: u64 = 100;

/// A file that is announced before its upload: the body of `POST /create-attachment/`.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// The room of its message. `None` for the picture of a room.
    pub room: Option<RoomId>,
    /// The type.
    pub content_type: MediaType,
    /// The size in bytes.
    pub size: u64,
    /// The name.
    pub name: FileName,
}

impl Input for NewAttachment {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.optional("conversation_id");
        let kind = fields.required::<AttachmentKind>("kind");
        let content_type = fields.required::<MediaType>("content_type");
        let size = fields.required("size");
        let name = fields.required("name");
        if room.is_none() && kind == Some(AttachmentKind::Video) && !fields.is_rejected("conversation_id") {
            fields.reject("conversation_id", "is required for a video");
        }
        if let (Some(kind), Some(content_type)) = (kind, content_type)
            && content_type.kind() != kind
        {
            fields.reject("content_type", "is not of this kind");
        }
        let most = match kind? {
            AttachmentKind::Picture => MAX_PICTURE_MEGABYTES,
            AttachmentKind::Video => MAX_VIDEO_MEGABYTES,
        };
        if size.is_some_and(|size| !(1..=most * MEGABYTE).contains(&size)) {
            fields.reject("size", format!("must be at least 1 byte and at most {most} MB"));
        }
        Some(Self { room, content_type: content_type?, size: size?, name: name? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Refusal};

    fn announced(kind: &str, content_type: &str, size: u64, name: &str) -> Result<NewAttachment, Error> {
        let body = serde_json::json!({
            "conversation_id": 1, "kind": kind, "content_type": content_type, "size": size, "name": name,
        });
        Fields::parse(body.to_string().as_bytes())?.into()
    }

    fn wrong(announced: Result<NewAttachment, Error>) -> Vec<String> {
        let Err(Error::Refused(Refusal::Invalid(errors))) = announced else { panic!("accepted") };
        errors.into_keys().collect()
    }

    #[test]
    fn a_file_is_of_its_kind_and_no_larger_than_that_may_be() {
        for (kind, content_type, limit) in [("picture", "image/webp", 16 << 20), ("video", "video/3gpp", 100 << 20)] {
            assert!(announced(kind, content_type, limit, "a").is_ok(), "{kind}");
            assert_eq!(wrong(announced(kind, content_type, limit + 1, "a")), ["size"]);
            assert_eq!(wrong(announced(kind, content_type, 0, "a")), ["size"]);
        }
        for (kind, content_type) in [("picture", "video/mp4"), ("video", "image/gif"), ("picture", "image/svg+xml")] {
            assert_eq!(wrong(announced(kind, content_type, 1, "a")), ["content_type"], "{content_type}");
        }
        assert_eq!(wrong(announced("sound", "image/png", 1, "a")), ["kind"]);
    }

    #[test]
    fn the_picture_of_a_room_is_announced_without_a_room() {
        let announced = |kind: &str, content_type: &str, room: serde_json::Value| {
            let body = serde_json::json!({
                "conversation_id": room, "kind": kind, "content_type": content_type, "size": 1, "name": "a",
            });
            Fields::parse(body.to_string().as_bytes()).unwrap().into::<NewAttachment>()
        };
        assert_eq!(announced("picture", "image/png", serde_json::Value::Null).unwrap().room, None);
        for (kind, content_type, room) in
            [("video", "video/mp4", serde_json::Value::Null), ("picture", "image/png", 0.into())]
        {
            assert_eq!(wrong(announced(kind, content_type, room)), ["conversation_id"], "{kind}");
        }
    }

    #[test]
    fn a_name_is_one_line_and_no_path() {
        for good in ["a", "cat.jpg", "кот 🐈.png", "צילום \u{200f}2026.png", "..", "a\"b;c%0d", &"n".repeat(255)]
        {
            assert!(announced("picture", "image/png", 1, good).is_ok(), "{good}");
        }
        for bad in ["", "a/b", "a\\b", "a\r\nb", "a\0", "\u{85}", "a\u{202e}gpj.exe", &"ü".repeat(128)] {
            assert_eq!(wrong(announced("picture", "image/png", 1, bad)), ["name"], "{bad:?}");
        }
    }
}
