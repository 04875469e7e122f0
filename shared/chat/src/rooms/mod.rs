//! Rooms and their members.

pub(crate) mod access;
pub(crate) mod consent;
mod create_chatroom;
pub(crate) mod heir;
mod join_chatroom;
mod leave_chatroom;
mod list_chatrooms;
mod list_members;

pub use access::managed_room;
pub use create_chatroom::create_chatroom;
pub use join_chatroom::{Joined, join_chatroom};
pub use leave_chatroom::leave_chatroom;
pub use list_chatrooms::list_chatrooms;
pub use list_members::list_members;

use domain::{Error, Room, ShownRoom, User, UserId};

use crate::{Chat, now};

impl Chat {
    /// A room for one of its members. A direct room needs the other one.
    pub(crate) fn show_room(&self, room: Room, member: UserId, peer: Option<User>) -> Result<ShownRoom, Error> {
        room.shown(member, peer, |picture| self.bucket.links(picture, now()))
    }
}
