//! Attachments: announcing them, checking them, and taking them into messages.

mod attached;
mod check_attachment;
mod create_attachment;

pub(crate) use attached::Attached;
pub use attached::take_picture;
pub use check_attachment::check_attachment;
pub(crate) use create_attachment::new_id;
pub use create_attachment::{Announced, create_attachment};
