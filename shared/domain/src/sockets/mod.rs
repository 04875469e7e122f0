//! Sockets: the frames from clients and the events to clients.

mod event;
mod frame;

pub use event::{Event, RoomEvent};
pub use frame::{MarksFrame, MessageFrame, OtherFrame, TypingFrame, TypingKind};
