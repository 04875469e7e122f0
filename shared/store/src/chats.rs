//! The settings of a chat, in the membership of its user. Pinned rooms are also in the item that counts the user's
//! rooms, so that they are at most three however many calls pin at once, and leaving a room unpins it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, Update};
use domain::{Error, MAX_PINS, MessageId, RoomId, Text, Timestamp};
use serde::Deserialize;

use crate::{
    Consistency, Item, Membership, Store, error::refusal, from_item, memberships::key, n, ns, s, transaction::update,
};

/// A change of the settings of a chat. A field without a value stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ChatChange {
    /// The time until which it does not notify, or none.
    pub muted_until: Option<Option<Timestamp>>,
    /// Whether it is archived.
    pub archived: Option<bool>,
    /// Whether it is pinned.
    pub pinned: Option<bool>,
    /// Whether it is marked as unread.
    pub marked_unread: Option<bool>,
    /// The draft and the sequence of the user's own last message, or none.
    pub draft: Option<Option<(Text, u64)>>,
    /// The messages that are hidden from the user from now on.
    pub clearing: Option<Clearing>,
}

/// Hides the messages of a room from a member.
#[derive(Clone, Copy, Debug)]
pub struct Clearing {
    /// The sequence of the last one.
    pub sequence: u64,
    /// The first message that the member sees.
    pub visible_from: MessageId,
    /// The time.
    pub at: Timestamp,
}

/// The outcome of a change.
#[derive(Debug)]
pub enum Outcome {
    /// The membership is now so.
    Done(Box<Membership>),
    /// Nothing is changed, because the membership is not as it was read.
    Outdated,
    /// Nothing is changed, because the user has pinned these.
    TooManyPins(BTreeSet<RoomId>),
}

/// An update of a membership: the parts of its expressions.
struct Parts {
    set: Vec<&'static str>,
    remove: Vec<&'static str>,
    delete: Vec<&'static str>,
    conditions: Vec<&'static str>,
    values: Item,
}

impl Parts {
    fn of(stay: &Membership, change: &ChatChange) -> Self {
        let mut parts = Self {
            set: Vec::new(),
            remove: Vec::new(),
            delete: Vec::new(),
            conditions: vec!["id = :stay"],
            values: [(":stay".to_owned(), n(stay.id.get()))].into(),
        };
        parts.flag(change.archived, ("archived = :true", "archived"));
        parts.flag(change.pinned, ("pinned = :true", "pinned"));
        parts.flag(change.marked_unread, ("marked_unread = :true", "marked_unread"));
        if change.pinned.is_some() {
            parts.conditions.push(if stay.pinned {
                "attribute_exists(pinned)"
            } else {
                "attribute_not_exists(pinned)"
            });
        }
        match change.muted_until {
            None => {}
            Some(None) => parts.remove.push("muted_until"),
            Some(Some(until)) => parts.assign("muted_until = :until", [(":until", n(until.millis()))]),
        }
        match &change.draft {
            None => {}
            Some(None) => parts.remove.extend(["draft", "draft_after"]),
            Some(Some((draft, sent))) => parts
                .assign("draft = :draft, draft_after = :sent", [(":draft", s(draft.as_str())), (":sent", n(*sent))]),
        }
        if let Some(clearing) = change.clearing {
            parts.clear(stay, clearing);
        }
        parts
    }

    fn assign<const N: usize>(&mut self, assignment: &'static str, values: [(&str, AttributeValue); N]) {
        self.set.push(assignment);
        self.values.extend(values.map(|(name, value)| (name.to_owned(), value)));
    }

    fn flag(&mut self, flag: Option<bool>, (assignment, attribute): (&'static str, &'static str)) {
        match flag {
            None => {}
            Some(true) => self.assign(assignment, [(":true", AttributeValue::Bool(true))]),
            Some(false) => self.remove.push(attribute),
        }
    }

    /// The bound only rises. Messages that are hidden by it take no place among those deleted for oneself.
    fn clear(&mut self, stay: &Membership, Clearing { sequence, visible_from, at }: Clearing) {
        self.assign(
            "visible_from = :from, cleared = :cleared, cleared_at = :at",
            [(":from", n(visible_from.get())), (":cleared", n(sequence)), (":at", n(at.millis()))],
        );
        self.conditions.push("(attribute_not_exists(visible_from) OR visible_from <= :from)");
        if let (None, Some(before)) = (stay.cleared, stay.visible_from) {
            self.assign("cleared_from = :cleared_from", [(":cleared_from", n(before.get()))]);
            self.conditions.push("attribute_not_exists(cleared)");
        }
        let passed: Vec<_> = stay.hidden_unread.range(..=sequence).map(u64::to_string).collect();
        if !passed.is_empty() {
            self.delete.push("hidden_unread :passed");
            self.values.insert(":passed".to_owned(), AttributeValue::Ns(passed));
        }
    }

    fn update(&self) -> String {
        let parts = [("SET", &self.set), ("REMOVE", &self.remove), ("DELETE", &self.delete)];
        let parts = parts.iter().filter(|(_, parts)| !parts.is_empty());
        parts.map(|(verb, parts)| format!("{verb} {}", parts.join(", "))).collect::<Vec<_>>().join(" ")
    }

    fn condition(&self) -> String {
        self.conditions.join(" AND ")
    }
}

#[derive(Default, Deserialize)]
struct PinsItem {
    #[serde(default, with = "serde_dynamo::number_set")]
    pinned: BTreeSet<RoomId>,
}

const DOING: &str = "changing the settings of a chat";

impl Store {
    /// Changes the settings of a chat, for the user of a stay as it was read.
    pub async fn set_chat(&self, stay: &Membership, change: &ChatChange) -> Result<Outcome, Error> {
        let mut parts = Parts::of(stay, change);
        if parts.update().is_empty() {
            return Ok(Outcome::Done(Box::new(stay.clone())));
        }
        parts.assign("settings = if_not_exists(settings, :zero) + :one", [(":zero", n(0)), (":one", n(1))]);
        match change.pinned {
            Some(pinned) if pinned != stay.pinned => self.pin(stay, pinned, parts).await,
            _ => {
                let update = self
                    .update_membership(stay.user_id, stay.room_id)
                    .update_expression(parts.update())
                    .condition_expression(parts.condition())
                    .set_expression_attribute_values(Some(parts.values))
                    .return_values(ReturnValue::AllNew);
                match update.send().await {
                    Ok(updated) => {
                        from_item(updated.attributes.unwrap_or_default()).map(|stay| Outcome::Done(Box::new(stay)))
                    }
                    Err(error) => refusal(DOING, error).map(|_| Outcome::Outdated),
                }
            }
        }
    }

    /// Changes the settings together with the pinned rooms of the user.
    async fn pin(&self, stay: &Membership, pinned: bool, parts: Parts) -> Result<Outcome, Error> {
        const PINS: usize = 1;
        let pins = Update::builder()
            .table_name(&self.tables.memberships)
            .set_key(Some(key(stay.user_id, 0)))
            .expression_attribute_values(":room", ns(stay.room_id.get()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let pins = if pinned {
            pins.update_expression("ADD pinned :room")
                .condition_expression("attribute_not_exists(pinned) OR size(pinned) < :most")
                .expression_attribute_values(":most", n(MAX_PINS))
        } else {
            pins.update_expression("DELETE pinned :room")
        };
        let membership = Update::builder()
            .table_name(&self.tables.memberships)
            .set_key(Some(key(stay.user_id, stay.room_id.get())))
            .update_expression(parts.update())
            .condition_expression(parts.condition())
            .set_expression_attribute_values(Some(parts.values));
        let actions = vec![update(membership.build())?, update(pins.build())?];
        match self.transact(DOING, actions).await? {
            Ok(()) => {
                let now = self.membership(stay.user_id, stay.room_id, Consistency::Strong).await?;
                Ok(now.map_or(Outcome::Outdated, |now| Outcome::Done(Box::new(now))))
            }
            Err(cancelled) if cancelled.failed(0) => Ok(Outcome::Outdated),
            Err(cancelled) => {
                let pins = cancelled.item(PINS).map(from_item::<PinsItem>).transpose()?;
                Ok(Outcome::TooManyPins(pins.unwrap_or_default().pinned))
            }
        }
    }
}
