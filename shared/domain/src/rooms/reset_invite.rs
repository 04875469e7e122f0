use crate::{Fields, Input, RoomId};

/// The body of `POST /reset-invite/`.
#[derive(Clone, Debug)]
pub struct ResetInvite {
    /// The room.
    pub room: RoomId,
    /// Whether the room has a code afterwards; true by default.
    pub enabled: bool,
}

impl Input for ResetInvite {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let enabled = fields.optional("enabled").unwrap_or(true);
        Some(Self { room: room?, enabled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_has_a_new_code_unless_the_caller_disables_it() {
        for (body, enabled) in [
            (r#"{"conversation_id":1}"#, true),
            (r#"{"conversation_id":1,"enabled":null}"#, true),
            (r#"{"conversation_id":1,"enabled":false}"#, false),
        ] {
            let reset: ResetInvite = Fields::parse(body.as_bytes()).unwrap().into().unwrap();
            assert_eq!(reset.enabled, enabled, "{body}");
        }
    }
}
