//! The use cases of the chat: one file each, named as its endpoint, with the order of the steps.
//!
//! Rules are in `domain`, keys in `store`, bytes in `realtime`. This crate imports no AWS SDK. A use case stores a
//! change before it pushes an event.

pub mod accounts;
pub mod attachments;
mod clock;
mod erasure;
pub mod messages;
pub mod metrics;
mod paces;
pub mod rooms;
mod settings;
pub mod sockets;

use bucket::Bucket;
use domain::{Timestamp, UserId};
use realtime::Sockets;
use store::{Socket, Store};

pub use clock::now;
pub use erasure::erase;
pub use paces::Paces;
pub use settings::Settings;

/// The services that the use cases need. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Chat {
    /// Reads and writes the tables.
    pub store: Store,
    /// Pushes to sockets.
    pub sockets: Sockets,
    /// Signs links to attachments.
    pub bucket: Bucket,
    /// The paces of each user.
    pub paces: Paces,
    /// The settings.
    pub settings: Settings,
}

/// The user of a request, with the session of the access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user: UserId,
    /// The id of the session.
    pub session: String,
    /// The time of the request by the clock of API Gateway. It paces the user, because the clocks of instances differ
    /// by more than some bursts last.
    pub at: Timestamp,
}

impl From<&Socket> for Caller {
    fn from(socket: &Socket) -> Self {
        Self { user: socket.user, session: socket.session.clone(), at: now() }
    }
}
