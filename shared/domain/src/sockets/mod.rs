mod event;
mod frame;

pub use event::Event;
pub use frame::{MessageFrame, OtherFrame, TypingFrame, TypingKind};
