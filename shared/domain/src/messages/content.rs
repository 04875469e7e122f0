//! The content of a message that a client sends.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::{AttachmentId, Error, Fields, Input, Mentions, MessageId, text::text};

/// The bytes of a digest: enough against two contents of one client that meet by chance.
const DIGEST_BYTES: usize = 16;

text! {
    /// The text of a message.
    Text, 1..=4096, VISIBLE_LINES
}
text! {
    /// The name that a client gives to its message, so that the same message sent again is not stored a second time.
    ClientId, 1..=64, ANY
}

impl Text {
    /// The beginning of a text of more characters than this. It ends between two graphemes (UAX 29), so that no emoji
    /// is cut, unless the first grapheme is longer.
    pub(super) fn first(&self, characters: usize) -> Option<Self> {
        let (most, _) = self.0.char_indices().nth(characters)?;
        let ends = self.0.grapheme_indices(true).map(|(start, _)| start).take_while(|start| *start <= most);
        let end = ends.last().filter(|end| *end > 0).unwrap_or(most);
        self.0.get(..end).map(|first| Self(first.to_owned()))
    }
}

/// The content of a message, over REST or over a socket.
///
/// All fields but the client id are part of the digest. A later field is left out of it while it is absent, so that
/// stored digests stay valid.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Content {
    /// The text. A message without text has an attachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// An uploaded picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<AttachmentId>,
    /// An uploaded video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<AttachmentId>,
    /// The message that this one answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The users whom it mentions.
    #[serde(skip_serializing_if = "Mentions::is_empty")]
    pub mentions: Mentions,
    /// The client's name for the message.
    #[serde(skip)]
    pub client_id: Option<ClientId>,
}

/// Identifies a content as its client sent it. Later changes of the message do not change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentDigest(String);

impl Content {
    /// The digest: of its JSON, the first half of SHA-256 in base64url.
    ///
    /// # Errors
    /// `Internal`.
    pub fn digest(&self) -> Result<ContentDigest, Error> {
        ContentDigest::of(self)
    }
}

impl ContentDigest {
    pub(super) fn of(content: &impl Serialize) -> Result<Self, Error> {
        let json = serde_json::to_vec(content).map_err(|error| Error::internal("writing a content", error))?;
        let hash: Vec<u8> = Sha256::digest(json).into_iter().take(DIGEST_BYTES).collect();
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(hash)))
    }
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
        let reply_to = fields.optional("reply_to");
        let mentions = Mentions::read(fields).unwrap_or_default();
        Some(Self { text, picture, video, reply_to, mentions, client_id: fields.optional("client_id") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Refusal, Stored as _};

    #[test]
    fn contents_with_equal_fields_have_equal_digests() {
        let digest = |body: &str| Fields::parse(body.as_bytes()).unwrap().into::<Content>().unwrap().digest().unwrap();
        let (one, other) = (AttachmentId::new([7; 16]), AttachmentId::new([8; 16]));
        let different = [
            r#"{"text":"hi"}"#.to_owned(),
            r#"{"text":"hi "}"#.to_owned(),
            format!(r#"{{"text":"{one}"}}"#),
            format!(r#"{{"attachment_picture":"{one}"}}"#),
            format!(r#"{{"attachment_picture":"{other}"}}"#),
            format!(r#"{{"attachment_video":"{one}"}}"#),
            format!(r#"{{"text":"hi","attachment_picture":"{one}"}}"#),
            format!(r#"{{"attachment_picture":"{one}","attachment_video":"{other}"}}"#),
            format!(r#"{{"attachment_picture":"{other}","attachment_video":"{one}"}}"#),
            r#"{"text":"hi","reply_to":1}"#.to_owned(),
            r#"{"text":"hi","reply_to":2}"#.to_owned(),
            r#"{"text":"hi","mentions":[1,2]}"#.to_owned(),
            r#"{"text":"hi","mentions":[1]}"#.to_owned(),
            r#"{"text":"hi","mentions":"all"}"#.to_owned(),
        ];
        let digests: Vec<_> = different.iter().map(|body| digest(body)).collect();
        for (number, found) in digests.iter().enumerate() {
            assert_eq!(digests.iter().position(|digest| digest == found), Some(number), "{}", different[number]);
        }
        let again = format!(r#"{{"client_id":"1","attachment_picture":"{one}","colour":"blue","text":""}}"#);
        assert_eq!(digest(&again), digests[3]);
        assert_eq!(digest(r#"{"text":"hi","mentions":[2,1,2]}"#), digest(r#"{"text":"hi","mentions":[1,2]}"#));
        assert_eq!(digest(r#"{"text":"hi","mentions":[]}"#), digests[0]);
        // Stored digests depend on it.
        assert_eq!(digests[0], ContentDigest("57mV76dVxf87hNIYi1jLSg".to_owned()));
    }

    #[test]
    fn the_beginning_of_a_text_ends_between_graphemes() {
        let first = |text: &str, characters| Text::stored(text.to_owned()).first(characters).map(|first| first.0);
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f466}";
        assert_eq!(first("abc", 3), None);
        assert_eq!(first("abcd", 3).as_deref(), Some("abc"));
        assert_eq!(first(&format!("ab{family}c"), 4).as_deref(), Some("ab"));
        assert_eq!(first(&format!("ab{family}c"), 7).as_deref(), Some(&*format!("ab{family}")));
        assert_eq!(first("abe\u{301}d", 3).as_deref(), Some("ab"));
        assert_eq!(first(&format!("e{}", "\u{301}".repeat(9)), 3).as_deref(), Some("e\u{301}\u{301}"));
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
            (r#"{"text":"hi","reply_to":"1"}"#, "reply_to"),
            (r#"{"text":"hi","reply_to":0}"#, "reply_to"),
            (r#"{"text":"hi","mentions":"2"}"#, "mentions"),
        ] {
            let Err(Error::Refused(Refusal::Invalid(errors))) = read(bad) else { panic!("accepted: {bad}") };
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field], "{bad}");
        }
    }
}
