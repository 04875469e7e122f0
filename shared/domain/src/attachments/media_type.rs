//! The types of files that may be attached, with their kinds and extensions: one line each.

use serde::{Deserialize, Serialize};

/// The kind of an attachment: the way in which clients show it.
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
            /// The name, as in a `Content-Type` header.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The kind of attachments of this type.
            #[must_use]
            pub const fn kind(self) -> AttachmentKind {
                match self { $(Self::$name => AttachmentKind::$kind),* }
            }

            /// The extensions of such files, the usual one first.
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

#[cfg(test)]
mod tests {
    use super::*;

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
