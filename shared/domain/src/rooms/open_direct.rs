use crate::{Fields, Input, UserId};

/// The body of `POST /open-direct/`.
#[derive(Clone, Debug)]
pub struct OpenDirect {
    /// The other user, or the caller for their notes.
    pub user: UserId,
}

impl Input for OpenDirect {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { user: fields.required("user")? })
    }
}
