//! Rooms and their members.

pub(crate) mod access;
mod create_chatroom;
mod join_chatroom;
mod leave_chatroom;
mod list_chatrooms;
mod list_members;

pub use create_chatroom::create_chatroom;
pub use join_chatroom::{Joined, join_chatroom};
pub use leave_chatroom::leave_chatroom;
pub use list_chatrooms::list_chatrooms;
pub use list_members::list_members;
