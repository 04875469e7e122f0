use crate::{Fields, Input, MaybeWho};

/// The body of `POST /set-privacy/`.
#[derive(Clone, Debug)]
pub struct SetPrivacy {
    /// The people who may add the caller to rooms.
    pub add: MaybeWho,
}

impl Input for SetPrivacy {
    fn read(fields: &mut Fields) -> Option<Self> {
        let add = fields.required("add");
        Some(Self { add: add? })
    }
}
