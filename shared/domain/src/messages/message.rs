use std::collections::BTreeSet;

use crate::{Attachment, ClientId, MessageId, RoomId, Text, UserId};

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The id, which contains the time of sending.
    pub id: MessageId,
    /// The room.
    pub room: RoomId,
    /// The sender.
    pub sender: UserId,
    /// The other members of the room at that time.
    pub receivers: BTreeSet<UserId>,
    /// The text.
    pub text: Option<Text>,
    /// A picture.
    pub picture: Option<Attachment>,
    /// A video.
    pub video: Option<Attachment>,
    /// Its place in the room: 1, 2, 3, …
    pub sequence: u64,
    /// The sender's name for the message.
    pub client_id: Option<ClientId>,
    /// The id that the room handed out before this one, even if its message was never stored.
    pub previous: Option<MessageId>,
}

impl Message {
    /// A message without text, attachments, receivers and client id. `Message { text, ..Message::empty(…) }` adds them.
    /// A new optional field has its default here.
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

    /// Whether this user sent or received the message.
    #[must_use]
    pub fn concerns(&self, user: UserId) -> bool {
        self.sender == user || self.receivers.contains(&user)
    }
}
