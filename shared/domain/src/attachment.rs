use serde::{Deserialize, Serialize};

/// What an attachment is to whoever looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AttachmentKind {
    Picture,
    Video,
}

/// A type of file that may be attached, named as in RFC 6838 and its registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum MediaType {
    #[serde(rename = "image/gif")]
    Gif,
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/webp")]
    Webp,
    #[serde(rename = "video/mp4")]
    Mp4,
    #[serde(rename = "video/quicktime")]
    Quicktime,
    #[serde(rename = "video/3gpp")]
    ThreeGpp,
    #[serde(rename = "video/webm")]
    Webm,
}

impl MediaType {
    /// As in a `Content-Type` header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gif => "image/gif",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Quicktime => "video/quicktime",
            Self::ThreeGpp => "video/3gpp",
            Self::Webm => "video/webm",
        }
    }

    /// Whether it is a picture or a video.
    #[must_use]
    pub const fn kind(self) -> AttachmentKind {
        match self {
            Self::Gif | Self::Jpeg | Self::Png | Self::Webp => AttachmentKind::Picture,
            Self::Mp4 | Self::Quicktime | Self::ThreeGpp | Self::Webm => AttachmentKind::Video,
        }
    }
}
