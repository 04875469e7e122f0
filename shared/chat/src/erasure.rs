//! Erasing in the background. An object with the key of the request starts it, and stays until all is erased, so that
//! any event can go on where another one has died.

use std::time::Duration;

use bucket::Erasure;
use domain::{AttachmentId, Error, RoomId};

use crate::{Chat, messages::erase_files, now, rooms::erase_room};

/// How often the outcome of the call is read that has made the request: for twelve seconds, because the request comes
/// before it, and a call that deletes, or stores copies, runs for ten at most.
const READS: u32 = 24;
/// The wait between two reads.
const PAUSE: Duration = Duration::from_millis(500);

/// Erases what a request names.
pub async fn erase(chat: &Chat, erasure: Erasure) -> Result<(), Error> {
    match erasure {
        Erasure::Room(room) => erase_room(chat, room).await,
        Erasure::Files(room, message) => erase_files(chat, room, message).await,
        Erasure::Copy(room, file) => erase_copy(chat, room, file).await,
    }
}

/// Waits for the outcome of the call that has made a request. Without one, that call has failed or died.
pub(crate) async fn outcome<T>(read: impl AsyncFn() -> Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    for _ in 1..READS {
        let found = read().await?;
        if found.is_some() {
            return Ok(found);
        }
        tokio::time::sleep(PAUSE).await;
    }
    read().await
}

/// Erases the copy of a file, unless a forwarded message has it.
async fn erase_copy(chat: &Chat, room: RoomId, file: AttachmentId) -> Result<(), Error> {
    if outcome(async || chat.store.upload(file).await).await?.is_none() {
        chat.bucket.erase_all(file, now()).await?;
        tracing::info!("a copy that no message has is erased");
    }
    chat.bucket.end_erasure(Erasure::Copy(room, file), now()).await
}
