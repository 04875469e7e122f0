use crate::{Emoji, Fields, Input, MessageId, RoomId};

/// The body of `POST /react-to-message/`.
#[derive(Clone, Debug)]
pub struct ReactToMessage {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The emoji; `None` removes the reaction.
    pub emoji: Option<Emoji>,
}

impl Input for ReactToMessage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let message = fields.required("message_id");
        let emoji = fields.nullable("emoji");
        Some(Self { room: room?, message: message?, emoji: emoji? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_required_and_may_be_null() {
        let read = |emoji: &str| {
            let body = format!(r#"{{"conversation_id":1,"message_id":7{emoji}}}"#);
            Fields::parse(body.as_bytes()).unwrap().into::<ReactToMessage>().ok().map(|input| input.emoji)
        };
        assert_eq!(read(r#","emoji":"👍""#).unwrap().unwrap().as_str(), "👍");
        assert_eq!(read(r#","emoji":null"#), Some(None));
        for bad in ["", r#","emoji":"""#, r#","emoji":"x""#, r#","emoji":1"#] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
