use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde::{Deserialize, Serialize};

use crate::{
    Access, Action, Attachment, Closure, Description, History, LastChange, MAX_ADMINS, MAX_MEMBERS, Message, MessageId,
    OnlyAdmins, Refusal, Role, RoomId, RoomName, SMALL_ROOM, Timestamp, UserId,
};

/// The kind of a room. The rules for chats and groups are the same; clients show them differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoomKind {
    /// A conversation.
    #[default]
    Chat,
    /// A group.
    Group,
    /// The conversation of two people, or of one with themselves. Its members never change, and it has no name.
    Direct,
}

/// A room.
#[derive(Clone, Debug)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Its name; a direct room has none.
    pub name: Option<RoomName>,
    /// Its description.
    pub description: Description,
    /// Its kind.
    pub kind: RoomKind,
    /// Its picture.
    pub picture: Option<Attachment>,
    /// Its members.
    pub members: BTreeSet<UserId>,
    /// The most members that it may have.
    pub max_members: usize,
    /// The user who created it; they may have left.
    pub created_by: UserId,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time of its last change: a message, somebody who joined or left.
    pub updated_at: Timestamp,
    /// The ways into it.
    pub access: Access,
    /// The messages that newcomers see.
    pub history: History,
    /// The first message that newcomers may see, if its history was changed from `joined` to `all`.
    pub history_from: Option<MessageId>,
    /// The owner. In a room from before there were owners, they may have left.
    pub owner: UserId,
    /// The admins besides the owner.
    pub admins: BTreeSet<UserId>,
    /// The actions reserved to admins.
    pub only_admins: OnlyAdmins,
    /// The hash of its invite code, if it has one.
    pub invite: Option<String>,
    /// The number of its last change: of its settings, roles, members or messages.
    pub changes: u64,
    /// The number of the last change of the room itself: of its settings, roles or members.
    pub room_change: u64,
    /// The last change of a message, if there was one.
    pub last_change: Option<LastChange>,
    /// Of a direct room: the members who block the other one, each with the last message id at that moment.
    pub closed_by: BTreeMap<UserId, MessageId>,
    /// Of a direct room: the newest message that concerns a member, as of the last time when it was closed.
    pub shown: BTreeMap<UserId, MessageId>,
    /// Of a direct room: the members who do not list it, each with the first message with which they list it again.
    pub hidden_from: BTreeMap<UserId, MessageId>,
    /// The highest message id handed out. The message may still be on its way, or never come.
    pub last_message_id: Option<MessageId>,
    /// The number of message ids that were handed out.
    pub sequence: u64,
    /// The sequence of a member's own last message, for members of small rooms.
    pub sent: BTreeMap<UserId, u64>,
    /// The ids of the messages of `sent`. Rooms from before lack some.
    pub sent_ids: BTreeMap<UserId, MessageId>,
    /// Of a direct room: the sequence of the last message that was hidden from a member, because the room was closed.
    pub skipped: BTreeMap<UserId, u64>,
    /// Of a direct room: the times in which it was closed, by their places in the item.
    pub closures: BTreeMap<u64, Closure>,
    /// Of a direct room: the sequence up to which its item has forgotten times in which it was closed.
    pub counted_after: u64,
    /// The sequences of turns whose messages were never stored, as far as it is known.
    pub lost: BTreeSet<u64>,
    /// The sequence of the last message that mentions all members.
    pub mention_all: Option<u64>,
}

impl Room {
    /// A room as it is created, with the creator as its owner and only member: `Room { name, ..Room::new(…) }`
    /// changes the rest. A new field has its value here.
    #[must_use]
    pub fn new(id: RoomId, kind: RoomKind, creator: UserId, now: Timestamp) -> Self {
        Self {
            id,
            name: None,
            description: Description::default(),
            kind,
            picture: None,
            members: [creator].into(),
            max_members: MAX_MEMBERS,
            created_by: creator,
            created_at: now,
            updated_at: now,
            access: Access::default(),
            history: History::default(),
            history_from: None,
            owner: creator,
            admins: BTreeSet::new(),
            only_admins: OnlyAdmins::default(),
            invite: None,
            changes: 0,
            room_change: 0,
            last_change: None,
            closed_by: BTreeMap::new(),
            shown: BTreeMap::new(),
            hidden_from: BTreeMap::new(),
            last_message_id: None,
            sequence: 0,
            sent: BTreeMap::new(),
            sent_ids: BTreeMap::new(),
            skipped: BTreeMap::new(),
            closures: BTreeMap::new(),
            counted_after: 0,
            lost: BTreeSet::new(),
            mention_all: None,
        }
    }

    /// The direct room of two people, or of one with themselves, as one of them opens it. It is closed by those who
    /// block the other one. The other one lists it from its first message on.
    #[must_use]
    pub fn direct(id: RoomId, opener: UserId, peer: UserId, blockers: &BTreeSet<UserId>, now: Timestamp) -> Self {
        let members: BTreeSet<_> = [opener, peer].into();
        let nothing = |users: &BTreeSet<UserId>| users.iter().map(|&user| (user, MessageId::FIRST)).collect();
        Self {
            description: Description::none(),
            max_members: members.len(),
            access: Access::Invite,
            closed_by: nothing(blockers),
            closures: if blockers.is_empty() { BTreeMap::new() } else { [(0, Closure::default())].into() },
            shown: if blockers.is_empty() { BTreeMap::new() } else { nothing(&members) },
            hidden_from: if peer == opener { BTreeMap::new() } else { nothing(&[peer].into()) },
            members,
            ..Self::new(id, RoomKind::Direct, opener, now)
        }
    }

    /// The refusal for a stranger. A room that strangers cannot join does not exist for them.
    #[must_use]
    pub const fn refuses_strangers(&self) -> Refusal {
        match self.access {
            Access::Open => Refusal::NotAMember,
            Access::Invite => Refusal::RoomNotFound,
        }
    }

    /// Whether objects name all its members.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.members.len() <= SMALL_ROOM
    }

    /// Whether it is a direct room in which one blocks the other.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.closed_by.is_empty()
    }

    /// Whether a block may hide the newest messages from a member.
    #[must_use]
    pub fn may_hide_newest(&self, member: UserId) -> bool {
        self.is_closed() || self.skipped.get(&member) == Some(&self.sequence)
    }

    /// The room as a member sees it: messages that a block hides from them do not count as activity.
    #[must_use]
    pub fn seen_by(mut self, member: UserId) -> Self {
        if let Some(shown) = self.shown.get(&member).filter(|_| self.may_hide_newest(member)) {
            self.updated_at = self.created_at.max(shown.created_at());
        }
        self
    }

    /// Whether a member whose last visible message is this one has the room in their list.
    #[must_use]
    pub fn is_listed(&self, member: UserId, last: Option<&Message>) -> bool {
        let hidden_from = self.hidden_from.get(&member);
        hidden_from.is_none_or(|from| last.is_some_and(|message| message.id >= *from))
    }

    /// Whether a member does not have the room in their list, whatever messages they can see.
    #[must_use]
    pub fn is_surely_unlisted(&self, member: UserId) -> bool {
        let hidden_from = self.hidden_from.get(&member);
        hidden_from.is_some_and(|from| self.last_message_id.is_none_or(|last| last < *from))
    }

    /// The members in the order in which they are shown: the creator first, then by id.
    pub(super) fn members_in_order(&self) -> Vec<UserId> {
        let mut members: Vec<_> = self.members.iter().copied().collect();
        members.sort_by_key(|&member| (member != self.created_by, member));
        members
    }

    /// The rights of a member. Both members of a direct room are equal.
    #[must_use]
    pub fn role(&self, member: UserId) -> Role {
        if self.kind == RoomKind::Direct {
            Role::Member
        } else if self.owner == member {
            Role::Owner
        } else if self.admins.contains(&member) {
            Role::Admin
        } else {
            Role::Member
        }
    }

    /// Whether a member may do something that the room may reserve to its admins.
    #[must_use]
    pub fn allows(&self, member: UserId, action: Action) -> bool {
        !self.only_admins.includes(action) || self.role(member) >= Role::Admin
    }

    /// Whether a member may mention all others at once. In a room that is not small, that is for admins.
    #[must_use]
    pub fn lets_mention_all(&self, member: UserId) -> bool {
        self.is_small() || self.role(member) >= Role::Admin
    }

    /// Whether a member can get another role, because the admins afterwards are not too many. The old owner of a room
    /// with a new one becomes an admin.
    #[must_use]
    pub fn has_place_for(&self, member: UserId, role: Role) -> bool {
        let more = match role {
            Role::Owner => !self.admins.contains(&member),
            Role::Admin => true,
            Role::Member => false,
        };
        self.admins.len() + usize::from(more) <= MAX_ADMINS
    }

    /// The other member of a direct room, or the only one.
    #[must_use]
    pub fn peer(&self, member: UserId) -> Option<UserId> {
        let is_direct = self.kind == RoomKind::Direct;
        is_direct.then(|| self.members.iter().copied().find(|&other| other != member).unwrap_or(member))
    }

    /// The first message that a user who joins now may see; `None` if all.
    #[must_use]
    pub fn visible_from(&self) -> Option<MessageId> {
        match self.history {
            History::All => self.history_from,
            History::Joined => Some(self.next_message_id()),
        }
    }

    /// The lowest id that a later message may have. The time is not part of it, because the clock of a later sender may
    /// be behind.
    #[must_use]
    pub fn next_message_id(&self) -> MessageId {
        self.last_message_id.map_or(MessageId::FIRST, MessageId::next)
    }

    /// The order of a list of rooms: most recently active last.
    #[must_use]
    pub fn by_activity(&self, other: &Self) -> Ordering {
        (self.updated_at, self.id).cmp(&(other.updated_at, other.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: u64) -> UserId {
        UserId::try_from(id).unwrap()
    }

    fn room(members: &[u64], sent: &[(u64, u64)]) -> Room {
        Room {
            members: members.iter().copied().map(user).collect(),
            sequence: 9,
            sent: sent.iter().map(|&(id, sequence)| (user(id), sequence)).collect(),
            ..Room::new(RoomId::try_from(1).unwrap(), RoomKind::Chat, user(2), Timestamp::from_millis(0))
        }
    }

    fn message(sequence: u64) -> Message {
        let (room, sender) = (RoomId::try_from(1).unwrap(), UserId::try_from(1).unwrap());
        Message::empty(MessageId::try_from(1).unwrap(), room, sender, sequence)
    }

    #[test]
    fn the_creator_is_named_first_while_in_the_room() {
        let ids = |members| room(members, &[]).members_in_order().iter().map(|id| id.get()).collect::<Vec<_>>();
        assert_eq!(ids(&[1, 2, 3]), [2, 1, 3]);
        assert_eq!(ids(&[3, 1]), [1, 3]);
    }

    #[test]
    fn rooms_are_listed_most_recently_active_last() {
        let older = room(&[], &[]);
        let newer = Room { updated_at: Timestamp::from_millis(1), ..older.clone() };
        assert_eq!(older.by_activity(&newer), Ordering::Less);
    }

    #[test]
    fn what_is_reserved_is_for_admins_and_the_owner() {
        let only_admins = OnlyAdmins { send: true, ..OnlyAdmins::default() };
        let room = Room { admins: [user(3)].into(), only_admins, ..room(&[1, 2, 3], &[]) };
        assert_eq!([1, 2, 3].map(|id| room.role(user(id))), [Role::Member, Role::Owner, Role::Admin]);
        assert_eq!([1, 2, 3].map(|id| room.allows(user(id), Action::Send)), [false, true, true]);
        assert!(room.allows(user(1), Action::Add));
    }

    #[test]
    fn all_members_of_a_large_room_are_mentioned_by_admins() {
        let of = |members: u64| Room { admins: [user(3)].into(), ..room(&(1..=members).collect::<Vec<_>>(), &[]) };
        let lets = |room: Room| [1, 2, 3].map(|id| room.lets_mention_all(user(id)));
        assert_eq!([32, 33].map(|members| lets(of(members))), [[true; 3], [false, true, true]]);
    }

    #[test]
    fn a_newcomer_sees_what_the_history_says() {
        let last = MessageId::new(Timestamp::from_millis(1_701_432_000_000), 7);
        let all = room(&[1], &[]);
        assert_eq!(all.visible_from(), None);
        assert_eq!(Room { history_from: Some(last), ..all.clone() }.visible_from(), Some(last));
        let joined = Room { history: History::Joined, ..all };
        assert_eq!(joined.visible_from(), Some(MessageId::FIRST));
        assert_eq!(Room { last_message_id: Some(last), ..joined }.visible_from(), Some(last.next()));
    }

    #[test]
    fn messages_behind_a_block_are_no_activity_for_those_who_do_not_see_them() {
        let (id, sent) = (RoomId::try_from(1).unwrap(), MessageId::new(Timestamp::from_millis(1_701_432_000_000), 0));
        let direct = Room::direct(id, user(1), user(2), &[user(1)].into(), sent.created_at());
        let now = sent.created_at() + std::time::Duration::from_secs(5);
        let closed = Room { updated_at: now, shown: [(user(1), sent), (user(2), sent)].into(), ..direct.clone() };
        assert_eq!(closed.clone().seen_by(user(1)).updated_at, sent.created_at());
        let open = Room { closed_by: BTreeMap::new(), skipped: [(user(1), 1)].into(), sequence: 1, ..closed };
        assert_eq!([1, 2].map(|id| open.clone().seen_by(user(id)).updated_at), [sent.created_at(), now]);
        assert_eq!(Room { sequence: 2, ..open }.seen_by(user(1)).updated_at, now);
        assert_eq!(direct.clone().seen_by(user(2)).updated_at, direct.created_at);
    }

    #[test]
    fn a_hidden_room_is_listed_with_a_message_that_comes_later() {
        let (id, now) = (RoomId::try_from(1).unwrap(), Timestamp::from_millis(0));
        let room = Room::direct(id, user(1), user(2), &BTreeSet::new(), now);
        assert_eq!([1, 2].map(|id| room.is_listed(user(id), None)), [true, false]);
        assert!(room.is_listed(user(2), Some(&message(1))));
        let with = |last: u64| Room { last_message_id: MessageId::try_from(last).ok(), ..room.clone() };
        assert_eq!([0, 1].map(|last| with(last).is_surely_unlisted(user(2))), [true, false]);
        assert!(!room.is_surely_unlisted(user(1)));
        let hidden = Room { hidden_from: [(user(1), MessageId::try_from(2).unwrap())].into(), ..room };
        assert_eq!([None, Some(&message(1))].map(|last| hidden.is_listed(user(1), last)), [false, false]);
    }

    #[test]
    fn the_peer_of_a_direct_room_is_the_other_one_or_oneself() {
        let (id, now) = (RoomId::try_from(1).unwrap(), Timestamp::from_millis(0));
        let direct = |opener, peer| Room::direct(id, user(opener), user(peer), &BTreeSet::new(), now);
        assert_eq!([1, 2].map(|id| direct(1, 2).peer(user(id))), [Some(user(2)), Some(user(1))]);
        assert_eq!(direct(1, 1).peer(user(1)), Some(user(1)));
        assert_eq!(room(&[1, 2], &[]).peer(user(1)), None);
    }
}
