use std::{borrow::Cow, collections::BTreeSet, ops::Not};

use serde::{Serialize, Serializer};

use crate::{
    Attachment, ClientId, Error, Links, Mentions, Message, MessageId, RoomId, SMALL_ROOM, Text, Timestamp, UserId,
    attachments::AttachmentView,
    messages::{
        quote::{EXCERPT, Quote, Quoted},
        reaction::{self, EmojiCount},
    },
};

/// A message as its readers receive it: with links to its attachments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownMessage {
    /// The message.
    pub message: Message,
    picture: Option<Links>,
    video: Option<Links>,
    /// Whether its text is cut.
    truncated: bool,
    quoted: Quoted,
    /// Whether the reader has deleted it for themselves. Its content is left out.
    hidden: bool,
    reactions: Vec<EmojiCount>,
}

impl Message {
    /// The message as a reader sees it, with the links that `link` makes. Without a reader, as all members see it. A
    /// reply has no quote yet.
    pub fn shown(
        self,
        reader: Option<UserId>,
        link: impl Fn(&Attachment) -> Result<Links, Error>,
    ) -> Result<ShownMessage, Error> {
        let message = self.seen_by(reader);
        let picture = message.picture.as_ref().map(&link).transpose()?;
        let video = message.video.as_ref().map(&link).transpose()?;
        let quoted = if message.reply_to.is_some() { Quoted::Unsaid } else { Quoted::Nothing };
        let hidden = message.is_hidden_from(reader);
        let reactions = reaction::counted(&message.reactions, reader);
        Ok(ShownMessage { message, picture, video, truncated: false, quoted, hidden, reactions })
    }
}

#[derive(Serialize)]
struct MessageView<'a> {
    id: MessageId,
    conversation: RoomId,
    sender: UserId,
    receivers: Cow<'a, BTreeSet<UserId>>,
    receivers_count: usize,
    attachment_picture: Option<AttachmentView<'a>>,
    attachment_video: Option<AttachmentView<'a>>,
    text: &'a str,
    created_at: Timestamp,
    updated_at: Timestamp,
    edited_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    deleted_by: Option<UserId>,
    version: u64,
    sequence: u64,
    client_id: Option<&'a ClientId>,
    kind: &'static str,
    reply_to: Option<MessageId>,
    #[serde(skip_serializing_if = "Quoted::is_unsaid")]
    quoted: &'a Quoted,
    mentions: &'a BTreeSet<UserId>,
    mentions_all: bool,
    forwarded: Option<u32>,
    reactions: &'a [EmojiCount],
    #[serde(skip_serializing_if = "Not::not")]
    truncated: bool,
    #[serde(skip_serializing_if = "Not::not")]
    hidden: bool,
}

impl ShownMessage {
    /// The message for one reader, with the message that it answers, if the reader sees that. A deleted reply answers
    /// nothing.
    #[must_use]
    pub fn quoting(mut self, quote: Option<Quote>) -> Self {
        let quote = quote.filter(|_| self.message.reply_to.is_some());
        self.quoted = quote.map_or(Quoted::Nothing, Quoted::Quote);
        self
    }

    /// The message with the first 200 characters of its text.
    #[must_use]
    pub fn excerpt(mut self) -> Self {
        if let Some(short) = self.message.text.as_ref().and_then(|text| text.first(EXCERPT)) {
            self.message.text = Some(short);
            self.truncated = true;
        }
        self
    }
}

impl Serialize for ShownMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { message, picture, video, truncated, quoted, hidden, reactions } = self;
        // Old messages of large rooms have all their receivers.
        let is_small = message.receivers_count < SMALL_ROOM;
        let created_at = message.id.created_at();
        let deleted_at = message.deletion.map(|deletion| deletion.at);
        MessageView {
            id: message.id,
            conversation: message.room,
            sender: message.sender,
            receivers: if is_small { Cow::Borrowed(&message.receivers) } else { Cow::default() },
            receivers_count: message.receivers_count,
            attachment_picture: message.picture.as_ref().zip(picture.as_ref()).map(AttachmentView::new),
            attachment_video: message.video.as_ref().zip(video.as_ref()).map(AttachmentView::new),
            text: message.text.as_ref().map_or("", Text::as_str),
            created_at,
            updated_at: deleted_at.or(message.edited_at).unwrap_or(created_at),
            edited_at: message.edited_at,
            deleted_at,
            deleted_by: message.deletion.map(|deletion| deletion.by),
            version: message.version,
            sequence: message.sequence,
            client_id: message.client_id.as_ref(),
            kind: "text",
            reply_to: message.reply_to,
            quoted,
            mentions: message.mentions.users(),
            mentions_all: message.mentions == Mentions::All,
            forwarded: message.forwarded,
            reactions,
            truncated: *truncated,
            hidden: *hidden,
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
            receivers_count: 2,
            ..message()
        };
        let shown = serde_json::to_string(&message.shown(None, |_| panic!("nothing is attached")).unwrap()).unwrap();
        assert_eq!(
            shown,
            format!(
                r#"{{"id":{},"conversation":1,"sender":1,"receivers":[2,3],"receivers_count":2,"attachment_picture":null,"attachment_video":null,"text":"hi","created_at":"2023-12-01T12:00:00.000Z","updated_at":"2023-12-01T12:00:00.000Z","edited_at":null,"deleted_at":null,"deleted_by":null,"version":1,"sequence":1,"client_id":"c1","kind":"text","reply_to":null,"quoted":null,"mentions":[],"mentions_all":false,"forwarded":null,"reactions":[]}}"#,
                MessageId::new(NOON, 0)
            )
        );
    }

    #[test]
    fn a_message_in_a_large_room_does_not_name_its_receivers() {
        let named = |receivers_count| {
            let receivers = (2..2 + receivers_count).map(|id| UserId::try_from(id as u64).unwrap()).collect();
            let message = Message { receivers, receivers_count, ..message() };
            let shown = serde_json::to_value(message.shown(None, |_| panic!("nothing is attached")).unwrap()).unwrap();
            (shown["receivers"].as_array().unwrap().len(), shown["receivers_count"].as_u64().unwrap())
        };
        assert_eq!([31, 32].map(named), [(31, 31), (0, 32)]);
    }

    #[test]
    fn an_excerpt_has_200_characters_and_says_so() {
        let excerpt = |length| {
            let message = Message { text: Text::try_from("ü".repeat(length)).ok(), ..message() };
            let shown = message.shown(None, |_| panic!("nothing is attached")).unwrap().excerpt();
            let shown = serde_json::to_value(shown).unwrap();
            (shown["text"].as_str().unwrap().chars().count(), shown["truncated"].clone())
        };
        assert_eq!(excerpt(200), (200, serde_json::Value::Null));
        assert_eq!(excerpt(201), (200, true.into()));
    }

    #[test]
    fn a_reply_has_a_quote_for_one_reader_and_none_for_all() {
        let original = Message { text: Text::try_from("really?".to_owned()).ok(), ..message() };
        let reply = Message { reply_to: Some(original.id), ..message() };
        let for_all = reply.shown(None, |_| panic!("nothing is attached")).unwrap();
        let quoted = |shown: &ShownMessage| serde_json::to_value(shown).unwrap().get("quoted").cloned();
        assert_eq!(quoted(&for_all), None);
        assert_eq!(quoted(&for_all.clone().quoting(None)), Some(serde_json::Value::Null));
        let for_one = serde_json::to_value(for_all.quoting(Quote::of(&original))).unwrap();
        assert_eq!((&for_one["reply_to"], &for_one["quoted"]["text"]), (&original.id.get().into(), &"really?".into()));
    }

    #[test]
    fn what_is_attached_is_shown_with_its_links() {
        let message = Message { text: None, picture: Some(attached(MediaType::Png)), ..message() };
        let links = Links { url: "u".to_owned(), thumbnail_url: Some("t".to_owned()), expires_at: NOON };
        let shown = serde_json::to_value(message.shown(None, |_| Ok(links.clone())).unwrap()).unwrap();
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
