use crate::{Fields, Input};

/// The body of `POST /preview-invite/`.
#[derive(Clone, Debug)]
pub struct PreviewInvite {
    /// The invite code. It may be any text, because a malformed code gets the response of a wrong one.
    pub invite: String,
}

impl Input for PreviewInvite {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { invite: fields.required("invite")? })
    }
}
