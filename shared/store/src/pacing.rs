//! The paces in a write to a room: that of a member, and that of the room's pushes.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use domain::{Error, Pace, PushPace, Refusal, SMALL_ROOM, Timestamp, UserId};

use crate::{Item, busy::busy, millis, n, number};

/// The attribute with the time at which a member may act a whole burst again. It outlives the stay of the member, so
/// that leaving and joining resets no pace; [`Store::sweep`](crate::Store::sweep) removes it when it has passed.
pub(crate) fn pace(member: UserId) -> String {
    format!("pace {member}")
}

/// The form of the write: which of its numbers follow the time, and which follow the numbers before.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    on_time: bool,
    idle: bool,
    /// Whether the room pushes to its members.
    pushes: bool,
}

/// The paces of a room before the write.
pub(crate) struct Paced {
    full_at: Timestamp,
    busy: u64,
}

impl Form {
    /// The member is not ahead of their pace, and the room has not just pushed.
    pub(crate) const FIRST: Self = Self { on_time: true, idle: true, pushes: true };

    /// The same for a write after which the room does not push.
    pub(crate) const QUIET: Self = Self { pushes: false, ..Self::FIRST };

    /// The form that fits these paces.
    ///
    /// # Errors
    /// `RateLimited`, `RoomBusy`.
    pub(crate) fn after(self, before: &Paced, pushes: PushPace, now: Timestamp) -> Result<Self, Refusal> {
        let wait = Pace::MESSAGES.wait(before.full_at, now);
        if !wait.is_zero() {
            return Err(Refusal::rate_limited(wait));
        }
        let wait = pushes.wait(before.busy, now);
        if self.pushes && !wait.is_zero() {
            return Err(Refusal::room_busy(wait));
        }
        Ok(Self { on_time: before.full_at <= now, idle: before.busy <= pushes.now(now), ..self })
    }

    /// The assignments: an action of the member, and a push for each member of the room.
    pub(crate) fn assignments(self) -> String {
        let full_at = if self.on_time { ":full_at" } else { "#pace + :every" };
        if !self.pushes {
            return format!("#pace = {full_at}");
        }
        let before = if self.idle { ":pushes" } else { "#busy" };
        format!("#pace = {full_at}, #busy = {before} + if_not_exists(members_count, :few)")
    }

    /// The conditions. They need the value `:now`.
    pub(crate) fn conditions(self) -> String {
        let pace = if self.on_time { "(attribute_not_exists(#pace) OR #pace <= :now)" } else { "#pace <= :latest" };
        if !self.pushes {
            return pace.to_owned();
        }
        let busy =
            if self.idle { "(attribute_not_exists(#busy) OR #busy <= :pushes)" } else { "#busy <= :most_pushes" };
        format!("{pace} AND {busy}")
    }

    /// Adds the names and values that the form needs. DynamoDB refuses a value that no expression names.
    pub(crate) fn with_values(
        self,
        update: UpdateItemFluentBuilder,
        member: UserId,
        pushes: PushPace,
        now: Timestamp,
    ) -> UpdateItemFluentBuilder {
        let Pace { every, ahead } = Pace::MESSAGES;
        let update = update
            .expression_attribute_names("#pace", pace(member))
            .expression_attribute_values(":now", n(now.millis()));
        let update = if self.on_time {
            update.expression_attribute_values(":full_at", n((now + every).millis()))
        } else {
            update
                .expression_attribute_values(":every", millis(every))
                .expression_attribute_values(":latest", n((now + ahead).millis()))
        };
        if !self.pushes {
            return update;
        }
        let update = update
            .expression_attribute_names("#busy", busy(pushes))
            .expression_attribute_values(":few", n(SMALL_ROOM as u64));
        if self.idle {
            update.expression_attribute_values(":pushes", n(pushes.now(now)))
        } else {
            update.expression_attribute_values(":most_pushes", n(pushes.latest(now)))
        }
    }
}

impl Paced {
    /// Takes the paces out of the item of a room.
    pub(crate) fn of(item: &mut Item, member: UserId, pushes: PushPace) -> Result<Self, Error> {
        let mut take = |name: &str| item.remove(name).map_or(Ok(0), number);
        Ok(Self { full_at: Timestamp::from_millis(take(&pace(member))?), busy: take(&busy(pushes))? })
    }
}
