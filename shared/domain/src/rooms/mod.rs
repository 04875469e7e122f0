//! Rooms: their names and members, and the bodies of requests about them.

mod inputs;
mod member;
mod room;
mod texts;

pub use inputs::{Invitation, NewRoom};
pub use member::Member;
pub use room::{Room, RoomKind, RoomSummary};
pub use texts::{Description, RoomName};
