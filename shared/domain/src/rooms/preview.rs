use serde::{Serialize, Serializer};

use crate::{
    Attachment, Description, Error, Links, Room, RoomId, RoomName, Timestamp, User, attachments::AttachmentView,
};

/// A room as a user with its invite code sees it.
#[derive(Clone, Debug)]
pub struct RoomPreview {
    room: Room,
    picture: Option<Links>,
}

/// An invitation to a room as the invited user sees it.
#[derive(Clone, Debug)]
pub struct RoomInvitation {
    /// The room and its picture.
    preview: RoomPreview,
    /// The member who invited the user.
    invited_by: User,
    /// The end of the invitation.
    expires_at: Timestamp,
}

impl Room {
    /// The room for a user with its invite code, with the links that `link` makes.
    pub fn preview(self, link: impl Fn(&Attachment) -> Result<Links, Error>) -> Result<RoomPreview, Error> {
        let picture = self.picture.as_ref().map(link).transpose()?;
        Ok(RoomPreview { room: self, picture })
    }
}

impl RoomPreview {
    /// An invitation to the room.
    #[must_use]
    pub const fn invites(self, invited_by: User, expires_at: Timestamp) -> RoomInvitation {
        RoomInvitation { preview: self, invited_by, expires_at }
    }

    fn name(&self) -> &str {
        self.room.name.as_ref().map_or("", RoomName::as_str)
    }

    fn picture(&self) -> Option<AttachmentView<'_>> {
        self.room.picture.as_ref().zip(self.picture.as_ref()).map(AttachmentView::new)
    }
}

#[derive(Serialize)]
struct PreviewView<'a> {
    name: &'a str,
    description: &'a Description,
    picture: Option<AttachmentView<'a>>,
    members_count: usize,
}

impl Serialize for RoomPreview {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PreviewView {
            name: self.name(),
            description: &self.room.description,
            picture: self.picture(),
            members_count: self.room.members.len(),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct InvitationView<'a> {
    conversation: RoomId,
    name: &'a str,
    picture: Option<AttachmentView<'a>>,
    members_count: usize,
    invited_by: &'a User,
    expires_at: Timestamp,
}

impl Serialize for RoomInvitation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        InvitationView {
            conversation: self.preview.room.id,
            name: self.preview.name(),
            picture: self.preview.picture(),
            members_count: self.preview.room.members.len(),
            invited_by: &self.invited_by,
            expires_at: self.expires_at,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RoomKind, UserId, Username};

    #[test]
    fn people_outside_see_a_few_parts_of_a_room() {
        let (id, creator) = (RoomId::try_from(7).unwrap(), UserId::try_from(1).unwrap());
        let start = Timestamp::from_millis(0);
        let room = Room { name: Some(RoomName::of(id)), ..Room::new(id, RoomKind::Group, creator, start) };
        let preview = room.preview(|_| panic!("it has no picture")).unwrap();
        let expected = serde_json::json!({
            "name": "Chatroom 7", "description": "This is a chatroom.", "picture": null, "members_count": 1,
        });
        assert_eq!(serde_json::to_value(&preview).unwrap(), expected);
        let ann = User { id: creator, username: Username::try_from("ann".to_owned()).unwrap() };
        let expected = serde_json::json!({
            "conversation": 7, "name": "Chatroom 7", "picture": null, "members_count": 1,
            "invited_by": {"id": 1, "username": "ann"}, "expires_at": "1970-01-01T00:00:00.000Z",
        });
        assert_eq!(serde_json::to_value(preview.invites(ann, start)).unwrap(), expected);
    }
}
