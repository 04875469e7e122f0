//! Limits on how many of one thing another thing has. A limit of a single value is beside its type, and the rates are
//! in `pace.rs`.

use std::time::Duration;

/// The most members of a small room. In a small room, room objects name all members and messages all receivers, and
/// `read` events reach senders. In larger rooms that would grow with the square of the number of members.
pub const SMALL_ROOM: usize = 32;

/// The most members a room may have: the item of the room, which each message rewrites, stays within 10 KB.
pub const MAX_MEMBERS: usize = 1024;
/// The most members that a room may be created with besides its creator, so that one transaction of 100 actions
/// creates it.
pub const MAX_FIRST_MEMBERS: usize = 49;
/// The most rooms that one call forwards a message to.
pub const MAX_FORWARDED_TO: usize = 5;
/// The forwards after which a message goes to one room at a time.
pub const OFTEN_FORWARDED: u32 = 5;
/// The most users that a message mentions by their ids.
pub const MAX_MENTIONS: usize = 100;
/// The most users whose last reactions a message keeps, also of those who have left the room or removed them: as many
/// as a room has members, so that its item stays within 50 KB.
pub const MAX_REACTIONS: usize = 1024;
/// The most users who delete one message for themselves, because its item names them: as many as react to it.
pub const MAX_HIDDEN_FROM: usize = 1024;
/// The most unread messages of a room that a member deletes for themselves without counting them as unread: each has
/// some bytes of the membership, which every list of rooms reads.
pub const MAX_HIDDEN_UNREAD: u64 = 45;
/// The most messages that one search finds. The next one goes on.
pub const MAX_FOUND: usize = 20;
/// The most characters of a draft on all devices: each has some bytes of the membership, which every list of rooms
/// reads.
pub const MAX_DRAFT: usize = 512;
/// The most chats that a user pins, as in other messengers: pinned ones stay within a screen.
pub const MAX_PINS: u64 = 3;
/// The times in which a direct room was closed that its item keeps, for the numbers of unread messages.
pub const MAX_CLOSURES: u64 = 16;
/// The lost turns that the item of a room keeps, for the numbers of unread messages: the newest of about as many.
pub const MAX_LOST: u64 = 16;
/// The most emoji that a message shows with their counts. `/list-reactions/` shows all.
pub const MAX_SHOWN_EMOJI: usize = 20;
/// The most users whom a message shows beside the count of an emoji.
pub const MAX_SHOWN_REACTORS: usize = 3;
/// The most people that one call may add to a room.
pub const MAX_ADDED_AT_ONCE: usize = 50;
/// The most admins of a room besides its owner, so that a change of roles reads and writes little.
pub const MAX_ADMINS: usize = 50;
/// The most members of a room in which typing is pushed: in larger rooms somebody types all the time.
pub const MAX_TYPING_AUDIENCE: usize = 64;

/// The most rooms a user may be in, so that one query reads their memberships.
pub const MAX_ROOMS_PER_USER: u64 = 500;
/// The most rooms in one answer of a list of rooms. A user may be in more: others can open direct rooms with them.
pub const MAX_LISTED_ROOMS: usize = 500;
/// The most users whose presence one call returns: as many as a screen of a list of people shows.
pub const MAX_PRESENCES: usize = 50;
/// The time after the end of a user's last socket in which they still count as online. API Gateway closes each socket
/// after two hours, and its client opens another one.
pub const ONLINE_AFTER: Duration = Duration::from_secs(15);
/// The most people that a user may block.
pub const MAX_BLOCKS: u64 = 1000;

/// The most open sockets of a user: a few windows on a few devices. Every socket receives every event, and each
/// delivery has its price.
pub const MAX_SOCKETS_PER_USER: usize = 16;

/// The sessions of a user that are kept, and listed, however long they have not been used: more than a person has
/// devices.
pub const MAX_SESSIONS: usize = 100;

/// The life of an invitation to a room.
pub const INVITATION_LASTS: Duration = Duration::from_hours(7 * 24);
/// The most invitations that a list has.
pub const MAX_INVITATIONS: usize = 500;
/// The age of the oldest message that a newcomer may be given.
pub const HISTORY_LASTS: Duration = Duration::from_hours(14 * 24);
/// The age up to which the sender may edit a message: fifteen minutes, as clients show it, and five for edits that an
/// outbox has kept.
pub const EDIT_WITHIN: Duration = Duration::from_mins(20);
/// The age up to which the sender may delete a message for everyone. Admins may always.
pub const DELETE_WITHIN: Duration = Duration::from_hours(60);
/// The life of the record of a change. A client that was offline for longer lists the room anew.
pub const CHANGES_LAST: Duration = Duration::from_hours(30 * 24);
/// The most changes that one call lists.
pub const MAX_LISTED_CHANGES: usize = 100;
/// The most rooms that a client names when it asks for the news of its rooms: as many as a list of rooms has.
pub const MAX_SYNCED_ROOMS: usize = MAX_LISTED_ROOMS;
/// The most new messages of a room among the news.
pub const MAX_SYNCED_MESSAGES: usize = 50;
/// The shortest time between two signals that a user types in a room.
pub const TYPING_EVERY: Duration = Duration::from_secs(2);
/// The time for which clients show that somebody types.
pub const TYPING_EXPIRES_IN: Duration = Duration::from_secs(8);

/// The largest answer, in bytes as Lambda's response counts them. Lambda's own limit is 6 MB (AWS Lambda Developer
/// Guide, "Lambda quotas").
pub const MAX_ANSWER_BYTES: usize = 4_000_000;
