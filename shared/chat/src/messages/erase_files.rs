use std::time::Duration;

use bucket::Erasure;
use domain::{Error, Message, MessageId, RoomId};

use crate::{Chat, now};

/// The number of times that the message is read. The request precedes the deletion, by at most the ten seconds that
/// `delete-message` may run.
const READS: u32 = 24;
/// The wait between two reads.
const PAUSE: Duration = Duration::from_millis(500);

/// Erases the files of a deleted message. The request is erased last, so that it stays until all is done, and any
/// event can go on where another one has died.
///
/// Nothing is erased of a message that is not deleted: the call that asked for it has died before the deletion.
pub async fn erase_files(chat: &Chat, room: RoomId, id: MessageId) -> Result<(), Error> {
    if let Some(message) = deleted(chat, room, id).await? {
        for file in &message.files_to_erase {
            chat.bucket.erase(file, now()).await?;
        }
        chat.store.erase_attachments(message.files_to_erase.iter().map(|file| file.id)).await?;
        chat.store.forget_files(room, id).await?;
        tracing::info!(files = message.files_to_erase.len(), "the files of a message are erased");
    } else {
        tracing::warn!("the files of a message stay: it is not deleted");
    }
    chat.bucket.end_erasure(Erasure::Files(room, id), now()).await
}

async fn deleted(chat: &Chat, room: RoomId, id: MessageId) -> Result<Option<Message>, Error> {
    for read in 1..=READS {
        match chat.store.message(room, id).await? {
            Some(message) if message.deletion.is_some() => return Ok(Some(message)),
            Some(_) if read < READS => tokio::time::sleep(PAUSE).await,
            // The room is erased, with its files.
            None | Some(_) => return Ok(None),
        }
    }
    Ok(None)
}
