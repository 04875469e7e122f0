//! What the chat does: one use case a file, named as its endpoint, and in it the order of the steps.
//!
//! Rules are in `domain`, keys in `store`, bytes in `realtime`; this crate imports no AWS SDK. What is to be told is
//! stored before anybody is told.

pub mod accounts;
pub mod attachments;
mod clock;
pub mod messages;
pub mod rooms;
mod settings;
pub mod sockets;

use bucket::Bucket;
use domain::UserId;
use realtime::Sockets;
use store::Store;

pub use clock::now;
pub use settings::Settings;

/// What the use cases work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Chat {
    /// The tables.
    pub store: Store,
    /// The sockets.
    pub sockets: Sockets,
    /// What is attached to messages.
    pub bucket: Bucket,
    /// The settings.
    pub settings: Settings,
}

/// Whoever asks, known by a session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who it is.
    pub user: UserId,
    /// The session they use.
    pub session: String,
}
