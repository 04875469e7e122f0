//! Rooms: their names and members, and the bodies of requests about them.

mod access;
mod add_members;
mod answer_invitation;
mod cursor;
mod inputs;
mod invite;
mod member;
mod open_direct;
mod preview;
mod preview_invite;
mod remove_member;
mod reset_invite;
mod role;
mod room;
mod set_role;
mod set_room;
mod shown;
mod texts;

pub use access::{Access, History};
pub use add_members::{AddMembers, AddResult};
pub use answer_invitation::AnswerInvitation;
pub use cursor::RoomCursor;
pub use inputs::{Entry, NewRoom};
pub use invite::InviteCode;
pub use member::{Listed, Member, MemberPage};
pub use open_direct::OpenDirect;
pub use preview::{RoomInvitation, RoomPreview};
pub use preview_invite::PreviewInvite;
pub use remove_member::RemoveMember;
pub use reset_invite::ResetInvite;
pub use role::{Action, OnlyAdmins, Role};
pub use room::{Room, RoomKind};
pub use set_role::SetRole;
pub use set_room::{OnlyAdminsChange, PictureChange, SetRoom};
pub use shown::{RoomSummary, ShownRoom};
pub use texts::{Description, RoomName};
