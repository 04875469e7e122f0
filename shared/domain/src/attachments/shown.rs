use serde::Serialize;

use crate::{Attachment, Links};

/// An attachment with its links, for people who may see it.
#[derive(Serialize)]
pub(crate) struct AttachmentView<'a> {
    #[serde(flatten)]
    attachment: &'a Attachment,
    #[serde(flatten)]
    links: &'a Links,
}

impl<'a> AttachmentView<'a> {
    pub(crate) fn new((attachment, links): (&'a Attachment, &'a Links)) -> Self {
        Self { attachment, links }
    }
}
