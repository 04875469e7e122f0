//! The nouns of the chat and their rules: parsing, limits, order, errors.
//!
//! This crate is pure: no AWS, no HTTP, no clock, no randomness. A value of one of its types is valid, because nothing
//! else can be built.

mod attachment;
mod error;
mod event;
mod fields;
mod frame;
mod id;
mod message;
mod network;
mod pace;
mod page;
mod password;
mod room;
mod timestamp;
mod user;

pub use attachment::{
    Attachment, AttachmentId, AttachmentKind, FileName, Links, MediaType, NewAttachment, Progress,
    SEND_ATTACHMENT_WITHIN, UPLOAD_WITHIN, Upload,
};
pub use error::{Error, FieldErrors, causes};
pub use event::Event;
pub use fields::{Fields, Input};
pub use frame::{MessageFrame, OtherFrame, TypingFrame};
pub use id::{MembershipId, MessageId, RoomId, UserId};
pub use message::{ClientId, Content, Draft, Message, SEND_WITHIN, ShownMessage, Text, is_settled, settled};
pub use network::Network;
pub use pace::Pace;
pub use page::{Cursor, Page, Position, Slice};
pub use password::Password;
pub use room::{
    Description, Invitation, MAX_MEMBERS, MAX_ROOMS_PER_USER, MAX_SOCKETS_PER_USER, Member, NewRoom, ReadMark, Room,
    RoomKind, RoomName, RoomSummary,
};
pub use timestamp::{CLOCKS_DIFFER_BY, Timestamp};
pub use user::{LoginAttempt, PasswordChange, Registration, User, Username};
