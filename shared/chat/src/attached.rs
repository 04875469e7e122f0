//! From the ids that a draft attaches to what is attached.

use std::time::Duration;

use domain::{Attachment, AttachmentId, AttachmentKind, Draft, Error, Progress, Upload, UserId};
use tokio::time::Instant;

use crate::{Chat, now};

/// How long a sender waits for the check of what they have just uploaded. With the time that sending takes it is within the
/// function's own.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long between two looks at a check.
const PAUSE: Duration = Duration::from_millis(200);

/// What a message attaches.
#[derive(Debug, Default)]
pub(crate) struct Attached {
    pub(crate) picture: Option<Attachment>,
    pub(crate) video: Option<Attachment>,
}

impl Attached {
    /// What a draft attaches, once it has been checked.
    ///
    /// # Errors
    /// `AttachmentInvalid` for whatever this sender may not send to this room, `Unavailable` for what is still being checked.
    pub(crate) async fn read(chat: &Chat, sender: UserId, draft: &Draft) -> Result<Self, Error> {
        let read = async |id: Option<AttachmentId>, kind| match id {
            Some(id) => read(chat, sender, draft, id, kind).await.map(Some),
            None => Ok(None),
        };
        let (picture, video) = tokio::try_join!(
            read(draft.content.picture, AttachmentKind::Picture),
            read(draft.content.video, AttachmentKind::Video),
        )?;
        Ok(Self { picture, video })
    }

    /// Keeps what is attached from being deleted.
    pub(crate) async fn keep(&self, chat: &Chat) -> Result<(), Error> {
        chat.bucket.keep(self.picture.iter().chain(&self.video), now()).await
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
        // One answer to all of these: nobody learns what others have uploaded.
        upload.owner == sender && upload.room == draft.room && upload.expires_at > now()
    })
    .await?;
    if upload.attachment.content_type.kind() != kind {
        return Err(invalid("is of the other kind"));
    }
    match upload.progress {
        Progress::Ready => Ok(upload.attachment),
        Progress::Refused(why) => Err(Error::AttachmentInvalid(why)),
        Progress::Sent => Err(invalid("is in another message")),
        Progress::Announced => Err(Error::Unavailable { doing: "waiting for a check", source: "it takes long".into() }),
    }
}

/// The attachment, after its check if that does not take too long.
async fn checked(chat: &Chat, id: AttachmentId, is_theirs: impl Fn(&Upload) -> bool) -> Result<Upload, Error> {
    let give_up = Instant::now() + PATIENCE;
    let mut uploaded = false;
    loop {
        let upload = chat.store.upload(id).await?.filter(&is_theirs);
        let upload = upload.ok_or_else(|| invalid("is none of yours for this room"))?;
        if upload.progress != Progress::Announced || Instant::now() >= give_up {
            return Ok(upload);
        }
        if uploaded {
            tokio::time::sleep(PAUSE).await;
        } else if chat.bucket.is_uploaded(id, now()).await? {
            uploaded = true;
        } else {
            // It may have been checked, and so deleted, between the two questions.
            let upload = chat.store.upload(id).await?.filter(|upload| upload.progress != Progress::Announced);
            return upload.ok_or_else(|| invalid("has not been uploaded"));
        }
    }
}

fn invalid(why: &str) -> Error {
    Error::AttachmentInvalid(why.to_owned())
}
