use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    Attachment, AttachmentId, CLOCKS_DIFFER_BY, Error, Fields, Input, Links, MessageId, RoomId, Timestamp, UserId,
};

const MAX_TEXT_CHARS: usize = 4096;
const MAX_CLIENT_ID_CHARS: usize = 64;

/// How long a message may be tried to be stored, counted from the time that its id tells.
pub const SEND_WITHIN: Duration = Duration::from_secs(4);

/// How long a write may still be on its way that nobody waits for any more. DynamoDB promises nothing here; its answers take
/// milliseconds.
const WRITE_LINGERS: Duration = Duration::from_secs(1);

/// After this long a message whose id was handed out and that is not stored never will be.
const HOLE_SETTLES_AFTER: Duration = SEND_WITHIN.saturating_add(WRITE_LINGERS).saturating_add(CLOCKS_DIFFER_BY);

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

/// A message that is to be sent: the body of `POST /send-message/`.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where to.
    pub room: RoomId,
    /// What it says.
    pub content: Content,
}

impl Input for Draft {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let content = Content::read(fields);
        Some(Self { room: room?, content: content? })
    }
}

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which message; tells also when it was sent.
    pub id: MessageId,
    /// Where it was sent.
    pub room: RoomId,
    /// Who sent it.
    pub sender: UserId,
    /// Who else was in the room then.
    pub receivers: BTreeSet<UserId>,
    /// What it says, if anything.
    pub text: Option<Text>,
    /// A picture.
    pub picture: Option<Attachment>,
    /// A video.
    pub video: Option<Attachment>,
    /// Its place in the room: 1, 2, 3, …
    pub sequence: u64,
    /// What its sender calls it.
    pub client_id: Option<ClientId>,
    /// The id that the room handed out before this one, whether or not a message came of it.
    pub previous: Option<MessageId>,
}

impl Message {
    /// A message without text, attachments, receivers and a client id: `Message { text, ..Message::empty(…) }` adds them. A new
    /// field that a message may lack has its value here.
    #[must_use]
    pub const fn empty(id: MessageId, room: RoomId, sender: UserId, sequence: u64) -> Self {
        Self {
            id,
            room,
            sender,
            receivers: BTreeSet::new(),
            text: None,
            picture: None,
            video: None,
            sequence,
            client_id: None,
            previous: None,
        }
    }

    /// Whether it was sent or received by this user.
    #[must_use]
    pub fn concerns(&self, user: UserId) -> bool {
        self.sender == user || self.receivers.contains(&user)
    }
}

/// A message as those who may read it get it: with links to what is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownMessage {
    /// The message.
    pub message: Message,
    picture: Option<Links>,
    video: Option<Links>,
}

impl Message {
    /// The message with the links that `link` gives.
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

/// Whether everything before `message` is known, where `seen` is the id of the last message of its room that the
/// reader has: if not, an id was handed out in between whose message may still be stored.
fn follows(message: &Message, seen: MessageId, now: Timestamp) -> bool {
    message.previous.is_none_or(|previous| previous <= seen || is_settled(previous, now))
}

/// Whether a message that is not stored never will be.
#[must_use]
pub fn is_settled(id: MessageId, now: Timestamp) -> bool {
    now.since(id.created_at()) >= HOLE_SETTLES_AFTER
}

/// What a reader of one room, whose last id is `after`, may be given of these messages, oldest first: all up to a hole
/// that may still be filled, so that no cursor ever jumps over a message.
#[must_use]
pub fn settled(messages: Vec<Message>, after: MessageId, now: Timestamp) -> Vec<Message> {
    let mut seen = after;
    messages
        .into_iter()
        .take_while(|message| {
            let follows = follows(message, seen, now);
            seen = message.id;
            follows
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileName, MediaType};

    const NOON: Timestamp = Timestamp::from_millis(1_701_432_000_000);

    fn id(millis: u64) -> MessageId {
        MessageId::new(Timestamp::from_millis(NOON.millis() + millis), 0)
    }

    /// The messages of a room whose ids were handed out at these milliseconds after noon; those in `lost` were not
    /// stored.
    fn room(handed_out: &[u64], lost: &[u64]) -> Vec<Message> {
        let mut previous = None;
        let mut messages = Vec::new();
        for (sequence, millis) in (1..).zip(handed_out) {
            if !lost.contains(millis) {
                let (room, sender) = (RoomId::try_from(1).unwrap(), UserId::try_from(1).unwrap());
                messages.push(Message {
                    text: Text::try_from("hi".to_owned()).ok(),
                    previous,
                    ..Message::empty(id(*millis), room, sender, sequence)
                });
            }
            previous = Some(id(*millis));
        }
        messages
    }

    fn given(messages: Vec<Message>, after: u64, now: u64) -> Vec<u64> {
        let now = Timestamp::from_millis(NOON.millis() + now);
        settled(messages, id(after), now).iter().map(|message| message.sequence).collect()
    }

    #[test]
    fn a_reader_is_given_all_of_a_room_without_holes() {
        assert_eq!(given(room(&[10, 20, 30], &[]), 0, 30), [1, 2, 3]);
    }

    #[test]
    fn a_reader_stops_before_a_hole_that_may_still_be_filled() {
        assert_eq!(given(room(&[10, 20, 30], &[20]), 0, 15_019), [1]);
        assert_eq!(given(room(&[10, 20, 30], &[10]), 0, 15_009), [0_u64; 0]);
    }

    #[test]
    fn a_hole_is_final_after_fifteen_seconds() {
        assert_eq!(given(room(&[10, 20, 30], &[20]), 0, 15_020), [1, 3]);
    }

    #[test]
    fn a_hole_before_the_cursor_was_settled_when_the_cursor_was_given() {
        let messages = room(&[10, 20, 30], &[10]).into_iter().skip(1).collect();
        assert_eq!(given(messages, 20, 40), [3]);
    }

    #[test]
    fn a_clock_that_runs_ahead_makes_no_hole_look_old() {
        assert_eq!(given(room(&[9_000, 9_010], &[9_000]), 0, 100), [0_u64; 0]);
    }

    #[test]
    fn text_and_client_id_are_counted_in_characters() {
        let text = |n| Text::try_from("😀".repeat(n)).is_ok();
        assert_eq!([text(0), text(1), text(4096), text(4097)], [false, true, true, false]);
        let client_id = |n| ClientId::try_from("ü".repeat(n)).is_ok();
        assert_eq!([client_id(0), client_id(1), client_id(64), client_id(65)], [false, true, true, false]);
    }

    #[test]
    fn a_message_is_shown_as_the_contract_says() {
        let message = Message {
            client_id: Some(ClientId("c1".to_owned())),
            receivers: [2, 3].map(|id| UserId::try_from(id).unwrap()).into(),
            ..room(&[0], &[]).remove(0)
        };
        let shown = serde_json::to_string(&message.shown(|_| panic!("nothing is attached")).unwrap()).unwrap();
        assert_eq!(
            shown,
            format!(
                r#"{{"id":{},"conversation":1,"sender":1,"receivers":[2,3],"attachment_picture":null,"attachment_video":null,"text":"hi","created_at":"2023-12-01T12:00:00.000Z","updated_at":"2023-12-01T12:00:00.000Z","sequence":1,"client_id":"c1"}}"#,
                id(0)
            )
        );
    }

    fn attached(content_type: MediaType) -> Attachment {
        let name = FileName::try_from("cat".to_owned()).unwrap();
        Attachment { id: AttachmentId::new([7; 16]), content_type, size: 5, name }
    }

    #[test]
    fn what_is_attached_is_shown_with_its_links() {
        let message = Message { text: None, picture: Some(attached(MediaType::Png)), ..room(&[0], &[]).remove(0) };
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
