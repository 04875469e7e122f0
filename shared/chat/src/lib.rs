//! What the chat does: one use case a file, named as its endpoint, and in it the order of the steps.
//!
//! Rules are in `domain`, keys in `store`, bytes in `realtime`; this crate imports no AWS SDK. What is to be told is
//! stored before anybody is told.

mod access;
mod attached;
mod attempts;
mod audience;
mod authenticate;
mod authorize;
mod change_password;
mod check_attachment;
mod clock;
mod connect;
mod create_attachment;
mod create_chatroom;
mod find_user;
mod join_chatroom;
mod leave_chatroom;
mod list_chatrooms;
mod list_conversation_messages;
mod list_members;
mod list_messages;
mod login;
mod logout;
mod logout_all;
mod password_hash;
mod read_message;
mod register;
mod send_message;
mod typing;

pub use authenticate::authenticate;
pub use authorize::authorize;
use bucket::Bucket;
pub use change_password::change_password;
pub use check_attachment::check_attachment;
pub use clock::now;
pub use connect::{connect, disconnect};
pub use create_attachment::{Announced, create_attachment};
pub use create_chatroom::create_chatroom;
use domain::{Error, Message, ShownMessage, UserId};
pub use find_user::find_user;
pub use join_chatroom::{Joined, join_chatroom};
pub use leave_chatroom::leave_chatroom;
pub use list_chatrooms::list_chatrooms;
pub use list_conversation_messages::list_conversation_messages;
pub use list_members::list_members;
pub use list_messages::list_messages;
pub use login::{Login, SESSION_LIFETIME, login, prepare_login};
pub use logout::logout;
pub use logout_all::logout_all;
pub use read_message::read_message;
use realtime::Sockets;
pub use register::register;
pub use send_message::{Sent, send_message, send_new_message, sent_before};
use store::Store;
pub use typing::typing;

/// What the use cases work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Chat {
    /// The tables.
    pub store: Store,
    /// The sockets.
    pub sockets: Sockets,
    /// What is attached to messages.
    pub bucket: Bucket,
}

impl Chat {
    /// A message for those who may read it.
    fn show(&self, message: Message) -> Result<ShownMessage, Error> {
        message.shown(|attachment| self.bucket.links(attachment, now()))
    }
}

/// Whoever asks, known by a session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who it is.
    pub user: UserId,
    /// The session they use.
    pub session: String,
}
