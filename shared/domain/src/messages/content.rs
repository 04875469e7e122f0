//! The content of a message that a client sends.

use crate::{AttachmentId, Fields, Input, text::text};

text! {
    /// The text of a message.
    Text, 1..=4096, VISIBLE_LINES
}
text! {
    /// The name that a client gives to its message, so that the same message sent again is not stored a second time.
    ClientId, 1..=64, ANY
}

impl Text {
    /// The first so many characters of a longer text.
    pub(super) fn first(&self, characters: usize) -> Option<Self> {
        let is_longer = self.0.chars().nth(characters).is_some();
        is_longer.then(|| Self(self.0.chars().take(characters).collect()))
    }
}

/// The content of a message, over REST or over a socket.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// The text. A message without text has an attachment.
    pub text: Option<Text>,
    /// An uploaded picture.
    pub picture: Option<AttachmentId>,
    /// An uploaded video.
    pub video: Option<AttachmentId>,
    /// The client's name for the message.
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
    use crate::{Error, Refusal};

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
            let Err(Error::Refused(Refusal::Invalid(errors))) = read(bad) else { panic!("accepted: {bad}") };
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field], "{bad}");
        }
    }
}
