//! A user's stay in a room: how far they have read, what they may see, and the settings of their chat.

use std::collections::BTreeSet;

use domain::{
    ChatSettings, MembershipId, Message, MessageId, Moves, Receipt, Room, RoomId, Seen, Text, Timestamp, UserId, stored,
};
use serde::{Deserialize, Serialize};

/// A user's stay in a room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Membership {
    /// The user.
    pub user_id: UserId,
    /// The room.
    pub room_id: RoomId,
    /// The id of this stay.
    pub id: MembershipId,
    /// The time of its beginning, in milliseconds since 1970.
    pub joined_at: u64,
    /// The message up to which the user has read during this stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read: Option<MessageId>,
    /// Its sequence, or that of the last message before they joined.
    pub read_sequence: u64,
    /// The first message that they may see; `None` if all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_from: Option<MessageId>,
    /// The sequence of their own last message, if the room is large and does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<u64>,
    /// Its id, unless the message is older than this attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_id: Option<MessageId>,
    /// The last message of the room when the stay began, unless the stay is older than this attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_after: Option<MessageId>,
    /// The sequence of the last message that mentions them, or answers theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<u64>,
    /// The sequence of the last message before they cleared the chat. The first that they see is `visible_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared: Option<u64>,
    /// The first message that they could see before they cleared the chat; `None` if all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_from: Option<MessageId>,
    /// The time of that, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<u64>,
    /// The time until which the chat does not notify them, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<u64>,
    /// Whether they have archived the chat.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Whether they have pinned the chat. Their pinned rooms are also in the item that counts their rooms.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// Whether they have marked the chat as unread.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked_unread: bool,
    /// The beginning of a message that they have not sent.
    #[serde(default, deserialize_with = "stored", skip_serializing_if = "Option::is_none")]
    pub draft: Option<Text>,
    /// The sequence of their own last message at that time: a later one replaces the draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft_after: Option<u64>,
    /// A number that rises with each change of these settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<u64>,
    /// The sequences of messages that they have deleted for themselves before reading them.
    #[serde(default, with = "serde_dynamo::number_set", skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden_unread: BTreeSet<u64>,
    /// Of a closed direct room: `last_read` as the other member sees it; 0 if they see none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<u64>,
    /// The last moves of `last_read`, without those in a closed direct room.
    #[serde(default, skip_serializing_if = "Moves::is_empty")]
    pub read_moves: Moves,
    /// The message up to which a device of the user had all messages, if they had read less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_delivered: Option<MessageId>,
    /// Its sequence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_sequence: Option<u64>,
    /// The last moves of `last_delivered`, without those in a closed direct room.
    #[serde(default, skip_serializing_if = "Moves::is_empty")]
    pub delivered_moves: Moves,
}

impl Membership {
    /// A stay that begins now. Nothing of before is unread.
    #[must_use]
    pub fn begins(user: UserId, room: &Room, now: Timestamp) -> Self {
        Self {
            user_id: user,
            room_id: room.id,
            id: MembershipId::new(now, fastrand::u16(..)),
            joined_at: now.millis(),
            last_read: None,
            read_sequence: room.sequence,
            visible_from: room.visible_from(),
            sent: None,
            sent_id: None,
            begins_after: room.last_message_id,
            mention: None,
            cleared: None,
            cleared_from: None,
            cleared_at: None,
            muted_until: None,
            archived: false,
            pinned: false,
            marked_unread: false,
            draft: None,
            draft_after: None,
            settings: None,
            hidden_unread: BTreeSet::new(),
            told: None,
            read_moves: Moves::default(),
            last_delivered: None,
            delivered_sequence: None,
            delivered_moves: Moves::default(),
        }
    }

    /// What they have seen of the room: what they have read, cleared or, in a large room, sent.
    #[must_use]
    pub fn seen(&self) -> Seen<'_> {
        let read = self.last_read.or(self.begins_after).unwrap_or_else(|| self.first_id());
        let cleared = self.cleared.and_then(|_| self.visible_from?.previous());
        Seen {
            sequence: self.read_sequence.max(self.sent.unwrap_or_default()).max(self.cleared.unwrap_or_default()),
            id: [self.sent_id, cleared].into_iter().flatten().fold(read, MessageId::max),
            hidden: &self.hidden_unread,
            mention: self.mention,
        }
    }

    /// The settings of the chat. A draft from before their last message in the room is left out.
    #[must_use]
    pub fn settings(&self, room: &Room) -> ChatSettings {
        let sent = room.sent.get(&self.user_id).copied().max(self.sent);
        ChatSettings {
            muted_until: self.muted_until.map(Timestamp::from_millis),
            archived: self.archived,
            pinned: self.pinned,
            marked_unread: self.marked_unread,
            draft: self.draft.clone().filter(|_| sent <= self.draft_after),
            cleared_at: self.cleared_at.map(Timestamp::from_millis),
            settings_version: self.settings.unwrap_or_default(),
        }
    }

    /// The message up to which they have read, as other members see it.
    #[must_use]
    pub fn told(&self) -> Option<MessageId> {
        self.told.map_or(self.last_read, |told| MessageId::try_from(told).ok())
    }

    /// The message up to which a device of theirs has all messages, as they see it, or up to which they have read.
    #[must_use]
    pub fn delivered(&self) -> Option<MessageId> {
        self.last_delivered.max(self.last_read)
    }

    /// The message up to which a device of theirs has all messages, as other members see it.
    #[must_use]
    pub fn told_delivered(&self) -> Option<MessageId> {
        self.delivered_moves.last().map(|last| last.to).max(self.told())
    }

    /// The messages up to which they have received and read, as a member sees it, perhaps themselves.
    #[must_use]
    pub fn marks_for(&self, member: UserId) -> [Option<MessageId>; 2] {
        if member == self.user_id { [self.delivered(), self.last_read] } else { [self.told_delivered(), self.told()] }
    }

    /// The times by which they had received and read a message, as other members see them, who do not notice that the
    /// chat was cleared.
    #[must_use]
    pub fn receipt(&self, message: &Message) -> Receipt {
        let first = if self.cleared.is_some() { self.cleared_from } else { self.visible_from };
        let [delivered, read] = [&self.delivered_moves, &self.read_moves].map(|moves| {
            moves.reached(message.id, message.edited_at).filter(|_| first.is_none_or(|first| message.id >= first))
        });
        let delivered_at = delivered.into_iter().chain(read).min();
        Receipt { user: self.user_id, delivered_at, read_at: read }
    }

    /// Whether they may see a message.
    #[must_use]
    pub fn sees(&self, id: MessageId) -> bool {
        self.visible_from.is_none_or(|first| id >= first)
    }

    /// The lowest id of a message that was sent during this stay.
    #[must_use]
    pub const fn first_id(&self) -> MessageId {
        MessageId::new(Timestamp::from_millis(self.joined_at), 0)
    }
}
