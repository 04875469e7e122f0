use serde::{Deserialize, Serialize};

use crate::{AttachmentId, Fields, Input};

const MAX_TEXT_CHARS: usize = 4096;
const MAX_CLIENT_ID_CHARS: usize = 64;

/// The text of a message: 1 to 4,096 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Text(String);

impl Text {
    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if (1..=MAX_TEXT_CHARS).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err("must have 1 to 4096 characters")
        }
    }
}

/// What a client calls its message, so that sending it again makes no second one: 1 to 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ClientId(String);

impl ClientId {
    /// The id as the client gave it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = &'static str;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        if (1..=MAX_CLIENT_ID_CHARS).contains(&id.chars().count()) {
            Ok(Self(id))
        } else {
            Err("must have 1 to 64 characters")
        }
    }
}

/// What a message says, whatever way it comes.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// The text, without which there is something attached.
    pub text: Option<Text>,
    /// A picture that has been uploaded.
    pub picture: Option<AttachmentId>,
    /// A video that has been uploaded.
    pub video: Option<AttachmentId>,
    /// What the client calls it.
    pub client_id: Option<ClientId>,
}

impl Input for Content {
    fn read(fields: &mut Fields) -> Option<Self> {
        let text = match fields.optional::<String>("text").filter(|text| !text.is_empty()).map(Text::try_from) {
            Some(Err(why)) => {
                fields.reject("text", why);
                None
            }
            text => text.and_then(Result::ok),
        };
        let picture = fields.optional("attachment_picture");
        let video = fields.optional("attachment_video");
        let given = ["text", "attachment_picture", "attachment_video"].iter().any(|name| fields.is_rejected(name));
        if !given && text.is_none() && picture.is_none() && video.is_none() {
            fields.reject("text", "is required where nothing is attached");
        }
        Some(Self { text, picture, video, client_id: fields.optional("client_id") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn text_and_client_id_are_counted_in_characters() {
        let text = |n| Text::try_from("😀".repeat(n)).is_ok();
        assert_eq!([text(0), text(1), text(4096), text(4097)], [false, true, true, false]);
        let client_id = |n| ClientId::try_from("ü".repeat(n)).is_ok();
        assert_eq!([client_id(0), client_id(1), client_id(64), client_id(65)], [false, true, true, false]);
    }

    #[test]
    fn a_message_has_text_or_an_attachment() {
        let read = |body: &str| Fields::parse(body.as_bytes()).unwrap().into::<Content>();
        let id = AttachmentId::new([7; 16]);
        for good in [
            r#"{"text":"hi"}"#.to_owned(),
            format!(r#"{{"attachment_picture":"{id}"}}"#),
            format!(r#"{{"attachment_video":"{id}","text":""}}"#),
            format!(r#"{{"attachment_picture":"{id}","attachment_video":"{id}","text":"both"}}"#),
        ] {
            assert!(read(&good).is_ok(), "{good}");
        }
        for (bad, field) in [
            ("{}", "text"),
            (r#"{"text":""}"#, "text"),
            (r#"{"text":"","attachment_picture":null}"#, "text"),
            (r#"{"text":5,"attachment_picture":null}"#, "text"),
            (r#"{"text":"hi","attachment_picture":"7"}"#, "attachment_picture"),
            (r#"{"text":"hi","attachment_video":7}"#, "attachment_video"),
        ] {
            let Err(Error::Invalid(errors)) = read(bad) else { panic!("accepted: {bad}") };
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field], "{bad}");
        }
    }
}
