use std::collections::BTreeSet;

use crate::{Fields, Input, MessageId, RoomId};

/// The most ids of one request: as many as the messages of the largest page.
const MAX_MARKED_MESSAGES: usize = 100;

/// The body of `POST /read-message/`.
#[derive(Debug)]
pub struct ReadMark {
    /// The room.
    pub room: RoomId,
    /// The messages that were read. Each must be a message of the room. The mark moves to the highest.
    pub messages: BTreeSet<MessageId>,
}

impl Input for ReadMark {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let messages: Option<Vec<MessageId>> = fields.required("message_ids");
        if messages.as_ref().is_some_and(|ids| !(1..=MAX_MARKED_MESSAGES).contains(&ids.len())) {
            fields.reject("message_ids", format!("must have 1 to {MAX_MARKED_MESSAGES} ids"));
        }
        Some(Self { room: room?, messages: messages?.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_mark_has_1_to_100_ids() {
        let read = |ids: Vec<u64>| {
            let body = format!(r#"{{"conversation_id":1,"message_ids":{ids:?}}}"#);
            Fields::parse(body.as_bytes()).unwrap().into::<ReadMark>()
        };
        assert!(read(vec![]).is_err());
        assert!(read((1..=100).collect()).is_ok());
        assert!(read((1..=101).collect()).is_err());
    }
}
