use serde::Deserialize;

use crate::{Access, AttachmentId, Description, Fields, History, Input, RoomId, RoomName};

/// The body of `POST /set-room/`. A field without a value stays as it is.
#[derive(Clone, Debug)]
pub struct SetRoom {
    /// The room.
    pub room: RoomId,
    /// The name.
    pub name: Option<RoomName>,
    /// The description.
    pub description: Option<Description>,
    /// The picture.
    pub picture: Option<PictureChange>,
    /// The ways into the room.
    pub access: Option<Access>,
    /// The messages that newcomers see.
    pub history: Option<History>,
    /// The actions reserved to admins.
    pub only_admins: OnlyAdminsChange,
}

/// A change of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureChange {
    /// The room has this picture afterwards.
    Set(AttachmentId),
    /// The room has no picture afterwards.
    Remove,
}

/// A change of the actions that are reserved to admins. An action without a value stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "each is named as its action")]
pub struct OnlyAdminsChange {
    pub send: Option<bool>,
    pub edit: Option<bool>,
    pub add: Option<bool>,
}

impl Input for SetRoom {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let picture = fields.optional("picture").map(PictureChange::Set);
        let removes_picture = fields.optional("remove_picture").unwrap_or(false);
        if picture.is_some() && removes_picture {
            fields.reject("remove_picture", "must not be combined with picture");
        }
        Some(Self {
            name: fields.optional("name"),
            description: fields.optional("description"),
            picture: if removes_picture { Some(PictureChange::Remove) } else { picture },
            access: fields.optional("access"),
            history: fields.optional("history"),
            only_admins: fields.optional("only_admins").unwrap_or_default(),
            room: room?,
        })
    }
}

impl SetRoom {
    /// Whether the call changes only the parts that every member can change unless `only_admins.edit` is set: name,
    /// description and picture.
    #[must_use]
    pub fn is_edit(&self) -> bool {
        self.access.is_none() && self.history.is_none() && self.only_admins == OnlyAdminsChange::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Refusal};

    fn read(more: &str) -> Result<SetRoom, Error> {
        Fields::parse(format!(r#"{{"conversation_id":1{more}}}"#).as_bytes()).unwrap().into()
    }

    #[test]
    fn fields_that_are_not_given_stay() {
        let change = read("").unwrap();
        assert!(change.name.is_none() && change.description.is_none() && change.picture.is_none() && change.is_edit());
        let change = read(r#","only_admins":{"send":true,"edit":null},"access":"invite","history":"joined""#).unwrap();
        let send = OnlyAdminsChange { send: Some(true), ..OnlyAdminsChange::default() };
        assert_eq!(
            (change.only_admins, change.access, change.history),
            (send, Some(Access::Invite), Some(History::Joined))
        );
        assert!(!change.is_edit());
    }

    #[test]
    fn a_picture_is_set_or_removed() {
        let id = r#","picture":"07070707-0707-4707-8707-070707070707""#;
        let picture = |more: &str| read(more).unwrap().picture;
        assert_eq!(picture(id), Some(PictureChange::Set(AttachmentId::new([7; 16]))));
        assert_eq!(picture(r#","remove_picture":true"#), Some(PictureChange::Remove));
        assert_eq!(picture(r#","remove_picture":false"#), None);
        let both = read(&format!(r#"{id},"remove_picture":true"#));
        assert!(matches!(both, Err(Error::Refused(Refusal::Invalid(errors))) if errors.contains_key("remove_picture")));
    }

    #[test]
    fn the_limits_are_those_of_a_new_room() {
        for bad in [r#","name":"""#, r#","access":"closed""#, r#","history":"some""#, r#","only_admins":{"send":1}"#] {
            assert!(matches!(read(bad), Err(Error::Refused(Refusal::Invalid(_)))), "{bad}");
        }
    }
}
