//! Pictures and videos: their types and names, and their way into a message.

mod attachment;
mod file_name;
mod id;
mod media_type;
mod new_attachment;
mod shown;
mod upload;

pub use attachment::{Attachment, Links};
pub use file_name::FileName;
pub(crate) use file_name::turns_around;
pub use id::AttachmentId;
pub use media_type::{AttachmentKind, MediaType};
pub use new_attachment::NewAttachment;
pub(crate) use shown::AttachmentView;
pub use upload::{Progress, SEND_ATTACHMENT_WITHIN, UPLOAD_WITHIN, Upload};
