mod access;
mod inputs;
mod invite;
mod member;
mod open_direct;
mod reset_invite;
mod role;
mod room;
mod texts;

pub use access::{Access, History};
pub use inputs::{Invitation, NewRoom};
pub use invite::InviteCode;
pub use member::Member;
pub use open_direct::OpenDirect;
pub use reset_invite::ResetInvite;
pub use role::{Action, OnlyAdmins, Role};
pub use room::{Room, RoomKind, RoomSummary};
pub use texts::{Description, RoomName};
