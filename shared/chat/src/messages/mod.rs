//! Messages: sending, listing, marking as read. Also the signal that a member is typing.

mod forward_message;
mod list_conversation_messages;
mod list_messages;
mod quotes;
mod read_message;
mod reader;
mod send_message;
mod typing;

pub use forward_message::{Forwarded, forward_message};
pub use list_conversation_messages::list_conversation_messages;
pub use list_messages::list_messages;
pub(crate) use quotes::Quotes;
pub use read_message::read_message;
pub use send_message::{Sent, send_message, send_over_socket};
pub use typing::typing;

use domain::{Error, Message, ShownMessage};

use crate::{Chat, now};

impl Chat {
    /// Adds links to the attachments of a message, for its readers. [`Quotes`] adds the quote of a reply.
    pub(crate) fn show(&self, message: Message) -> Result<ShownMessage, Error> {
        message.shown(|attachment| self.bucket.links(attachment, now()))
    }
}
