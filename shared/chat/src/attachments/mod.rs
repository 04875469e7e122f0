//! Attachments: announcing them, checking them, and taking them into messages.

mod attached;
mod check_attachment;
mod create_attachment;

pub(crate) use attached::Attached;
pub use check_attachment::check_attachment;
pub use create_attachment::{Announced, create_attachment};
