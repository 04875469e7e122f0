//! Messages: their content, their order, and the form in which clients see them.

mod content;
mod draft;
mod forward_message;
mod holes;
mod mentions;
mod message;
mod quote;
mod read_mark;
mod shown;

pub use content::{ClientId, Content, ContentDigest, Text};
pub use draft::Draft;
pub use forward_message::ForwardMessage;
pub use holes::{HOLE_SETTLES_AFTER, SEND_WITHIN, is_settled, settled};
pub use mentions::Mentions;
pub use message::Message;
pub use quote::Quote;
pub use read_mark::ReadMark;
pub use shown::ShownMessage;
