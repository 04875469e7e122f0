//! Changes of the settings of a room, in `rooms`. One conditional write decides; with a picture, one transaction.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, Update};
use domain::{
    Access, Action, Attachment, Description, Error, History, OnlyAdmins, Refusal, Room, RoomId, RoomName, Timestamp,
    UserId,
};

use crate::{
    Consistency, Item, Store,
    error::refusal,
    n,
    rooms::{self, is_admin, takes_numbers},
    s, to_item,
    transaction::update,
};

/// New settings of a room. Those without a value stay.
#[derive(Clone, Debug, Default)]
pub struct RoomChange {
    /// The name.
    pub name: Option<RoomName>,
    /// The description.
    pub description: Option<Description>,
    /// The picture, or none.
    pub picture: Option<Option<Attachment>>,
    /// The ways into the room.
    pub access: Option<Access>,
    /// The messages that newcomers see. From `joined` to `all`, they see nothing from before the change.
    pub history: Option<History>,
    /// All actions that are reserved to admins.
    pub only_admins: Option<OnlyAdmins>,
}

impl RoomChange {
    /// Whether there is nothing to change.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.name.is_none() && self.description.is_none() && self.picture.is_none() && !self.needs_admin()
    }

    /// Whether only admins may do this, even if the room does not reserve it to them.
    const fn needs_admin(&self) -> bool {
        self.access.is_some() || self.history.is_some() || self.only_admins.is_some()
    }
}

impl Store {
    /// Changes settings of a room, which was read as `room`. A replaced picture is noted until
    /// [`Store::forget_picture`]. Returns the room afterwards, or `None` if its members,
    /// roles or settings have changed meanwhile: the room is to be read again.
    ///
    /// # Errors
    /// `AttachmentInvalid` if the picture is used already.
    pub async fn change_room(
        &self,
        room: &Room,
        change: &RoomChange,
        by: UserId,
        now: Timestamp,
    ) -> Result<Option<Room>, Error> {
        const DOING: &str = "changing a room";
        let Write { update_expression, condition, names, values } = Write::of(room, change, by)?;
        let Some(Some(picture)) = &change.picture else {
            let update = self
                .client
                .update_item()
                .table_name(&self.tables.rooms)
                .set_key(Some(rooms::key(room.id)))
                .update_expression(update_expression)
                .condition_expression(condition)
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(Some(values))
                .return_values(ReturnValue::AllNew);
            return match update.send().await {
                Ok(updated) => updated.attributes.map_or(Ok(None), rooms::room),
                Err(error) => refusal(DOING, error).map(|_| None),
            };
        };
        let write = Update::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .update_expression(update_expression)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        let actions = vec![update(write.build())?, self.use_picture(picture.id, room.id, now)?];
        match self.transact(DOING, actions).await? {
            Ok(()) => self.room(room.id, Consistency::Strong).await,
            Err(cancelled) if cancelled.failed(1) => {
                Err(Refusal::AttachmentInvalid("is used already, or too old".to_owned()).into())
            }
            Err(_) => Ok(None),
        }
    }
}

impl Store {
    /// Erases the record of a picture that a room no longer has, and that the room has had it. Its objects go first.
    pub async fn forget_picture(&self, room: RoomId, picture: &Attachment) -> Result<(), Error> {
        const DOING: &str = "forgetting a picture";
        self.erase_attachments([picture.id]).await?;
        let forgotten = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room)))
            .update_expression("DELETE old_pictures :pictures")
            .condition_expression("attribute_exists(old_pictures)")
            .expression_attribute_values(":pictures", AttributeValue::Ss(vec![picture.id.to_string()]))
            .send()
            .await;
        match forgotten {
            Ok(_) => Ok(()),
            Err(error) => refusal(DOING, error).map(drop),
        }
    }
}

/// The parts of an update.
struct Write {
    update_expression: String,
    condition: String,
    names: HashMap<String, String>,
    values: Item,
}

impl Write {
    fn of(room: &Room, change: &RoomChange, by: UserId) -> Result<Self, Error> {
        let mut write = Self {
            update_expression: format!("SET {}", takes_numbers(":one")),
            condition: "contains(members, :by)".to_owned(),
            names: [("#owner".to_owned(), "owner".to_owned())].into(),
            values: [(":zero", n(0)), (":one", n(1)), (":by", n(by.get()))]
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
        };
        write.rights(change);
        let mut removed = Vec::new();
        if let Some(name) = &change.name {
            write.set("name", s(name.as_str()));
        }
        if let Some(description) = &change.description {
            write.set("description", s(description.as_str()));
        }
        match &change.picture {
            Some(Some(picture)) => write.set("picture", AttributeValue::M(to_item(picture)?)),
            Some(None) => removed.push("picture"),
            None => {}
        }
        let replaced = change.picture.as_ref().and(room.picture.as_ref());
        if change.picture.is_some() {
            write.has_picture(replaced);
        }
        match change.access {
            Some(Access::Open) => write.set("access", s("open")),
            Some(Access::Invite) => write.set("access", s("invite")),
            None => {}
        }
        match change.history {
            Some(History::All) => {
                write.set("history", s("all"));
                // The value of the moment of the write, so that no message is sent in between.
                write.update_expression.push_str(", history_from = if_not_exists(last_message_id, :zero) + :one");
            }
            Some(History::Joined) => write.set("history", s("joined")),
            None => {}
        }
        if let Some(only_admins) = change.only_admins {
            match set(only_admins) {
                Some(actions) => write.set("only_admins", actions),
                None => removed.push("only_admins"),
            }
            match set(room.only_admins) {
                Some(before) => {
                    write.condition.push_str(" AND only_admins = :before");
                    write.values.insert(":before".to_owned(), before);
                }
                None => write.condition.push_str(" AND attribute_not_exists(only_admins)"),
            }
        }
        if !removed.is_empty() {
            write.update_expression.push_str(" REMOVE ");
            write.update_expression.push_str(&removed.join(", "));
        }
        if let Some(picture) = replaced {
            write.update_expression.push_str(" ADD old_pictures :old_pictures");
            write.values.insert(":old_pictures".to_owned(), AttributeValue::Ss(vec![picture.id.to_string()]));
        }
        Ok(write)
    }

    /// Adds the condition that the picture is this one, so that each replaced picture is noted.
    fn has_picture(&mut self, picture: Option<&Attachment>) {
        self.names.insert("#picture".to_owned(), "picture".to_owned());
        if let Some(picture) = picture {
            self.condition.push_str(" AND #picture.#id = :old_picture");
            self.names.insert("#id".to_owned(), "id".to_owned());
            self.values.insert(":old_picture".to_owned(), s(picture.id.to_string()));
        } else {
            self.condition.push_str(" AND attribute_not_exists(#picture)");
        }
    }

    fn rights(&mut self, change: &RoomChange) {
        let is_admin = is_admin(":by");
        if change.needs_admin() {
            self.condition += " AND ";
            self.condition += &is_admin;
        } else {
            let may_edit = format!(" AND (NOT contains(only_admins, :edit) OR {is_admin})");
            self.condition += &may_edit;
            self.values.insert(":edit".to_owned(), s("edit"));
        }
    }

    fn set(&mut self, attribute: &str, value: AttributeValue) {
        let assignment = format!(", #{attribute} = :{attribute}");
        self.update_expression += &assignment;
        self.names.insert(format!("#{attribute}"), attribute.to_owned());
        self.values.insert(format!(":{attribute}"), value);
    }
}

/// The set of the reserved actions; `None` if it is empty, because DynamoDB has no empty sets.
fn set(only_admins: OnlyAdmins) -> Option<AttributeValue> {
    let actions: BTreeSet<Action> = only_admins.into();
    let names = actions.into_iter().map(|action| action.as_str().to_owned()).collect::<Vec<_>>();
    (!names.is_empty()).then_some(AttributeValue::Ss(names))
}
