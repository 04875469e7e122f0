//! Changes of stored messages, in `messages`. One conditional write decides; of two edits, that with the higher number
//! in the room stays.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{Error, Mentions, Message, MessageId, Refusal, RoomId, Text, Timestamp, UserId};

use crate::{
    Store,
    error::refusal,
    messages::{hidden_from, key, message},
    n, s, to_item,
};

/// The outcome of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The message after the change.
    Now(Message),
    /// The message, which has had a later change, or is deleted.
    Not(Message),
}

/// The attributes with content, which a deletion removes.
const CONTENT: &str = "#text, picture, video, reply_to, mentions, mentions_all, forwarded, reactions, edited_at, \
                       withheld_text, withheld_mentions, withheld_mentions_all, withheld_edit_at, withheld_reactions";

/// The attributes that an edit sets or removes: the text, the mentions, whether all are mentioned, the time.
const SHOWN: [&str; 4] = ["#text", "mentions", "mentions_all", "edited_at"];

/// The same in a room that is closed by a block.
const WITHHELD: [&str; 4] = ["withheld_text", "withheld_mentions", "withheld_mentions_all", "withheld_edit_at"];

/// The message exists, and is not deleted.
pub(crate) const UNDELETED: &str = "attribute_exists(sender) AND attribute_not_exists(deleted_at)";

/// Every change is counted, unless the message has one with a higher number. A lost answer makes the SDK repeat the
/// write, which then finds its own number.
const NUMBERED: &str = "(attribute_not_exists(#change) OR #change < :change)";

impl Store {
    /// Gives a message another text, and other mentions if they are given. In a room that is closed by a block, only the
    /// sender sees them.
    ///
    /// # Errors
    /// `MessageNotFound`.
    pub async fn edit_message(
        &self,
        before: &Message,
        (text, mentions): (Option<&Text>, Option<&Mentions>),
        change: u64,
        now: Timestamp,
        closed: bool,
    ) -> Result<Changed, Error> {
        // A message that its receivers never see needs no second content.
        let is_withheld = closed && !before.withheld;
        let [content, users, all, at] = if is_withheld { WITHHELD } else { SHOWN };
        let mut values = vec![(content, ":text", text.map(|text| s(text.as_str())))];
        // Mentions that stay are not written, because another edit may have changed them. Those of the sender move
        // with the content.
        let switches = is_withheld != before.withheld_edit.is_some();
        let moved = switches.then(|| before.clone().seen_by(Some(before.sender)).mentions);
        if let Some(mentions) = mentions.or(moved.as_ref()) {
            let ids: Vec<_> = mentions.users().iter().map(ToString::to_string).collect();
            values.push((users, ":mentions", (!ids.is_empty()).then_some(AttributeValue::Ns(ids))));
            values.push((all, ":all", (*mentions == Mentions::All).then_some(AttributeValue::Bool(true))));
        }
        // The receivers would notice the block by the version.
        let (counter, start) = if is_withheld { ("withheld_edits", 0) } else { ("version", 1) };
        let mut set = vec![format!("{at} = :now"), format!("{counter} = if_not_exists({counter}, :start) + :one")];
        let mut removed = if is_withheld { Vec::new() } else { WITHHELD.to_vec() };
        let mut edit = self.update_message(before.room, before.id);
        for (name, key, value) in values {
            if let Some(value) = value {
                set.push(format!("{name} = {key}"));
                edit = edit.expression_attribute_values(key, value);
            } else {
                removed.push(name);
            }
        }
        if !is_withheld {
            edit = edit.expression_attribute_names("#text", "text");
        }
        let set = set.join(", ");
        let remove = if removed.is_empty() { String::new() } else { format!(" REMOVE {}", removed.join(", ")) };
        let edit = edit
            .update_expression(format!("SET #change = :change, {set}{remove}"))
            .condition_expression(format!("sender = :sender AND attribute_not_exists(deleted_at) AND {NUMBERED}"))
            .expression_attribute_names("#change", "change")
            .expression_attribute_values(":sender", n(before.sender.get()))
            .expression_attribute_values(":now", n(now.millis()))
            .expression_attribute_values(":start", n(start))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":change", n(change));
        changed("editing a message", before.id, edit, |now| now.change == change && now.deletion.is_none()).await
    }

    /// Deletes a message for everyone: its content goes, and its files are noted until [`Store::forget_files`]. Of a
    /// message that is deleted already, only the number of the change moves.
    ///
    /// # Errors
    /// `MessageNotFound`.
    pub async fn delete_message(
        &self,
        before: &Message,
        by: UserId,
        change: u64,
        now: Timestamp,
    ) -> Result<Changed, Error> {
        const DOING: &str = "deleting a message";
        let is_ours = |now: &Message| now.change == change;
        if before.deletion.is_some() {
            let again = self
                .update_message(before.room, before.id)
                .update_expression("SET #change = :change")
                .condition_expression(format!("attribute_exists(deleted_at) AND {NUMBERED}"))
                .expression_attribute_names("#change", "change")
                .expression_attribute_values(":change", n(change));
            return changed(DOING, before.id, again, is_ours).await;
        }
        let files: Result<Vec<_>, Error> = before.files().map(|file| Ok(AttributeValue::M(to_item(file)?))).collect();
        let deletion = self
            .update_message(before.room, before.id)
            .update_expression(format!(
                "SET deleted_at = :now, deleted_by = :by, files_to_erase = :files, \
                 version = if_not_exists(version, :one) + :one, #change = :change REMOVE {CONTENT}"
            ))
            // An edit with a higher number does not keep a message from being deleted.
            .condition_expression(UNDELETED)
            .expression_attribute_names("#text", "text")
            .expression_attribute_names("#change", "change")
            .expression_attribute_values(":now", n(now.millis()))
            .expression_attribute_values(":by", n(by.get()))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":change", n(change))
            .expression_attribute_values(":files", AttributeValue::L(files?));
        changed(DOING, before.id, deletion, is_ours).await
    }

    /// Hides a message from a user.
    ///
    /// # Errors
    /// `MessageNotFound`.
    pub async fn hide_message(&self, room: RoomId, id: MessageId, user: UserId, change: u64) -> Result<Changed, Error> {
        let hiding = self
            .update_message(room, id)
            .update_expression("SET #hidden = :change")
            .condition_expression("attribute_exists(sender) AND (attribute_not_exists(#hidden) OR #hidden < :change)")
            .expression_attribute_names("#hidden", hidden_from(user))
            .expression_attribute_values(":change", n(change));
        changed("hiding a message", id, hiding, |now| now.is_hidden_from(Some(user))).await
    }

    /// Notes that the files of a deleted message are erased.
    pub async fn forget_files(&self, room: RoomId, id: MessageId) -> Result<(), Error> {
        const DOING: &str = "forgetting files";
        let forgotten = self
            .client
            .update_item()
            .table_name(&self.tables.messages)
            .set_key(Some(key(room, id)))
            .update_expression("REMOVE files_to_erase")
            .condition_expression("attribute_exists(deleted_at)");
        match forgotten.send().await {
            Ok(_) => Ok(()),
            Err(error) => refusal(DOING, error).map(drop),
        }
    }

    pub(crate) fn update_message(&self, room: RoomId, id: MessageId) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.messages)
            .set_key(Some(key(room, id)))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// The outcome of an update. `is_ours` recognises a message that the same update has changed before its answer was
/// lost.
pub(crate) async fn changed(
    doing: &'static str,
    id: MessageId,
    update: UpdateItemFluentBuilder,
    is_ours: impl Fn(&Message) -> bool,
) -> Result<Changed, Error> {
    let item = match update.send().await {
        Ok(updated) => return message(updated.attributes.unwrap_or_default()).map(Changed::Now),
        Err(error) => refusal(doing, error)?,
    };
    let now = message(item.ok_or_else(|| Refusal::MessageNotFound(vec![id]))?)?;
    Ok(if is_ours(&now) { Changed::Now(now) } else { Changed::Not(now) })
}
