//! Messages: their content, their order, and the form in which clients see them.

mod change;
mod content;
mod delete_message;
mod draft;
mod edit_message;
mod forward_message;
mod holes;
mod marks;
mod mentions;
mod message;
mod quote;
mod react_to_message;
mod reaction;
mod read_mark;
mod search;
mod shown;
mod sync;
mod words;

pub use change::{Change, ChangeKind, ChangeList, Known, LastChange, change_after};
pub use content::{ClientId, Content, ContentDigest, Text};
pub use delete_message::{DeleteMessage, DeletedFor};
pub use draft::Draft;
pub use edit_message::EditMessage;
pub use forward_message::ForwardMessage;
pub use holes::{HOLE_SETTLES_AFTER, SEND_WITHIN, is_settled, settled};
pub use marks::{Mark, Move, Moves, Reached, Receipt};
pub use mentions::Mentions;
pub use message::{Deletion, Message, WithheldEdit};
pub use quote::Quote;
pub use react_to_message::ReactToMessage;
pub use reaction::{Emoji, Reaction, ShownReaction};
pub use read_mark::ReadMark;
pub use search::{Found, Search};
pub use shown::ShownMessage;
pub use sync::{KnownRoom, Marks, SyncRooms, Synced, SyncedRoom};
