use crate::{Fields, Input, Mentions, MessageId, RoomId, Text};

/// The body of `POST /edit-message/`.
#[derive(Clone, Debug)]
pub struct EditMessage {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The text. Only a message with an attachment can be without.
    pub text: Option<Text>,
    /// The users whom the text mentions. Without them, the mentions stay.
    pub mentions: Option<Mentions>,
}

impl Input for EditMessage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let message = fields.required("message_id");
        let text = match fields.required::<String>("text")? {
            empty if empty.is_empty() => None,
            text => match Text::try_from(text) {
                Ok(text) => Some(text),
                Err(why) => {
                    fields.reject("text", why);
                    None
                }
            },
        };
        let mentions = Mentions::read(fields);
        Some(Self { room: room?, message: message?, text, mentions })
    }
}
