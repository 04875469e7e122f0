//! Turns: the places of messages in a room.
//!
//! One conditional write per message checks that the sender may write, holds sender and room to their paces, puts the
//! message in order and returns its audience.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{
    Action, Error, Mentions, MessageId, Pace, PushPace, Refusal, Room, RoomId, SMALL_ROOM, Timestamp, UserId,
};

use crate::{
    Item, Store,
    busy::busy,
    error::refusal,
    millis, n, number,
    rooms::{is_admin, key, room},
    s,
    sweep::{Stale, paces},
};

/// The attribute with the time at which a member may send a whole burst again. It outlives the stay of the member, so
/// that leaving and joining resets no pace; [`Store::sweep`] removes it when it has passed.
pub(crate) fn pace(member: UserId) -> String {
    format!("pace {member}")
}

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

/// The form of the write: which of its numbers follow the time, and which follow the numbers before.
#[derive(Clone, Copy)]
struct Form {
    in_order: bool,
    on_time: bool,
    idle: bool,
}

/// The numbers of a room on which the form of the write depends.
struct State {
    full_at: Timestamp,
    busy: u64,
}

impl Store {
    /// Gives the next message of a room its turn. The write fails for everybody who may not write there.
    ///
    /// The message gets the id `wanted`, or the next higher one if that is not higher than all before (clocks differ,
    /// or two came in one millisecond). That takes a second write, as does a sender who is ahead of their pace, a
    /// room that has just pushed, or all of them. A third or fourth follows only if one of these comes true while the
    /// others are written. It never fails for a sender who may write, because it asks for nothing that other senders
    /// could change.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `RateLimited`, `RoomBusy`.
    pub async fn take_turn(
        &self,
        room: RoomId,
        sender: UserId,
        wanted: MessageId,
        pushes: PushPace,
    ) -> Result<Turn, Error> {
        self.take_turn_to_mention(room, sender, wanted, &Mentions::nobody(), pushes).await
    }

    /// Like [`Store::take_turn`], for a message that mentions users. The write also fails if the sender may not mention
    /// all.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `RateLimited`, `RoomBusy`.
    pub async fn take_turn_to_mention(
        &self,
        room: RoomId,
        sender: UserId,
        wanted: MessageId,
        mentions: &Mentions,
        pushes: PushPace,
    ) -> Result<Turn, Error> {
        const MOST_WRITES: u32 = 4;
        let now = wanted.created_at();
        let mut form = Form { in_order: true, on_time: true, idle: true };
        for _ in 0..MOST_WRITES {
            let turn = self.turn(room, sender, wanted, mentions, pushes, form);
            let (before, state) = match turn.send().await {
                Ok(updated) => return Turn::after(updated.attributes.unwrap_or_default(), sender, wanted),
                Err(error) => taken(refusal(DOING, error)?, sender, pushes)?,
            };
            may_write(&before, sender, mentions)?;
            let (wait, room_wait) = (Pace::MESSAGES.wait(state.full_at, now), pushes.wait(state.busy, now));
            if !wait.is_zero() {
                return Err(Refusal::rate_limited(wait).into());
            }
            if !room_wait.is_zero() {
                return Err(Refusal::room_busy(room_wait).into());
            }
            form.in_order = before.last_message_id.is_none_or(|last| last < wanted);
            form.on_time = state.full_at <= now;
            form.idle = state.busy <= pushes.now(now);
        }
        Err(Error::Unavailable { doing: DOING, source: "the sender comes and goes".into() })
    }

    fn turn(
        &self,
        room: RoomId,
        sender: UserId,
        wanted: MessageId,
        mentions: &Mentions,
        pushes: PushPace,
        form: Form,
    ) -> UpdateItemFluentBuilder {
        let now = wanted.created_at();
        let is_admin = is_admin(":sender");
        let may_mention = match mentions {
            Mentions::All => format!(" AND (size(members) <= :few OR {is_admin})"),
            Mentions::Users(_) => String::new(),
        };
        let (id, its_condition) = if form.in_order {
            (":wanted", "(attribute_not_exists(last_message_id) OR last_message_id < :wanted)")
        } else {
            ("last_message_id + :one", "attribute_exists(last_message_id)")
        };
        let (full_at, pace_condition) = if form.on_time {
            (":full_at", "(attribute_not_exists(#pace) OR #pace <= :now)")
        } else {
            ("#pace + :every", "#pace <= :latest")
        };
        let (before, busy_condition) = if form.idle {
            (":pushes", "(attribute_not_exists(#busy) OR #busy <= :pushes)")
        } else {
            ("#busy", "#busy <= :most_pushes")
        };
        let turn = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(key(room)))
            .update_expression(format!(
                "SET last_message_id = {id}, #pace = {full_at}, #busy = {before} + if_not_exists(members_count, :few), \
                 #sequence = #sequence + :one, sent.#sender = #sequence + :one, updated_at = :now"
            ))
            .condition_expression(format!(
                "contains(members, :sender) AND (NOT contains(only_admins, :send) OR {is_admin}){may_mention} \
                 AND {its_condition} AND {pace_condition} AND {busy_condition}"
            ))
            .expression_attribute_names("#pace", pace(sender))
            .expression_attribute_names("#busy", busy(pushes))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_names("#sender", sender.to_string())
            .expression_attribute_values(":sender", n(sender.get()))
            .expression_attribute_values(":send", s("send"))
            .expression_attribute_values(":now", n(now.millis()))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":few", n(SMALL_ROOM as u64))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        with_values(turn, wanted, pushes, form)
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

/// Adds the values that the form needs. DynamoDB refuses a value that no expression names.
fn with_values(
    turn: UpdateItemFluentBuilder,
    wanted: MessageId,
    pushes: PushPace,
    form: Form,
) -> UpdateItemFluentBuilder {
    let Pace { every, ahead } = Pace::MESSAGES;
    let now = wanted.created_at();
    let turn = if form.in_order { turn.expression_attribute_values(":wanted", n(wanted.get())) } else { turn };
    let turn = if form.on_time {
        turn.expression_attribute_values(":full_at", n((now + every).millis()))
    } else {
        turn.expression_attribute_values(":every", millis(every))
            .expression_attribute_values(":latest", n((now + ahead).millis()))
    };
    if form.idle {
        turn.expression_attribute_values(":pushes", n(pushes.now(now)))
    } else {
        turn.expression_attribute_values(":most_pushes", n(pushes.latest(now)))
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

/// Refuses a sender who may not write, or not mention these users, in the words for a stranger if they are none of the
/// members.
fn may_write(room: &Room, sender: UserId, mentions: &Mentions) -> Result<(), Refusal> {
    if !room.members.contains(&sender) {
        return Err(room.refuses_strangers());
    }
    let may_mention = *mentions != Mentions::All || room.lets_mention_all(sender);
    if room.allows(sender, Action::Send) && may_mention { Ok(()) } else { Err(Refusal::NotAnAdmin) }
}

const DOING: &str = "taking a turn in a room";

/// The room of a turn that was not taken.
fn taken(item: Option<Item>, sender: UserId, pushes: PushPace) -> Result<(Room, State), Error> {
    let mut item = item.ok_or(Refusal::RoomNotFound)?;
    let mut take = |name: &str| item.remove(name).map_or(Ok(0), number);
    let state = State { full_at: Timestamp::from_millis(take(&pace(sender))?), busy: take(&busy(pushes))? };
    Ok((room(item)?.ok_or(Refusal::RoomNotFound)?, state))
}
