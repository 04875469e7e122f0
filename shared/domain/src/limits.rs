//! Limits on how many of one thing another thing has. A limit of a single value is beside its type, and the rates are
//! in `pace.rs`.

/// The most members of a room. Every message rewrites the item of its room, which so stays within some 40 KB: a member
/// with a message takes 34 bytes. The `receivers` of a message stay within 8 KB.
pub const MAX_MEMBERS: usize = 1024;
/// The most rooms of a user, so that the list of rooms needs no pages.
pub const MAX_ROOMS_PER_USER: u64 = 500;

/// The most open sockets of a user: a few windows on a few devices. Every socket receives every event, and each
/// delivery has its price.
pub const MAX_SOCKETS_PER_USER: usize = 16;
