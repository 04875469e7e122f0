//! The count of pushes of a room, in its item. Messages add to it in their turn: `turns.rs`.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{Error, PushPace, Refusal, Room, Timestamp};

use crate::{Store, error::refusal, n, number, rooms};

/// The attribute with the count of pushes of [`PushPace`]. Its name has the rate, because a count says nothing at
/// another rate.
pub(crate) fn busy(pushes: PushPace) -> String {
    format!("busy {}", pushes.per_second)
}

impl Store {
    /// Adds the pushes of an event to all members of a room to its count, before a change that makes the event.
    ///
    /// # Errors
    /// `RoomBusy`, `RoomNotFound`.
    pub async fn count_event(&self, room: &Room, pushes: PushPace, now: Timestamp) -> Result<(), Error> {
        const DOING: &str = "counting the pushes of a change";
        const MOST_WRITES: u32 = 3;
        let mut idle = true;
        for _ in 0..MOST_WRITES {
            let (before, condition, bound) = if idle {
                (":bound", "(attribute_not_exists(#busy) OR #busy <= :bound)", pushes.now(now))
            } else {
                ("#busy", "#busy <= :bound", pushes.latest(now))
            };
            let counted = self
                .client
                .update_item()
                .table_name(&self.tables.rooms)
                .set_key(Some(rooms::key(room.id)))
                .update_expression(format!("SET #busy = {before} + :members"))
                .condition_expression(format!("attribute_exists(members) AND {condition}"))
                .expression_attribute_names("#busy", busy(pushes))
                .expression_attribute_values(":bound", n(bound))
                .expression_attribute_values(":members", n(room.members.len() as u64))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            let Err(error) = counted.send().await else { return Ok(()) };
            let mut item =
                refusal(DOING, error)?.filter(|item| item.contains_key("members")).ok_or(Refusal::RoomNotFound)?;
            let count = item.remove(&busy(pushes)).map_or(Ok(0), number)?;
            let wait = pushes.wait(count, now);
            if !wait.is_zero() {
                return Err(Refusal::room_busy(wait).into());
            }
            idle = count <= pushes.now(now);
        }
        Err(Error::Unavailable { doing: DOING, source: "the room keeps getting busy and idle".into() })
    }
}
