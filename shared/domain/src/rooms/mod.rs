//! Rooms: their names and members, and the bodies of requests about them.

mod access;
mod add_members;
mod answer_invitation;
mod inputs;
mod invite;
mod member;
mod open_direct;
mod preview_invite;
mod remove_member;
mod reset_invite;
mod role;
mod room;
mod set_role;
mod set_room;
mod texts;

pub use access::{Access, History};
pub use add_members::{AddMembers, AddResult};
pub use answer_invitation::AnswerInvitation;
pub use inputs::{Invitation, NewRoom};
pub use invite::InviteCode;
pub use member::Member;
pub use open_direct::OpenDirect;
pub use preview_invite::PreviewInvite;
pub use remove_member::RemoveMember;
pub use reset_invite::ResetInvite;
pub use role::{Action, OnlyAdmins, Role};
pub use room::{Room, RoomKind, RoomSummary};
pub use set_role::SetRole;
pub use set_room::{OnlyAdminsChange, PictureChange, SetRoom};
pub use texts::{Description, RoomName};
