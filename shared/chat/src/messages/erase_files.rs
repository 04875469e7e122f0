use bucket::Erasure;
use domain::{Error, MessageId, RoomId};

use crate::{Chat, erasure::outcome, now};

/// Erases the files of a deleted message. The request is erased last.
///
/// Nothing is erased of a message that is not deleted: the call that asked for it has died before the deletion. A
/// message that does not exist is erased, with its files.
pub async fn erase_files(chat: &Chat, room: RoomId, id: MessageId) -> Result<(), Error> {
    let deleted =
        outcome(async || Ok(chat.store.message(room, id).await?.filter(|message| message.deletion.is_some())));
    if let Some(message) = deleted.await? {
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
