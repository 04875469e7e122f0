use bucket::Erasure;
use domain::{Error, HOLE_SETTLES_AFTER, Message, RoomId};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{Range, Tombstone};

use crate::{Chat, erasure::outcome, now};

/// The number of messages that are read at once.
const PAGE: usize = 500;
/// The most messages that one event erases, within the function's timeout: a partition of DynamoDB writes a thousand
/// items a second. The next ones have another event.
const MOST_MESSAGES: usize = 5000;
/// The number of memberships, or attachments, that are erased at the same time.
const CONCURRENCY: usize = 16;

/// Erases a deleted room: memberships, bans, messages, attachments and the room, except that its owner deleted it. The
/// request is erased last.
///
/// Invitations, uploads that no message has, and the records of changes expire by themselves.
///
/// Nothing is erased of a room that is not deleted: its owner has lost the role between the request and the deletion.
pub(crate) async fn erase_room(chat: &Chat, room: RoomId) -> Result<(), Error> {
    let Some(tombstone) = outcome(async || chat.store.tombstone(room).await).await? else {
        tracing::warn!("a room stays: it is not deleted");
        return chat.bucket.end_erasure(Erasure::Room(room), now()).await;
    };
    let Tombstone { members, pictures, .. } = &tombstone;
    let stays = stream::iter(members).map(|&user| chat.store.erase_membership(user, room));
    stays.buffer_unordered(CONCURRENCY).try_collect::<()>().await?;
    chat.store.erase_bans(room).await?;
    let objects = stream::iter(pictures).map(|&id| chat.bucket.erase_all(id, now()));
    objects.buffer_unordered(CONCURRENCY).try_collect::<()>().await?;
    chat.store.erase_attachments(pictures.iter().copied()).await?;
    if !erase_messages(chat, room).await? {
        return chat.bucket.ask_to_erase(Erasure::Room(room), now()).await;
    }
    // A message that had its turn when the room was deleted may be stored after that.
    let wait = (tombstone.deleted_at + HOLE_SETTLES_AFTER).since(now());
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
        erase_messages(chat, room).await?;
    }
    chat.store.erase_room(room, &tombstone).await?;
    chat.bucket.end_erasure(Erasure::Room(room), now()).await?;
    tracing::info!("a room is erased");
    Ok(())
}

/// Erases messages with their attachments. `false` if there may be more.
async fn erase_messages(chat: &Chat, room: RoomId) -> Result<bool, Error> {
    for _ in 0..MOST_MESSAGES / PAGE {
        let messages = chat.store.query_messages(room, Range::OLDEST, PAGE).await?;
        if messages.is_empty() {
            return Ok(true);
        }
        erase_objects(chat, &messages).await?;
        chat.store.erase_messages(room, &messages).await?;
    }
    Ok(false)
}

async fn erase_objects(chat: &Chat, messages: &[Message]) -> Result<(), Error> {
    let attachments = messages.iter().flat_map(Message::files);
    let erased = stream::iter(attachments).map(|attachment| chat.bucket.erase(attachment, now()));
    erased.buffer_unordered(CONCURRENCY).try_collect().await
}
