/// The most members a room may have: what every message rewrites of its room stays within some 40 KB, of which a member who
/// has written takes 34 bytes, and its `receivers` within 8.
pub const MAX_MEMBERS: usize = 1024;
/// The most rooms a user may be in, so that the list of rooms needs no pages.
pub const MAX_ROOMS_PER_USER: u64 = 500;

/// The most sockets a user may have open: a few windows on a few devices, and each gets what the others get, at a price.
pub const MAX_SOCKETS_PER_USER: usize = 16;
