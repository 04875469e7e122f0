//! Turns: the places of messages in a room.
//!
//! One conditional write per message checks that the sender may write, holds sender and room to their paces, puts the
//! message in order and returns its audience.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{Action, Error, MAX_LOST, Mentions, MessageId, PushPace, Refusal, Room, RoomId, UserId};

use crate::{
    Item, Store,
    busy::busy,
    error::refusal,
    n,
    pacing::{Form, Paced},
    rooms::{is_admin, key, own, room},
    s,
    sweep::{Stale, paces},
};

/// The place that a room has given to a message.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The id of the message.
    pub id: MessageId,
    /// Its place in the room.
    pub sequence: u64,
    /// The id handed out before.
    pub previous: Option<MessageId>,
    /// The room as it was before.
    pub room: Room,
    /// What [`Store::sweep`] may remove from the room.
    pub stale: Stale,
}

/// A write that takes a turn.
#[derive(Clone, Copy)]
struct Attempt {
    room: RoomId,
    sender: UserId,
    wanted: MessageId,
    /// Whether the message mentions all members.
    to_all: bool,
    pushes: PushPace,
}

impl Store {
    /// Gives the next message of a room its turn. The write fails for everybody who may not write there.
    ///
    /// The message gets the id `wanted`, or the next higher one if that is not higher than all before (clocks differ,
    /// or two came in one millisecond). That takes a second write, as does a sender who is ahead of their pace, a
    /// room that has just pushed, or all of them. A third or fourth follows only if one of these comes true while the
    /// others are written. It never fails for a sender who may write, because it asks for nothing that other senders
    /// could change. If the message mentions all, it also fails for a sender who may not.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `RateLimited`, `RoomBusy`.
    pub async fn take_turn(
        &self,
        room: RoomId,
        sender: UserId,
        wanted: MessageId,
        mentions: &Mentions,
        pushes: PushPace,
    ) -> Result<Turn, Error> {
        const MOST_WRITES: u32 = 4;
        let now = wanted.created_at();
        let attempt = Attempt { room, sender, wanted, to_all: *mentions == Mentions::All, pushes };
        let (mut form, mut in_order) = (Form::FIRST, true);
        for _ in 0..MOST_WRITES {
            let turn = self.turn(attempt, form, in_order);
            let (before, paced) = match turn.send().await {
                Ok(updated) => return Turn::after(updated.attributes.unwrap_or_default(), sender, wanted),
                Err(error) => taken(refusal(DOING, error)?, sender, pushes)?,
            };
            may_write(&before, sender, attempt.to_all)?;
            form = form.after(&paced, pushes, now)?;
            in_order = before.last_message_id.is_none_or(|last| last < wanted);
        }
        Err(Error::Unavailable { doing: DOING, source: "the sender comes and goes".into() })
    }

    fn turn(&self, attempt: Attempt, form: Form, in_order: bool) -> UpdateItemFluentBuilder {
        let Attempt { room, sender, wanted, to_all: is_to_all, pushes } = attempt;
        let to_all = if is_to_all { ", mention_all = #sequence + :one" } else { "" };
        let (id, its_condition) = if in_order {
            (":wanted", "(attribute_not_exists(last_message_id) OR last_message_id < :wanted)")
        } else {
            ("last_message_id + :one", "attribute_exists(last_message_id)")
        };
        let turn = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(key(room)))
            .update_expression(format!(
                "SET last_message_id = {id}, #own = {id}, {}, #sequence = #sequence + :one, \
                 sent.#sender = #sequence + :one{to_all}, updated_at = :now",
                form.assignments()
            ))
            .condition_expression(format!(
                "{} AND {its_condition} AND {}",
                writes(":sender", is_to_all),
                form.conditions()
            ))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_names("#sender", sender.to_string())
            .expression_attribute_names("#own", own(sender))
            .expression_attribute_values(":sender", n(sender.get()))
            .expression_attribute_values(":send", s("send"))
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let turn = form.with_values(turn, sender, pushes, wanted.created_at());
        if in_order { turn.expression_attribute_values(":wanted", n(wanted.get())) } else { turn }
    }

    /// Adds pushes to the count of a room that a message makes beside those to one socket of each member.
    pub async fn charge_pushes(&self, room: RoomId, pushes: PushPace, more: usize) -> Result<(), Error> {
        const DOING: &str = "charging pushes to a room";
        let charged = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(key(room)))
            .update_expression("SET #busy = #busy + :more")
            .condition_expression("attribute_exists(#busy)")
            .expression_attribute_names("#busy", busy(pushes))
            .expression_attribute_values(":more", n(more as u64))
            .send()
            .await;
        match charged {
            Ok(_) => Ok(()),
            Err(error) => refusal(DOING, error).map(drop),
        }
    }

    /// Remembers that the message of a turn will never be stored, so that it is not unread. Forgets an older one.
    pub async fn note_lost(&self, room: RoomId, sequence: u64) -> Result<(), Error> {
        let note = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(key(room)))
            .update_expression("SET #lost = :sequence")
            .condition_expression("attribute_exists(members) AND (attribute_not_exists(#lost) OR #lost < :sequence)")
            .expression_attribute_names("#lost", format!("lost {}", sequence % MAX_LOST))
            .expression_attribute_values(":sequence", n(sequence));
        match note.send().await {
            Ok(_) => Ok(()),
            Err(error) => refusal("noting a lost turn", error).map(drop),
        }
    }

    /// Remembers that a message mentions all members of a room after an edit.
    pub async fn note_mention_of_all(&self, room: RoomId, sequence: u64) -> Result<(), Error> {
        let note = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(key(room)))
            .update_expression("SET mention_all = :sequence")
            .condition_expression(
                "attribute_exists(members) AND (attribute_not_exists(mention_all) OR mention_all < :sequence)",
            )
            .expression_attribute_values(":sequence", n(sequence));
        match note.send().await {
            Ok(_) => Ok(()),
            Err(error) => refusal("noting a mention of all members", error).map(drop),
        }
    }

    /// Hides a message of a closed direct room from the other member: it is not unread, and the newest that they see
    /// is the one before.
    pub async fn hide_from_peer(&self, turn: &Turn, sender: UserId) -> Result<(), Error> {
        let Some(peer) = turn.room.peer(sender) else { return Ok(()) };
        let hidden = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(key(turn.room.id)))
            .update_expression("SET skipped.#peer = :sequence, shown.#sender = :id")
            .condition_expression("attribute_not_exists(skipped.#peer) OR skipped.#peer < :sequence")
            .expression_attribute_names("#peer", peer.to_string())
            .expression_attribute_names("#sender", sender.to_string())
            .expression_attribute_values(":sequence", n(turn.sequence))
            .expression_attribute_values(":id", n(turn.id.get()))
            .send()
            .await;
        match hidden {
            Ok(_) => Ok(()),
            // A later message is hidden already.
            Err(error) => refusal("hiding a message from the other one", error).map(drop),
        }
    }
}

impl Turn {
    fn after(before: Item, sender: UserId, wanted: MessageId) -> Result<Self, Error> {
        let paces = paces(&before)?;
        let room = room(before)?.ok_or_else(|| Error::internal(DOING, "a deleted room has members"))?;
        let stale = Stale::of(&room, &paces, sender, wanted.created_at());
        let id = room.last_message_id.filter(|last| *last >= wanted).map_or(wanted, MessageId::next);
        Ok(Self { id, sequence: room.sequence + 1, previous: room.last_message_id, stale, room })
    }
}

/// The condition that a member may write, and mention all members if `to_all`. It needs the value `:send`, the name
/// `#owner`, and those of [`Form`].
pub(crate) fn writes(member: &str, to_all: bool) -> String {
    let is_admin = is_admin(member);
    let mentions = if to_all { format!(" AND (size(members) <= :few OR {is_admin})") } else { String::new() };
    format!("contains(members, {member}) AND (NOT contains(only_admins, :send) OR {is_admin}){mentions}")
}

/// Refuses a sender who may not write, or not mention all members, in the words for a stranger if they are none of the
/// members.
pub(crate) fn may_write(room: &Room, sender: UserId, to_all: bool) -> Result<(), Refusal> {
    if !room.members.contains(&sender) {
        return Err(room.refuses_strangers());
    }
    let may_mention = !to_all || room.lets_mention_all(sender);
    if room.allows(sender, Action::Send) && may_mention { Ok(()) } else { Err(Refusal::NotAnAdmin) }
}

const DOING: &str = "taking a turn in a room";

/// The room of a turn that was not taken, with its paces.
pub(crate) fn taken(item: Option<Item>, member: UserId, pushes: PushPace) -> Result<(Room, Paced), Error> {
    let mut item = item.ok_or(Refusal::RoomNotFound)?;
    let paced = Paced::of(&mut item, member, pushes)?;
    Ok((room(item)?.ok_or(Refusal::RoomNotFound)?, paced))
}
