use crate::{Fields, Input, UserId};

/// The body of `POST /open-direct/`.
#[derive(Clone, Debug)]
pub struct OpenDirect {
    /// The other user.
    pub user: UserId,
}

impl Input for OpenDirect {
    fn read(fields: &mut Fields) -> Option<Self> {
        let user = fields.required("user");
        Some(Self { user: user? })
    }
}
