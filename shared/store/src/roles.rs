//! Changes of the role of a member, in `rooms`. One conditional write decides.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::{Error, MAX_ADMINS, Role, Room, UserId};

use crate::{
    Store,
    error::refusal,
    id_set, n, ns,
    rooms::{self, is_admin, is_owner, takes_numbers},
};

impl Store {
    /// Gives a member of a room, which was read as `room`, another role by the hand of an admin. The old owner of a
    /// room with a new one is an admin. Returns the room afterwards, or `None` if its members or roles have changed
    /// meanwhile: the room is to be read again.
    pub async fn set_role(&self, room: &Room, user: UserId, role: Role, by: UserId) -> Result<Option<Room>, Error> {
        const DOING: &str = "setting a role";
        let (change, condition) = match role {
            Role::Owner => {
                (", #owner = :user, admins = :admins", format!("{} AND {}", is_owner(":by"), same_admins(room)))
            }
            Role::Admin => (
                " ADD admins :users",
                format!(
                    "NOT contains(admins, :user) AND NOT {} \
                     AND (attribute_not_exists(admins) OR size(admins) < :most) AND {}",
                    is_owner(":user"),
                    is_admin(":by")
                ),
            ),
            Role::Member => (" DELETE admins :users", format!("contains(admins, :user) AND {}", is_admin(":by"))),
        };
        let mut set = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .update_expression(format!("SET {}{change}", takes_numbers(":one")))
            .condition_expression(format!("contains(members, :by) AND contains(members, :user) AND {condition}"))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":by", n(by.get()))
            .expression_attribute_values(":user", n(user.get()))
            .expression_attribute_values(":zero", n(0))
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllNew);
        if role == Role::Owner {
            let mut after = room.admins.clone();
            after.remove(&user);
            after.insert(by);
            set = set.expression_attribute_values(":admins", id_set(&after));
            if !room.admins.is_empty() {
                set = set.expression_attribute_values(":same_admins", id_set(&room.admins));
            }
        } else {
            set = set.expression_attribute_values(":users", ns(user.get()));
        }
        if role == Role::Admin {
            set = set.expression_attribute_values(":most", n(MAX_ADMINS as u64));
        }
        match set.send().await {
            Ok(updated) => updated.attributes.map_or(Ok(None), rooms::room),
            Err(error) => refusal(DOING, error).map(|_| None),
        }
    }
}

/// The condition that the admins are those that were read: the value `:same_admins`.
pub(crate) fn same_admins(room: &Room) -> &'static str {
    if room.admins.is_empty() { "attribute_not_exists(admins)" } else { "admins = :same_admins" }
}
