use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Attachment, ClientId, Mentions, MessageId, OFTEN_FORWARDED, Reaction, RoomId, ShownReaction, Text, Timestamp,
    UserId, messages::reaction,
};

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The id, which contains the time of sending.
    pub id: MessageId,
    /// The room.
    pub room: RoomId,
    /// The sender.
    pub sender: UserId,
    /// The other members of the room then, if it was small.
    pub receivers: BTreeSet<UserId>,
    /// The number of other members then.
    pub receivers_count: usize,
    /// The text, if it has one.
    pub text: Option<Text>,
    /// A picture.
    pub picture: Option<Attachment>,
    /// A video.
    pub video: Option<Attachment>,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// The users whom it mentions, all of them members then.
    pub mentions: Mentions,
    /// How often it has been forwarded; `None` if it was written.
    pub forwarded: Option<u32>,
    /// Its place in the room: 1, 2, 3, …
    pub sequence: u64,
    /// The sender's name for the message.
    pub client_id: Option<ClientId>,
    /// The id that the room handed out before this one, even if its message was never stored.
    pub previous: Option<MessageId>,
    /// Whether a block has withheld it from its receivers. Its sender sees no difference.
    pub withheld: bool,
    /// 1, and one more with each edit and with the deletion.
    pub version: u64,
    /// The time of the last edit that its receivers see.
    pub edited_at: Option<Timestamp>,
    /// The last edit, if a block has withheld it from the receivers.
    pub withheld_edit: Option<WithheldEdit>,
    /// The last reaction of each user.
    pub reactions: BTreeMap<UserId, Reaction>,
    /// Those that a block has withheld: only the user sees theirs.
    pub withheld_reactions: BTreeMap<UserId, Reaction>,
    /// The deletion for everyone. Nothing of the content is left then.
    pub deletion: Option<Deletion>,
    /// The attachments of a deleted message whose objects may exist.
    pub files_to_erase: Vec<Attachment>,
    /// The users who have deleted it for themselves, with the number of the change.
    pub hidden_from: BTreeMap<UserId, u64>,
    /// The number of the last edit or deletion.
    pub change: u64,
}

/// An edit that only the sender sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithheldEdit {
    /// The text, if the message has one.
    pub text: Option<Text>,
    /// The users whom it mentions.
    pub mentions: Mentions,
    /// The time.
    pub at: Timestamp,
}

/// The deletion of a message for everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The time.
    pub at: Timestamp,
    /// The sender, or an admin.
    pub by: UserId,
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
            receivers_count: 0,
            text: None,
            picture: None,
            video: None,
            reply_to: None,
            mentions: Mentions::nobody(),
            forwarded: None,
            sequence,
            client_id: None,
            previous: None,
            withheld: false,
            version: 1,
            edited_at: None,
            withheld_edit: None,
            reactions: BTreeMap::new(),
            withheld_reactions: BTreeMap::new(),
            deletion: None,
            files_to_erase: Vec::new(),
            hidden_from: BTreeMap::new(),
            change: 0,
        }
    }

    /// The message as a user sees it: an edit or a reaction that a block withholds from others counts for its user.
    /// Without a user, as all members see it.
    #[must_use]
    pub fn seen_by(mut self, user: Option<UserId>) -> Self {
        if let Some(edit) = self.withheld_edit.take()
            && user == Some(self.sender)
        {
            self.text = edit.text;
            self.mentions = edit.mentions;
            self.edited_at = Some(edit.at);
        }
        let reaction = user.and_then(|user| Some((user, self.reaction(user)?.clone())));
        self.reactions.extend(reaction);
        self.withheld_reactions = BTreeMap::new();
        if self.is_hidden_from(user) {
            self.reactions = BTreeMap::new();
            self.text = None;
            self.picture = None;
            self.video = None;
            self.reply_to = None;
            self.mentions = Mentions::nobody();
            self.forwarded = None;
        }
        self
    }

    /// The last reaction of a user, as they see it.
    #[must_use]
    pub fn reaction(&self, user: UserId) -> Option<&Reaction> {
        let both = [&self.reactions, &self.withheld_reactions].map(|reactions| reactions.get(&user));
        both.into_iter().flatten().max_by_key(|reaction| reaction.change)
    }

    /// The users who react to it, with their emoji, in the order of their reactions.
    #[must_use]
    pub fn reactors(&self) -> Vec<ShownReaction> {
        let all = reaction::in_order(&self.reactions).into_iter();
        all.map(|(user, emoji)| ShownReaction { user, emoji: emoji.clone() }).collect()
    }

    /// Whether a user has deleted it for themselves.
    #[must_use]
    pub fn is_hidden_from(&self, user: Option<UserId>) -> bool {
        user.is_some_and(|user| self.hidden_from.contains_key(&user))
    }

    /// Its attachments, and those that a deletion has left.
    pub fn files(&self) -> impl Iterator<Item = &Attachment> {
        self.picture.iter().chain(&self.video).chain(&self.files_to_erase)
    }

    /// Whether it was sent or received by this user, whose stay in the room began with the id `since`. A message in a
    /// large room does not name its receivers, so there the stay decides.
    #[must_use]
    pub fn concerns(&self, user: UserId, since: MessageId) -> bool {
        let unnamed = self.receivers_count > self.receivers.len();
        let received = self.receivers.contains(&user) || unnamed && self.id >= since;
        self.sender == user || received && !self.withheld
    }

    /// Whether it has a text or an attachment: a deleted message has none.
    #[must_use]
    pub const fn has_content(&self) -> bool {
        self.text.is_some() || self.picture.is_some() || self.video.is_some()
    }

    /// The count of a forward of this message; `None` if it may be forwarded to one room only, and these are more.
    #[must_use]
    pub fn forwarded_to(&self, rooms: usize) -> Option<u32> {
        let before = self.forwarded.unwrap_or_default();
        (before < OFTEN_FORWARDED || rooms <= 1).then_some(before.saturating_add(1))
    }

    /// Whether no block hides it from this user.
    #[must_use]
    pub fn is_shown_to(&self, user: UserId) -> bool {
        self.sender == user || !self.withheld
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_was_forwarded_five_times_goes_to_one_room_at_a_time() {
        let (id, room) = (MessageId::try_from(5).unwrap(), RoomId::try_from(1).unwrap());
        let message = Message::empty(id, room, UserId::try_from(1).unwrap(), 1);
        let counts = |forwarded| {
            let message = Message { forwarded, ..message.clone() };
            [1, 5].map(|rooms| message.forwarded_to(rooms))
        };
        assert_eq!(counts(None), [Some(1); 2]);
        assert_eq!(counts(Some(4)), [Some(5); 2]);
        assert_eq!(counts(Some(5)), [Some(6), None]);
        assert_eq!(counts(Some(u32::MAX)), [Some(u32::MAX), None]);
    }

    #[test]
    fn a_message_concerns_its_sender_its_receivers_and_whoever_was_in_a_large_room() {
        let user = |id| UserId::try_from(id).unwrap();
        let id = |id| MessageId::try_from(id).unwrap();
        let small = Message {
            receivers: [user(2)].into(),
            receivers_count: 1,
            ..Message::empty(id(5), RoomId::try_from(1).unwrap(), user(1), 1)
        };
        assert_eq!([1, 2, 3].map(|reader| small.concerns(user(reader), id(1))), [true, true, false]);
        let large = Message { receivers: BTreeSet::new(), receivers_count: 99, ..small };
        assert_eq!([4, 5, 6].map(|since| large.concerns(user(3), id(since))), [true, true, false]);
        assert!(large.concerns(user(1), id(6)));
        let withheld = Message { withheld: true, ..large };
        assert_eq!([1, 3].map(|reader| withheld.concerns(user(reader), id(4))), [true, false]);
        assert_eq!([1, 3].map(|reader| withheld.is_shown_to(user(reader))), [true, false]);
    }
}
