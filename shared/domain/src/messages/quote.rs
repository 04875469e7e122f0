use std::ops::Not;

use serde::Serialize;

use crate::{AttachmentKind, Message, MessageId, Text, UserId};

/// The characters that a quote or a summary shows of a text.
pub(super) const EXCERPT: usize = 200;

/// The message that a reply answers, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    id: MessageId,
    sender: UserId,
    /// The first characters.
    text: String,
    #[serde(skip_serializing_if = "Not::not")]
    truncated: bool,
    attachment: Option<AttachmentKind>,
}

impl Quote {
    /// The quote of a message; `None` if it has no content any more.
    #[must_use]
    pub fn of(message: &Message) -> Option<Self> {
        if !message.has_content() {
            return None;
        }
        let attachment = message.picture.as_ref().or(message.video.as_ref());
        let attachment = attachment.map(|attachment| attachment.content_type.kind());
        let short = message.text.as_ref().and_then(|text| text.first(EXCERPT));
        let text = short.as_ref().or(message.text.as_ref()).map_or("", Text::as_str).to_owned();
        Some(Self { id: message.id, sender: message.sender, text, truncated: short.is_some(), attachment })
    }

    /// The sender of the message.
    #[must_use]
    pub const fn sender(&self) -> UserId {
        self.sender
    }
}

/// The quote in a message, for one reader or for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Quoted {
    /// It is left out: readers may see different parts of the history.
    Unsaid,
    /// The message is not a reply, or the reader cannot see the message that it answers.
    Nothing,
    /// The reader sees this.
    Quote(Quote),
}

impl Quoted {
    pub(super) const fn is_unsaid(&self) -> bool {
        matches!(self, Self::Unsaid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attachment, AttachmentId, FileName, MediaType, RoomId};

    fn message() -> Message {
        let (id, room) = (MessageId::try_from(7).unwrap(), RoomId::try_from(1).unwrap());
        Message::empty(id, room, UserId::try_from(2).unwrap(), 1)
    }

    fn shown(message: &Message) -> serde_json::Value {
        serde_json::to_value(Quote::of(message)).unwrap()
    }

    #[test]
    fn a_quote_has_the_beginning_of_a_text() {
        let text = |length| Message { text: Text::try_from("ü".repeat(length)).ok(), ..message() };
        let expected = serde_json::json!({"id": 7, "sender": 2, "text": "ü".repeat(200), "attachment": null});
        assert_eq!(shown(&text(200)), expected);
        let longer = shown(&text(201));
        assert_eq!((&longer["text"], &longer["truncated"]), (&expected["text"], &true.into()));
    }

    #[test]
    fn a_quote_names_the_kind_of_an_attachment() {
        let attached = |content_type| {
            let name = FileName::try_from("cat".to_owned()).unwrap();
            Some(Attachment { id: AttachmentId::new([7; 16]), content_type, size: 5, name })
        };
        let picture = Message { picture: attached(MediaType::Png), ..message() };
        let expected = serde_json::json!({"id": 7, "sender": 2, "text": "", "attachment": "picture"});
        assert_eq!(shown(&picture), expected);
        let both = Message { video: attached(MediaType::Mp4), ..picture };
        assert_eq!(shown(&both)["attachment"], "picture");
        assert_eq!(shown(&Message { picture: None, ..both })["attachment"], "video");
    }

    #[test]
    fn a_message_without_content_has_no_quote() {
        assert_eq!(Quote::of(&message()), None);
    }
}
