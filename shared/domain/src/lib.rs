//! The nouns of the chat and their rules: parsing, limits, order, errors.
//!
//! This crate is pure: no AWS, no HTTP, no clock, no randomness. Every value of its types is valid, because no other
//! value can be built, except those that are [`stored`]: they were valid when they were stored.
//!
//! The contract with clients is here too: the fields of requests, answers and events, and the codes of refusals.

mod accounts;
mod answer;
mod attachments;
mod error;
mod fields;
mod id;
mod limits;
mod messages;
mod network;
mod pace;
mod page;
mod precis;
mod refusal;
mod rooms;
mod sockets;
mod stored;
mod text;
mod timestamp;

pub use accounts::*;
pub use answer::Budget;
pub use attachments::*;
pub use error::{Error, FieldErrors, causes};
pub use fields::{BYTE_ORDER_MARK, Fields, Input};
pub use id::{MembershipId, MessageId, RoomId, UserId};
pub use limits::*;
pub use messages::*;
pub use network::Network;
pub use pace::{Pace, PushPace};
pub use page::{Cursor, Page, Position, Slice};
pub use refusal::{Kind, Refusal};
pub use rooms::*;
pub use sockets::*;
pub use stored::{Stored, stored};
pub use timestamp::{CLOCKS_DIFFER_BY, Timestamp};
