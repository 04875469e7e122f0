//! Messages: sending, changing, listing, marking as received and read. Also the signal that a member is typing.

mod changing;
mod delete_message;
mod edit_message;
mod erase_files;
mod forward_message;
mod list_changes;
mod list_conversation_messages;
mod list_messages;
mod list_reactions;
mod marks;
mod message_info;
mod quotes;
mod react_to_message;
mod read_message;
mod reader;
pub(crate) mod receipts;
mod search_messages;
mod send_message;
mod sync;
mod typing;

pub use delete_message::delete_message;
pub use edit_message::edit_message;
pub use erase_files::erase_files;
pub use forward_message::{Forwarded, forward_message};
pub use list_changes::list_changes;
pub use list_conversation_messages::list_conversation_messages;
pub use list_messages::list_messages;
pub use list_reactions::list_reactions;
pub use marks::mark;
pub use message_info::message_info;
pub(crate) use quotes::Quotes;
pub use react_to_message::react_to_message;
pub use read_message::read_message;
pub use search_messages::search_messages;
pub use send_message::{Sent, send_message, send_over_socket};
pub use sync::sync;
pub use typing::typing;

use domain::{Error, Message, ShownMessage, UserId};

use crate::{Chat, now};

impl Chat {
    /// A message as a reader sees it, with links to its attachments. Without a reader, as all members see it.
    pub(crate) fn show(&self, message: Message, reader: Option<UserId>) -> Result<ShownMessage, Error> {
        message.shown(reader, |attachment| self.bucket.links(attachment, now()))
    }
}
