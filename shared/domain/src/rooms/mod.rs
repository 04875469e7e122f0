mod access;
mod cursor;
mod inputs;
mod invite;
mod member;
mod role;
mod room;
mod shown;
mod texts;

pub use access::{Access, History};
pub use cursor::RoomCursor;
pub use inputs::{Entry, NewRoom};
pub use invite::InviteCode;
pub use member::{Listed, Member, MemberPage};
pub use role::{Action, OnlyAdmins, Role};
pub use room::{Room, RoomKind};
pub use shown::{RoomSummary, ShownRoom};
pub use texts::{Description, RoomName};
