use bucket::UploadForm;
use domain::{Attachment, AttachmentId, Error, NewAttachment, Progress, SEND_ATTACHMENT_WITHIN, UPLOAD_WITHIN, Upload};
use serde::Serialize;

use crate::{Caller, Chat, now, rooms::access};

/// An attachment that can be uploaded now.
#[derive(Debug, Serialize)]
pub struct Announced {
    /// The id of the attachment, for messages.
    pub id: AttachmentId,
    /// The form for the upload.
    pub upload: UploadForm,
    /// The time until the form expires, in seconds.
    pub expires_in: u64,
}

/// Announces a file that the caller wants to send to a room, or to make the picture of a room, and returns a form to
/// upload it.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `RateLimited`.
pub async fn create_attachment(chat: &Chat, caller: &Caller, new: NewAttachment) -> Result<Announced, Error> {
    let member = async {
        match new.room {
            Some(room) => access::room(&chat.store, caller.user, room).await.map(drop),
            // Who may set the picture of a room is decided when it is set.
            None => Ok(()),
        }
    };
    let (member, counted) = tokio::join!(member, chat.count_upload(caller, new.size));
    member?;
    counted?;
    let now = now();
    let id = new_id()?;
    let attachment = Attachment { id, content_type: new.content_type, size: new.size, name: new.name };
    let upload = chat.bucket.form(&attachment, now)?;
    let expires_at = Some(now + SEND_ATTACHMENT_WITHIN);
    let announced =
        Upload { attachment, room: new.room, owner: caller.user, progress: Progress::Announced, expires_at };
    chat.store.announce(&announced).await?;
    Ok(Announced { id, upload, expires_in: UPLOAD_WITHIN.as_secs() })
}

/// The id of a new attachment.
pub(crate) fn new_id() -> Result<AttachmentId, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::internal("naming an attachment", error.to_string()))?;
    Ok(AttachmentId::new(random))
}
