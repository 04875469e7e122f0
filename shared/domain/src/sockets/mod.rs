//! Sockets: the frames from clients and the events to clients.

mod event;
mod frame;

pub use event::Event;
pub use frame::{MarksFrame, MessageFrame, OtherFrame, TypingFrame, TypingKind};
