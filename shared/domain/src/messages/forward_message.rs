use std::collections::BTreeSet;

use serde::Serialize;

use crate::{ClientId, ContentDigest, Error, Fields, Input, MAX_FORWARDED_TO, MessageId, RoomId};

/// The body of `POST /forward-message/`.
#[derive(Clone, Debug)]
pub struct ForwardMessage {
    /// The room of the message.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The rooms that get it, 1 to 5.
    pub to: BTreeSet<RoomId>,
    /// The client's name for the new messages.
    pub client_id: ClientId,
}

impl Input for ForwardMessage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let message = fields.required("message_id");
        let to: Option<Vec<RoomId>> = fields.required("to");
        // Counted before equal ids are one, because the contract limits the list.
        if to.as_ref().is_some_and(|to| !(1..=MAX_FORWARDED_TO).contains(&to.len())) {
            fields.reject("to", format!("must be 1 to {MAX_FORWARDED_TO} ids"));
        }
        let client_id = fields.required("client_id");
        Some(Self { room: room?, message: message?, to: to?.into_iter().collect(), client_id: client_id? })
    }
}

/// The content of a forwarded message, as its sender names it.
#[derive(Serialize)]
struct Source {
    forwarded_from: (RoomId, MessageId),
}

impl ForwardMessage {
    /// The digest of the new messages. It has the id of the message and not its content, which may change.
    ///
    /// # Errors
    /// `Internal`.
    pub fn digest(&self) -> Result<ContentDigest, Error> {
        ContentDigest::of(&Source { forwarded_from: (self.room, self.message) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(to: &[u64]) -> Result<ForwardMessage, Error> {
        let body = format!(r#"{{"conversation_id":1,"message_id":7,"to":{to:?},"client_id":"c1"}}"#);
        Fields::parse(body.as_bytes()).unwrap().into()
    }

    #[test]
    fn a_message_is_forwarded_to_1_to_5_rooms() {
        assert!(read(&[]).is_err());
        assert_eq!(read(&[5, 4, 3, 2, 2]).unwrap().to.len(), 4);
        assert!(read(&[1, 2, 3, 4, 5, 6]).is_err());
    }

    #[test]
    fn another_message_has_another_digest() {
        let forward = read(&[2]).unwrap();
        let other = ForwardMessage { message: MessageId::try_from(8).unwrap(), ..forward.clone() };
        let elsewhere = ForwardMessage { room: RoomId::try_from(2).unwrap(), ..forward.clone() };
        assert_eq!(forward.digest().unwrap(), read(&[3]).unwrap().digest().unwrap());
        assert!([other, elsewhere].iter().all(|one| one.digest().unwrap() != forward.digest().unwrap()));
    }
}
