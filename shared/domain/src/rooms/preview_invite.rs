use crate::{Fields, Input, String};

/// The body of `POST /preview-invite/`.
#[derive(Clone, Debug)]
pub struct PreviewInvite {
    /// The invite code, which may be anything.
    pub invite: String,
}

impl Input for PreviewInvite {
    fn read(fields: &mut Fields) -> Option<Self> {
        let invite = fields.required("invite");
        Some(Self { invite: invite? })
    }
}
