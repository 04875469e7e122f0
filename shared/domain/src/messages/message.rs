use std::collections::BTreeSet;

use crate::{Attachment, ClientId, MessageId, RoomId, Text, UserId};

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
