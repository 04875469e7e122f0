//! The types of files that may be attached, with their other names, kinds and extensions: one line each.

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
    ($($name:ident, $text:literal $(| $other:literal)*, $kind:ident, [$($extension:literal),+];)*) => {
        /// A type of file that may be attached, named as in RFC 6838 and its registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum MediaType { $($name),* }

        impl MediaType {
            /// All types.
            pub const ALL: &[Self] = &[$(Self::$name),*];

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

            #[cfg(test)]
            const fn other_names(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($other),*]),* }
            }
        }

        impl TryFrom<String> for MediaType {
            type Error = &'static str;

            /// Accepts a type in any case and with parameters (RFC 9110, section 8.3.1), as browsers announce it. The
            /// parameters do not matter, because the type is found in the bytes.
            fn try_from(text: String) -> Result<Self, Self::Error> {
                let essence = text.split_once(';').map_or(&*text, |(essence, _)| essence);
                match &*essence.trim_matches([' ', '\t']).to_ascii_lowercase() {
                    $($text $(| $other)* => Ok(Self::$name),)*
                    _ => Err(concat!("must be one of", $(" ", $text),*)),
                }
            }
        }
    };
}

media_types! {
    Gif, "image/gif", Picture, [".gif"];
    Jpeg, "image/jpeg" | "image/jpg" | "image/pjpeg", Picture, [".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp"];
    Png, "image/png" | "image/x-png" | "image/apng", Picture, [".png", ".apng"];
    Webp, "image/webp", Picture, [".webp"];
    Mp4, "video/mp4" | "video/x-m4v", Video, [".mp4", ".m4v", ".mpg4"];
    Quicktime, "video/quicktime", Video, [".mov", ".qt"];
    ThreeGpp, "video/3gpp" | "video/3gpp2", Video, [".3gp", ".3gpp", ".3g2"];
    Webm, "video/webm", Video, [".webm"];
}

impl From<MediaType> for &'static str {
    fn from(media_type: MediaType) -> Self {
        media_type.as_str()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

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
        assert_eq!(MediaType::ALL.len(), 8);
    }

    /// The web client reads the same file in its tests.
    #[test]
    fn names_and_extensions_are_those_of_the_web_client() {
        let types = MediaType::ALL.iter().map(|of| {
            let about = json!({"other_names": of.other_names(), "extensions": of.extensions()});
            (of.as_str().to_owned(), about)
        });
        let shared: Value = serde_json::from_str(include_str!("../../tests/media_types.json")).unwrap();
        assert_eq!(Value::Object(types.collect()), shared);
    }

    #[test]
    fn the_description_names_every_type_and_its_other_names() {
        let openapi: Value = serde_saphyr::from_str(include_str!("../../../../infra/openapi.yaml")).unwrap();
        let text = openapi["components"]["schemas"]["AnnouncedMediaType"]["description"].as_str().unwrap();
        // Between backquotes, without the example of a parameter.
        let described: BTreeSet<_> = text.split('`').skip(1).step_by(2).filter(|name| !name.contains(';')).collect();
        let names = |of: &MediaType| std::iter::once(of.as_str()).chain(of.other_names().iter().copied());
        assert_eq!(described, MediaType::ALL.iter().flat_map(names).collect());
    }

    #[test]
    fn a_type_is_read_in_any_case_with_parameters_and_by_its_other_names() {
        for (text, media_type) in [
            ("IMAGE/JPEG", MediaType::Jpeg),
            ("image/jpg", MediaType::Jpeg),
            ("image/pjpeg", MediaType::Jpeg),
            ("image/apng", MediaType::Png),
            ("video/webm;codecs=vp9", MediaType::Webm),
            ("Video/WebM ; codecs=\"vp8, opus\"", MediaType::Webm),
            ("\tvideo/x-m4v", MediaType::Mp4),
            ("video/3gpp2", MediaType::ThreeGpp),
        ] {
            assert_eq!(MediaType::try_from(text.to_owned()), Ok(media_type), "{text}");
        }
        for text in [
            "",
            ";",
            "image",
            "image/",
            "image/*",
            "image/svg+xml",
            "image/heic",
            "image/avif",
            "text/html",
            "text/html;image/png",
            "image/png/",
            "image /png",
            "image/png,image/gif",
            "audio/mp4",
            "video/x-matroska",
            "\u{a0}image/png",
        ] {
            assert!(MediaType::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
