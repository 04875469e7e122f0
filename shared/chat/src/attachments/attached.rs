//! From the ids in a draft to the attachments of a message, and from an id to the picture of a room.

use domain::{Attachment, AttachmentId, AttachmentKind, Draft, Error, Progress, Refusal, Upload, UserId};

use crate::{Chat, now, rooms::access};

/// The attachments of a message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attached {
    pub(crate) picture: Option<Attachment>,
    pub(crate) video: Option<Attachment>,
}

impl Attached {
    /// Reads the attachments of a draft, and keeps their objects: the bucket must not delete the picture of a message
    /// that a reader sees.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `AttachmentInvalid` for an attachment that this sender may not send to this room,
    /// `AttachmentUnchecked` while it is checked.
    pub(crate) async fn take(chat: &Chat, sender: UserId, draft: &Draft) -> Result<Self, Error> {
        let content = &draft.content;
        if content.picture.is_none() && content.video.is_none() {
            return Ok(Self::default());
        }
        let read = async |id: Option<AttachmentId>, kind| match id {
            Some(id) => read(chat, sender, draft, id, kind).await.map(Some),
            None => Ok(None),
        };
        let (member, picture, video) = tokio::join!(
            access::room(&chat.store, sender, draft.room),
            read(content.picture, AttachmentKind::Picture),
            read(content.video, AttachmentKind::Video),
        );
        // A sender who has left the room is refused before anything is kept.
        member?;
        let (picture, video) = (picture?, video?);
        chat.bucket.keep(picture.iter().chain(&video), now()).await?;
        Ok(Self { picture, video })
    }

    /// The bytes of all of them.
    pub(crate) fn size(&self) -> u64 {
        self.files().map(|file| file.size).sum()
    }

    /// All of them.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Attachment> {
        self.picture.iter().chain(&self.video)
    }
}

async fn read(
    chat: &Chat,
    sender: UserId,
    draft: &Draft,
    id: AttachmentId,
    kind: AttachmentKind,
) -> Result<Attachment, Error> {
    let upload = chat.store.upload(id).await?;
    // All these cases have one answer, so that it does not reveal the uploads of others.
    let theirs = upload.filter(|upload| is_theirs(upload, sender) && upload.room == Some(draft.room));
    let upload = theirs.ok_or_else(|| invalid("was not uploaded by you for this room"))?;
    usable(settled(chat, upload).await?, kind)
}

/// Returns the picture that its owner wants for a room, once it has been checked, and keeps its objects: the bucket
/// must not delete the picture of a room that a member sees. The caller then stores the room and the use of the picture
/// in one transaction. If it dies before that, the objects stay without a user, as those of a message would.
///
/// # Errors
/// `AttachmentInvalid`, `AttachmentUnchecked` while it is checked.
pub async fn take_picture(chat: &Chat, owner: UserId, id: AttachmentId) -> Result<Attachment, Error> {
    let upload = chat.store.upload(id).await?;
    let theirs = upload.filter(|upload| is_theirs(upload, owner) && upload.room.is_none());
    let upload = theirs.ok_or_else(|| invalid("was not uploaded by you as the picture of a room"))?;
    let picture = usable(settled(chat, upload).await?, AttachmentKind::Picture)?;
    chat.bucket.keep([&picture].into_iter(), now()).await?;
    Ok(picture)
}

/// Whether the upload is this user's, and not too old.
fn is_theirs(upload: &Upload, owner: UserId) -> bool {
    upload.owner == owner && upload.expires_at.is_none_or(|end| end > now())
}

/// Returns an upload that is there. It never waits for the check of the upload, because a wait would occupy the
/// function: the sender comes back.
///
/// # Errors
/// `AttachmentInvalid` if nothing has been uploaded.
async fn settled(chat: &Chat, upload: Upload) -> Result<Upload, Error> {
    let id = upload.attachment.id;
    if upload.progress != Progress::Announced || chat.bucket.is_uploaded(id, now()).await? {
        return Ok(upload);
    }
    // A check between the two reads may have deleted the upload.
    let upload = chat.store.upload(id).await?.filter(|upload| upload.progress != Progress::Announced);
    upload.ok_or_else(|| invalid("has not been uploaded"))
}

/// Returns the attachment of an upload that has been checked, is of this kind and is not used yet.
fn usable(upload: Upload, kind: AttachmentKind) -> Result<Attachment, Error> {
    if upload.progress != Progress::Announced && upload.attachment.content_type.kind() != kind {
        return Err(invalid(match kind {
            AttachmentKind::Picture => "is a video, not a picture",
            AttachmentKind::Video => "is a picture, not a video",
        }));
    }
    match upload.progress {
        Progress::Ready => Ok(upload.attachment),
        Progress::Refused(why) => Err(Refusal::AttachmentInvalid(why).into()),
        Progress::Sent => Err(invalid("is in another message")),
        Progress::PictureOf(_) => Err(invalid("is the picture of a room already")),
        Progress::Announced => Err(Refusal::AttachmentUnchecked.into()),
    }
}

fn invalid(why: &str) -> Error {
    Refusal::AttachmentInvalid(why.to_owned()).into()
}
