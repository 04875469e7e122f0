//! The check of an upload, before a message can attach it.

use std::time::Duration;

use bucket::{Objects, PictureFiles};
use domain::{Attachment, AttachmentId, AttachmentKind, Error, Progress, causes};
use media::Refusal;

use crate::{Chat, now};

/// The time for which a check is claimed. With clocks that differ by ten seconds it is longer than the function's
/// timeout, 35 s, and shorter than the wait of Lambda before it invokes the function again, a minute (AWS Lambda
/// Developer Guide, "How Lambda handles errors and retries with asynchronous invocation").
const LEASE: Duration = Duration::from_secs(48);

/// The number of checks of one upload. Lambda invokes the function as many times for an event.
const ATTEMPTS: u32 = 3;

/// The number of times that a check reads an upload that changes.
const READS: u32 = 3;

/// The outcome of a check.
enum Found {
    /// The file is shown, as this attachment: with its type, size and name.
    Good(Attachment),
    /// The file is refused, for this reason.
    Bad(Refusal),
    /// The upload was replaced during the check. The event of the other upload may have come to nothing, because this
    /// check has the claim.
    Changed,
    /// There is no upload.
    Gone,
}

/// Checks an upload. A file of the announced kind is shown with the type that its bytes have, a picture without its
/// metadata; any other file is refused. Then the upload is deleted. A check that is made again replaces all that an
/// earlier one wrote, and one outcome is stored.
///
/// A form uploads as often as somebody sends it in ten minutes, and each upload is an event. The claim decides in its
/// one write whether there is something to check, so an event of an upload that has been checked, or is being checked,
/// reads no object.
///
/// # Errors
/// `Internal` if the upload is gone.
pub async fn check_attachment(chat: &Chat, objects: &Objects, id: AttachmentId) -> Result<(), Error> {
    let Some(claim) = chat.store.claim_check(id, now(), LEASE).await? else {
        tracing::info!(%id, "there is nothing to check");
        return Ok(());
    };
    if claim.attempt >= ATTEMPTS {
        // The cause that stopped every check so far would stop this one too, and the sender waits.
        tracing::error!(%id, "an attachment cannot be checked");
        return chat.store.mark_refused(id, "cannot be checked").await;
    }
    match found(objects, &claim.attachment).await? {
        Found::Good(attachment) => chat.store.mark_ready(&attachment).await?,
        Found::Bad(refusal) => {
            tracing::info!(%id, %refusal, "an attachment is refused");
            chat.store.mark_refused(id, &refusal.to_string()).await?;
        }
        Found::Changed => {
            tracing::info!(%id, "an upload changes during its checks");
            chat.store.mark_refused(id, "was uploaded several times at once").await?;
        }
        Found::Gone => {
            // Another check has deleted it that took longer than its claim.
            let upload = chat.store.upload(id).await?;
            let is_open = upload.is_some_and(|upload| upload.progress == Progress::Announced);
            return if is_open { Err(Error::internal("checking an attachment", "the upload is gone")) } else { Ok(()) };
        }
    }
    // If this fails, a rule of the bucket deletes it later.
    if let Err(error) = objects.delete_upload(id).await {
        tracing::warn!(cause = causes(&error), "an upload is not deleted");
    }
    Ok(())
}

/// Checks an upload, and again if it changes.
async fn found(objects: &Objects, attachment: &Attachment) -> Result<Found, Error> {
    for _ in 1..READS {
        match check(objects, attachment).await? {
            Found::Changed => {}
            found => return Ok(found),
        }
    }
    check(objects, attachment).await
}

async fn check(objects: &Objects, attachment: &Attachment) -> Result<Found, Error> {
    match attachment.content_type.kind() {
        AttachmentKind::Picture => check_picture(objects, attachment).await,
        AttachmentKind::Video => check_video(objects, attachment).await,
    }
}

async fn check_picture(objects: &Objects, attachment: &Attachment) -> Result<Found, Error> {
    let Some(upload) = objects.read_upload(attachment.id, attachment.size).await? else { return Ok(Found::Gone) };
    let checked = tokio::task::spawn_blocking(move || media::picture(&upload.bytes));
    let picture = match checked.await.map_err(|error| Error::internal("checking a picture", error))? {
        Ok(picture) => picture,
        Err(refusal) => return Ok(Found::Bad(refusal)),
    };
    let shown = attachment.clone().checked(picture.media_type, picture.bytes.len() as u64);
    let files = PictureFiles {
        file: picture.bytes,
        thumbnail: picture.thumbnail.bytes,
        thumbnail_type: picture.thumbnail.media_type,
    };
    objects.write_picture(&shown, files).await?;
    Ok(Found::Good(shown))
}

async fn check_video(objects: &Objects, attachment: &Attachment) -> Result<Found, Error> {
    let Some(upload) = objects.read_upload(attachment.id, media::FIRST_BYTES as u64).await? else {
        return Ok(Found::Gone);
    };
    let shown = match media::video(attachment.content_type, &upload.bytes) {
        Ok(media_type) => attachment.clone().checked(media_type, attachment.size),
        Err(refusal) => return Ok(Found::Bad(refusal)),
    };
    let is_shown = objects.show_upload(&shown, &upload.version).await?;
    Ok(if is_shown { Found::Good(shown) } else { Found::Changed })
}
