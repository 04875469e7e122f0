//! Rooms and their members.

pub(crate) mod access;
mod add_members;
mod answer_invitation;
pub(crate) mod consent;
mod create_chatroom;
mod delete_chatroom;
mod erase_room;
pub(crate) mod heir;
mod join_chatroom;
mod leave_chatroom;
mod list_chatrooms;
mod list_invitations;
mod list_members;
mod open_direct;
mod preview_invite;
mod remove_member;
mod reset_invite;
mod set_chat;
mod set_role;
mod set_room;
pub(crate) mod stays;
pub(crate) mod summaries;

pub use access::managed_room;
pub use add_members::add_members;
pub use answer_invitation::answer_invitation;
pub use create_chatroom::create_chatroom;
pub use delete_chatroom::delete_chatroom;
pub(crate) use erase_room::erase_room;
pub use join_chatroom::{Joined, join_chatroom};
pub use leave_chatroom::leave_chatroom;
pub use list_chatrooms::list_chatrooms;
pub use list_invitations::list_invitations;
pub use list_members::list_members;
pub use open_direct::{OpenedDirect, open_direct};
pub use preview_invite::preview_invite;
pub use remove_member::remove_member;
pub use reset_invite::reset_invite;
pub use set_chat::set_chat;
pub use set_role::set_role;
pub use set_room::set_room;

use domain::{Error, Event, Room, ShownRoom, User, UserId};

use crate::{
    Chat,
    metrics::{Limit, limited},
    now,
};

impl Chat {
    /// A room for one of its members. A direct room needs the other one.
    pub(crate) fn show_room(&self, room: Room, member: UserId, peer: Option<User>) -> Result<ShownRoom, Error> {
        room.shown(member, peer, |picture| self.bucket.links(picture, now()))
    }

    /// A room for the event that tells its members of a change.
    pub(crate) fn show_room_to_all(&self, room: Room) -> Result<ShownRoom, Error> {
        room.shown_to_all(|picture| self.bucket.links(picture, now()))
    }

    /// Counts the pushes of a change of a large room before it. In a small room, the pace of the caller bounds them.
    /// Removals are not counted: a busy room must not keep its admins from them.
    ///
    /// # Errors
    /// `RoomBusy`.
    pub(crate) async fn count_change(&self, room: &Room) -> Result<(), Error> {
        if room.is_small() {
            return Ok(());
        }
        self.store.count_event(room, self.settings.pushes, now()).await.inspect_err(limited(Limit::Pushes))
    }

    /// Tells the members of a room about a change of its settings or roles.
    pub(crate) async fn tell_of_change(&self, room: Room) -> Result<(), Error> {
        let audience = self.audience(&room.members, room.id).await;
        let room = self.show_room_to_all(room)?;
        self.tell(audience, &Event::Room((&room).into())).await
    }
}
