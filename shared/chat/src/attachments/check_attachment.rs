use std::time::Duration;

use bucket::{Objects, PictureFiles};
use domain::{Attachment, AttachmentId, AttachmentKind, Error, causes};
use media::Refusal;

use crate::{Chat, now};

/// Longer than the function may run, 35 s, and shorter than Lambda waits before it gives the event out again, a minute (AWS
/// Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation"), by clocks ten seconds apart.
const LEASE: Duration = Duration::from_secs(48);

/// How many checks of one upload may fail or die: as many as Lambda gives the event out.
const ATTEMPTS: u32 = 3;

/// What a check has found.
enum Found {
    /// So many bytes are shown.
    Good(u64),
    Bad(Refusal),
    /// It was uploaded again, or is gone. Another event tells.
    Changed,
}

/// Looks at what was uploaded: shows what is what it was announced to be, without what a picture tells beside what it
/// shows, and refuses the rest. Whatever it finds, the upload itself is deleted.
pub async fn check_attachment(chat: &Chat, objects: &Objects, id: AttachmentId) -> Result<(), Error> {
    let Some(claim) = chat.store.claim_check(id, now(), LEASE).await? else {
        tracing::info!(%id, "there is nothing to check");
        return Ok(());
    };
    if claim.attempt >= ATTEMPTS {
        // What has stopped every check so far stops this one, and its sender waits.
        tracing::error!(%id, "an attachment cannot be checked");
        return chat.store.mark_refused(id, "cannot be checked").await;
    }
    let attachment = claim.attachment;
    let found = match attachment.content_type.kind() {
        AttachmentKind::Picture => check_picture(objects, &attachment).await?,
        AttachmentKind::Video => check_video(objects, &attachment).await?,
    };
    match found {
        Found::Good(size) => chat.store.mark_ready(id, size).await?,
        Found::Bad(refusal) => {
            tracing::info!(%id, %refusal, "an attachment is refused");
            chat.store.mark_refused(id, &refusal.to_string()).await?;
        }
        Found::Changed => return Err(Error::internal("checking an attachment", "it changes while it is read")),
    }
    // A rule of the bucket deletes it as well, later.
    if let Err(error) = objects.delete_upload(id).await {
        tracing::warn!(cause = causes(&error), "an upload is not deleted");
    }
    Ok(())
}

async fn check_picture(objects: &Objects, attachment: &Attachment) -> Result<Found, Error> {
    let Some(upload) = objects.read_upload(attachment.id, attachment.size).await? else { return Ok(Found::Changed) };
    let content_type = attachment.content_type;
    let checked = tokio::task::spawn_blocking(move || media::picture(content_type, &upload.bytes));
    let picture = match checked.await.map_err(|error| Error::internal("checking a picture", error))? {
        Ok(picture) => picture,
        Err(refusal) => return Ok(Found::Bad(refusal)),
    };
    let size = picture.bytes.len() as u64;
    let files = PictureFiles {
        file: picture.bytes,
        thumbnail: picture.thumbnail.bytes,
        thumbnail_type: picture.thumbnail.media_type,
    };
    objects.write_picture(attachment, files).await?;
    Ok(Found::Good(size))
}

async fn check_video(objects: &Objects, attachment: &Attachment) -> Result<Found, Error> {
    let Some(upload) = objects.read_upload(attachment.id, media::FIRST_BYTES as u64).await? else {
        return Ok(Found::Changed);
    };
    if let Err(refusal) = media::video(attachment.content_type, &upload.bytes) {
        return Ok(Found::Bad(refusal));
    }
    let shown = objects.show_upload(attachment, &upload.version).await?;
    Ok(if shown { Found::Good(attachment.size) } else { Found::Changed })
}
