mod content;
mod draft;
mod example_message;
mod holes;
mod message;
mod read_mark;
mod shown;

pub use content::{ClientId, Content, Text};
pub use draft::Draft;
pub use example_message::ExampleMessage;
pub use holes::{SEND_WITHIN, is_settled, settled};
pub use message::Message;
pub use read_mark::ReadMark;
pub use shown::ShownMessage;
