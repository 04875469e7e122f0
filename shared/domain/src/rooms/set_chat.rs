use crate::{Fields, Input, MAX_DRAFT, RoomId, Text, Timestamp};

/// The body of `POST /set-chat/`. A field without a value stays as it is.
#[derive(Clone, Debug)]
pub struct SetChat {
    /// The room.
    pub room: RoomId,
    /// The time until which it does not notify, or none.
    pub muted_until: Option<Option<Timestamp>>,
    /// Whether it is archived. An archived chat is not pinned.
    pub archived: Option<bool>,
    /// Whether it is pinned. A pinned chat is not archived.
    pub pinned: Option<bool>,
    /// Whether it is marked as unread.
    pub marked_unread: Option<bool>,
    /// The draft, or none.
    pub draft: Option<Option<Text>>,
    /// Whether everything so far is hidden from the caller.
    pub cleared: bool,
}

impl SetChat {
    /// A call that changes nothing. `SetChat { pinned, ..SetChat::of(room) }` changes something.
    #[must_use]
    pub const fn of(room: RoomId) -> Self {
        Self { room, muted_until: None, archived: None, pinned: None, marked_unread: None, draft: None, cleared: false }
    }
}

impl Input for SetChat {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let (archived, pinned) = (fields.optional("archived"), fields.optional("pinned"));
        if archived == Some(true) && pinned == Some(true) {
            fields.reject("pinned", "must not be combined with archived");
        }
        // A draft without characters is none.
        let draft = fields.given::<String>("draft").map(|draft| draft.filter(|draft| !draft.is_empty()));
        let read = |draft: String| {
            if draft.chars().count() > MAX_DRAFT {
                return Err(format!("must have at most {MAX_DRAFT} characters"));
            }
            Text::try_from(draft).map_err(str::to_owned)
        };
        let draft = draft.map(|draft| draft.map(read).transpose());
        let draft = draft.transpose().map_err(|why| fields.reject("draft", why));
        Some(Self {
            muted_until: fields.given("muted_until"),
            archived,
            pinned,
            marked_unread: fields.optional("marked_unread"),
            draft: draft.ok().flatten(),
            cleared: fields.optional("cleared").unwrap_or(false),
            room: room?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Refusal};

    fn read(more: &str) -> Result<SetChat, Error> {
        Fields::parse(format!(r#"{{"conversation_id":1{more}}}"#).as_bytes()).unwrap().into()
    }

    #[test]
    fn fields_that_are_not_given_stay() {
        let SetChat { muted_until, archived, pinned, marked_unread, draft, cleared, .. } = read("").unwrap();
        assert_eq!((muted_until, archived, pinned, marked_unread, cleared), (None, None, None, None, false));
        assert_eq!(draft, None);
    }

    #[test]
    fn null_unmutes_and_removes_a_draft() {
        let given = read(r#","muted_until":null,"draft":null,"archived":null"#).unwrap();
        assert_eq!((given.muted_until, given.draft, given.archived), (Some(None), Some(None), None));
        assert_eq!(read(r#","draft":"""#).unwrap().draft, Some(None));
        let text = Text::try_from("hi".to_owned()).ok();
        assert_eq!(read(r#","draft":"hi""#).unwrap().draft, Some(text));
        let always = read(r#","muted_until":"9999-12-31T23:59:59Z""#).unwrap();
        assert_eq!(always.muted_until.flatten(), Some(Timestamp::from_millis(253_402_300_799_000)));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let long = format!(r#","draft":"{}""#, "x".repeat(4097));
        for (bad, field) in [
            (r#","muted_until":5"#, "muted_until"),
            (r#","muted_until":"tomorrow""#, "muted_until"),
            (r#","pinned":true,"archived":true"#, "pinned"),
            (r#","marked_unread":"yes""#, "marked_unread"),
            (r#","draft":" ""#, "draft"),
            (&long, "draft"),
            (r#","cleared":1"#, "cleared"),
        ] {
            let Err(Error::Refused(Refusal::Invalid(errors))) = read(bad) else { panic!("accepted: {bad}") };
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field], "{bad}");
            assert_eq!(errors[field].len(), 1, "{errors:?}");
        }
    }
}
