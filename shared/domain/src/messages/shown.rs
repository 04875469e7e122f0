//! The JSON of a message.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use crate::{Attachment, ClientId, Error, Links, Message, MessageId, RoomId, Text, Timestamp, UserId};

/// A message as its readers receive it: with links to its attachments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownMessage {
    /// The message.
    pub message: Message,
    picture: Option<Links>,
    video: Option<Links>,
}

impl Message {
    /// Adds the links that `link` makes.
    pub fn shown(self, link: impl Fn(&Attachment) -> Result<Links, Error>) -> Result<ShownMessage, Error> {
        let picture = self.picture.as_ref().map(&link).transpose()?;
        let video = self.video.as_ref().map(&link).transpose()?;
        Ok(ShownMessage { message: self, picture, video })
    }
}

#[derive(Serialize)]
struct MessageView<'a> {
    id: MessageId,
    conversation: RoomId,
    sender: UserId,
    receivers: &'a BTreeSet<UserId>,
    attachment_picture: Option<AttachmentView<'a>>,
    attachment_video: Option<AttachmentView<'a>>,
    text: &'a str,
    created_at: Timestamp,
    updated_at: Timestamp,
    sequence: u64,
    client_id: Option<&'a ClientId>,
}

#[derive(Serialize)]
struct AttachmentView<'a> {
    #[serde(flatten)]
    attachment: &'a Attachment,
    #[serde(flatten)]
    links: &'a Links,
}

impl<'a> AttachmentView<'a> {
    fn new((attachment, links): (&'a Attachment, &'a Links)) -> Self {
        Self { attachment, links }
    }
}

impl Serialize for ShownMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { message, picture, video } = self;
        MessageView {
            id: message.id,
            conversation: message.room,
            sender: message.sender,
            receivers: &message.receivers,
            attachment_picture: message.picture.as_ref().zip(picture.as_ref()).map(AttachmentView::new),
            attachment_video: message.video.as_ref().zip(video.as_ref()).map(AttachmentView::new),
            text: message.text.as_ref().map_or("", Text::as_str),
            created_at: message.id.created_at(),
            updated_at: message.id.created_at(),
            sequence: message.sequence,
            client_id: message.client_id.as_ref(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AttachmentId, FileName, MediaType};

    const NOON: Timestamp = Timestamp::from_millis(1_701_432_000_000);

    fn message() -> Message {
        let (room, sender) = (RoomId::try_from(1).unwrap(), UserId::try_from(1).unwrap());
        Message {
            text: Text::try_from("hi".to_owned()).ok(),
            ..Message::empty(MessageId::new(NOON, 0), room, sender, 1)
        }
    }

    fn attached(content_type: MediaType) -> Attachment {
        let name = FileName::try_from("cat".to_owned()).unwrap();
        Attachment { id: AttachmentId::new([7; 16]), content_type, size: 5, name }
    }

    #[test]
    fn a_message_is_shown_as_the_contract_says() {
        let message = Message {
            client_id: ClientId::try_from("c1".to_owned()).ok(),
            receivers: [2, 3].map(|id| UserId::try_from(id).unwrap()).into(),
            ..message()
        };
        let shown = serde_json::to_string(&message.shown(|_| panic!("nothing is attached")).unwrap()).unwrap();
        assert_eq!(
            shown,
            format!(
                r#"{{"id":{},"conversation":1,"sender":1,"receivers":[2,3],"attachment_picture":null,"attachment_video":null,"text":"hi","created_at":"2023-12-01T12:00:00.000Z","updated_at":"2023-12-01T12:00:00.000Z","sequence":1,"client_id":"c1"}}"#,
                MessageId::new(NOON, 0)
            )
        );
    }

    #[test]
    fn what_is_attached_is_shown_with_its_links() {
        let message = Message { text: None, picture: Some(attached(MediaType::Png)), ..message() };
        let links = Links { url: "u".to_owned(), thumbnail_url: Some("t".to_owned()), expires_at: NOON };
        let shown = serde_json::to_value(message.shown(|_| Ok(links.clone())).unwrap()).unwrap();
        assert_eq!((&shown["text"], &shown["attachment_video"]), (&"".into(), &serde_json::Value::Null));
        assert_eq!(
            shown["attachment_picture"],
            serde_json::json!({
                "id": "07070707-0707-4707-8707-070707070707",
                "content_type": "image/png",
                "size": 5,
                "name": "cat",
                "url": "u",
                "thumbnail_url": "t",
                "expires_at": "2023-12-01T12:00:00.000Z",
            })
        );
    }
}
