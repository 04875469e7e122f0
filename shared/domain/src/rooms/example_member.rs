use crate::{Fields, Input, UserId};

/// The body of `POST /example-member/{conversation_id}/`.
#[derive(Clone, Debug)]
pub struct ExampleMember {
    /// The other user.
    pub user: UserId,
}

impl Input for ExampleMember {
    fn read(fields: &mut Fields) -> Option<Self> {
        let user = fields.required("user_id");
        Some(Self { user: user? })
    }
}
