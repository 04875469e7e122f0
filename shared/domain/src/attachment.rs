use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::{Builder, Uuid};

use crate::{Fields, Input, RoomId, Timestamp, UserId};

/// What file systems take. The name is in each link, percent-encoded twice.
const MAX_NAME_BYTES: usize = 255;
const MEGABYTE: u64 = 1024 * 1024;
/// A function reads a picture whole to check it.
const MAX_PICTURE_MEGABYTES: u64 = 16;
const MAX_VIDEO_MEGABYTES: u64 = 100;

/// How long an upload may begin after it was announced.
pub const UPLOAD_WITHIN: Duration = Duration::from_mins(10);

/// How long an attachment waits for its message. The bucket deletes what is in none after a day; half of it is for clocks,
/// and for rules that run when they run.
pub const SEND_ATTACHMENT_WITHIN: Duration = Duration::from_hours(12);

/// An attachment: 122 random bits, written as a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttachmentId(Uuid);

impl AttachmentId {
    /// The id that `random` bits make.
    #[must_use]
    pub const fn new(random: [u8; 16]) -> Self {
        Self(Builder::from_random_bytes(random).into_uuid())
    }
}

impl FromStr for AttachmentId {
    type Err = &'static str;

    /// Takes no other form than the one that is shown, so that an attachment has one name.
    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let parsed = id.parse().map(Self).ok().filter(|parsed| parsed.to_string() == id);
        parsed.ok_or("must be the id of an attachment")
    }
}

impl fmt::Display for AttachmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl Serialize for AttachmentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AttachmentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What an attachment is to whoever looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AttachmentKind {
    Picture,
    Video,
}

macro_rules! media_types {
    ($($name:ident, $text:literal, $kind:ident, [$($extension:literal),+];)*) => {
        /// A type of file that may be attached, named as in RFC 6838 and its registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum MediaType { $($name),* }

        impl MediaType {
            /// As in a `Content-Type` header.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Whether it is a picture or a video.
            #[must_use]
            pub const fn kind(self) -> AttachmentKind {
                match self { $(Self::$name => AttachmentKind::$kind),* }
            }

            /// How the names of such files end, the usual one first.
            #[must_use]
            pub const fn extensions(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($extension),+]),* }
            }
        }

        impl TryFrom<String> for MediaType {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                match &*text {
                    $($text => Ok(Self::$name),)*
                    _ => Err(concat!("must be one of", $(" ", $text),*)),
                }
            }
        }
    };
}

media_types! {
    Gif, "image/gif", Picture, [".gif"];
    Jpeg, "image/jpeg", Picture, [".jpg", ".jpeg", ".jpe", ".jfif"];
    Png, "image/png", Picture, [".png"];
    Webp, "image/webp", Picture, [".webp"];
    Mp4, "video/mp4", Video, [".mp4", ".m4v", ".mpg4"];
    Quicktime, "video/quicktime", Video, [".mov", ".qt"];
    ThreeGpp, "video/3gpp", Video, [".3gp", ".3gpp"];
    Webm, "video/webm", Video, [".webm"];
}

impl From<MediaType> for &'static str {
    fn from(media_type: MediaType) -> Self {
        media_type.as_str()
    }
}

/// What a file is called: 1 to 255 bytes of UTF-8, none of which ends a line or a directory, or turns what follows around.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FileName(String);

impl FileName {
    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The characters that direct text (Unicode Standard Annex #9, section 2): with them a name can look like another.
const fn turns_around(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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

/// A file that is about to be uploaded: the body of `POST /create-attachment/`.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// The room whose message it is for.
    pub room: RoomId,
    /// What it is.
    pub content_type: MediaType,
    /// In bytes.
    pub size: u64,
    /// What it is called.
    pub name: FileName,
}

impl Input for NewAttachment {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let kind = fields.required::<AttachmentKind>("kind");
        let content_type = fields.required::<MediaType>("content_type");
        let size = fields.required("size");
        let name = fields.required("name");
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
        Some(Self { room: room?, content_type: content_type?, size: size?, name: name? })
    }
}

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

/// How far an attachment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has been announced; it may have been uploaded, and has not been checked.
    Announced,
    /// It may be sent.
    Ready,
    /// It is not what it was announced to be, for the reason given.
    Refused(String),
    /// It is in a message.
    Sent,
}

/// An attachment on its way into a message.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What is uploaded.
    pub attachment: Attachment,
    /// For which room.
    pub room: RoomId,
    /// By whom.
    pub owner: UserId,
    /// How far it has come.
    pub progress: Progress,
    /// Until when it may be sent; none in a message.
    pub expires_at: Option<Timestamp>,
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
    use crate::Error;

    fn announced(kind: &str, content_type: &str, size: u64, name: &str) -> Result<NewAttachment, Error> {
        let body = serde_json::json!({
            "conversation_id": 1, "kind": kind, "content_type": content_type, "size": size, "name": name,
        });
        Fields::parse(body.to_string().as_bytes())?.into()
    }

    fn wrong(announced: Result<NewAttachment, Error>) -> Vec<String> {
        let Err(Error::Invalid(errors)) = announced else { panic!("accepted") };
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
    fn a_name_is_one_line_and_no_path() {
        for good in ["a", "cat.jpg", "кот 🐈.png", "..", "a\"b;c%0d", &"n".repeat(255)] {
            assert!(announced("picture", "image/png", 1, good).is_ok(), "{good}");
        }
        for bad in ["", "a/b", "a\\b", "a\r\nb", "a\0", "\u{85}", "a\u{202e}gpj.exe", &"ü".repeat(128)] {
            assert_eq!(wrong(announced("picture", "image/png", 1, bad)), ["name"], "{bad:?}");
        }
    }

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

    #[test]
    fn an_id_has_one_form() {
        let id = AttachmentId::new([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for other in
            [id.to_string().to_uppercase(), id.to_string().replace('-', ""), format!("{{{id}}}"), String::new()]
        {
            assert!(other.parse::<AttachmentId>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_type_is_written_as_it_is_read() {
        for name in ["gif", "jpeg", "png", "webp"]
            .map(|name| format!("image/{name}"))
            .into_iter()
            .chain(["mp4", "quicktime", "3gpp", "webm"].map(|name| format!("video/{name}")))
        {
            let read: MediaType = serde_json::from_value(name.clone().into()).unwrap();
            assert_eq!(read.as_str(), name);
            assert_eq!(serde_json::to_value(read).unwrap(), name);
        }
    }
}
