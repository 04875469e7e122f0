//! From the ids in a draft to the attachments of a message.

use std::time::Duration;

use domain::{Attachment, AttachmentId, AttachmentKind, Draft, Error, Progress, Refusal, Upload, UserId};
use tokio::time::Instant;

use crate::{Chat, now, rooms::access};

/// The time for which a sender waits for the check of a new upload. Together with the time of sending it is shorter
/// than the function's timeout.
const PATIENCE: Duration = Duration::from_secs(5);
/// The wait between two reads of the state of a check.
const PAUSE: Duration = Duration::from_millis(200);

/// The attachments of a message.
#[derive(Debug, Default)]
pub(crate) struct Attached {
    pub(crate) picture: Option<Attachment>,
    pub(crate) video: Option<Attachment>,
}

impl Attached {
    /// Reads the attachments of a draft, waits for their checks, and keeps their objects: the bucket must not delete
    /// the picture of a message that a reader sees.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `AttachmentInvalid` for an attachment that this sender may not send to this room,
    /// `AttachmentUnchecked`.
    pub(crate) async fn take(chat: &Chat, sender: UserId, draft: &Draft) -> Result<Self, Error> {
        let content = &draft.content;
        if content.picture.is_none() && content.video.is_none() {
            return Ok(Self::default());
        }
        let read = async |id: Option<AttachmentId>, kind| match id {
            Some(id) => read(chat, sender, draft, id, kind).await.map(Some),
            None => Ok(None),
        };
        // A sender who has left the room is refused before anything is kept.
        let ((), picture, video) = tokio::try_join!(
            access::member(&chat.store, sender, draft.room),
            read(content.picture, AttachmentKind::Picture),
            read(content.video, AttachmentKind::Video),
        )?;
        chat.bucket.keep(picture.iter().chain(&video), now()).await?;
        Ok(Self { picture, video })
    }
}

async fn read(
    chat: &Chat,
    sender: UserId,
    draft: &Draft,
    id: AttachmentId,
    kind: AttachmentKind,
) -> Result<Attachment, Error> {
    let upload = checked(chat, id, |upload| {
        // All these cases have one answer, so that it does not reveal the uploads of others.
        upload.owner == sender && upload.room == draft.room && upload.expires_at.is_none_or(|end| end > now())
    })
    .await?;
    if upload.attachment.content_type.kind() != kind {
        return Err(invalid(match kind {
            AttachmentKind::Picture => "is a video, not a picture",
            AttachmentKind::Video => "is a picture, not a video",
        }));
    }
    match upload.progress {
        Progress::Ready => Ok(upload.attachment),
        Progress::Refused(why) => Err(Refusal::AttachmentInvalid(why).into()),
        Progress::Sent => Err(invalid("is in another message")),
        Progress::Announced => Err(Refusal::AttachmentUnchecked.into()),
    }
}

/// Returns the attachment after its check, or still unchecked if the check takes longer than [`PATIENCE`].
async fn checked(chat: &Chat, id: AttachmentId, is_theirs: impl Fn(&Upload) -> bool) -> Result<Upload, Error> {
    let give_up = Instant::now() + PATIENCE;
    let mut uploaded = false;
    loop {
        let upload = chat.store.upload(id).await?.filter(&is_theirs);
        let upload = upload.ok_or_else(|| invalid("was not uploaded by you for this room"))?;
        if upload.progress != Progress::Announced || Instant::now() >= give_up {
            return Ok(upload);
        }
        if uploaded {
            tokio::time::sleep(PAUSE).await;
        } else if chat.bucket.is_uploaded(id, now()).await? {
            uploaded = true;
        } else {
            // A check between the two reads may have deleted the upload.
            let upload = chat.store.upload(id).await?.filter(|upload| upload.progress != Progress::Announced);
            return upload.ok_or_else(|| invalid("has not been uploaded"));
        }
    }
}

fn invalid(why: &str) -> Error {
    Refusal::AttachmentInvalid(why.to_owned()).into()
}
