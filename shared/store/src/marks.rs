//! The marks of a stay, in `memberships`: how far a user has received and read a room.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{Error, Mark, MessageId, Move, Moves, Reached, Timestamp};

use crate::{Membership, Store, error::refusal, from_item, n, to_item};

/// How often a mark is written if other devices of the user move it at the same time.
const MOST_ATTEMPTS: u32 = 4;
const DOING: &str = "moving a mark";

/// A mark that a write has moved.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The message at the mark.
    pub to: MessageId,
    /// The sequence before. Messages with a higher one are newly covered.
    pub after: u64,
    /// The stay afterwards, if the write has also ended the mark of the chat as unread.
    pub ended_unread: Option<Box<Membership>>,
}

/// A stay whose mark is about to move.
struct Moving {
    /// The stay afterwards.
    stay: Membership,
    moved: Moved,
    /// The move that is recorded. A move in a room that a block has closed is not.
    recorded: Option<Move>,
}

impl Membership {
    /// The sequence up to which a mark covers messages, and the message there.
    const fn mark(&self, mark: Mark) -> (u64, Option<MessageId>) {
        match (mark, self.delivered_sequence) {
            (Mark::Delivered, Some(sequence)) if sequence > self.read_sequence => (sequence, self.last_delivered),
            _ => (self.read_sequence, self.last_read),
        }
    }

    /// The sequence up to which a mark covers messages.
    #[must_use]
    pub const fn covered(&self, mark: Mark) -> u64 {
        self.mark(mark).0
    }

    /// Moves a mark forward. `None` if it is there or further already, as a newcomer is beyond the earlier messages.
    ///
    /// If the message was edited since, the mark stays and is set again, so that its sender learns of it. Behind a block
    /// the other member keeps seeing the mark, and its times, as they were.
    fn moving(&self, mark: Mark, to: &Reached, closed: bool, now: Timestamp) -> Option<Moving> {
        let (after, at) = self.mark(mark);
        let is_edited = |edited_at| self.moves(mark).into_iter().all(|moves| moves.is_before(edited_at));
        let (target, sequence, moved) = if after < to.sequence && at.is_none_or(|at| at < to.message) {
            (to.message, to.sequence, Moved { to: to.message, after, ended_unread: None })
        } else if let Some(at) = at.filter(|&at| at >= to.message && !closed && to.edited_at.is_some_and(is_edited)) {
            (at, after, Moved { to: at, after: to.sequence.saturating_sub(1), ended_unread: None })
        } else {
            return None;
        };
        let mut stay = self.clone();
        let history = match mark {
            Mark::Delivered => {
                stay.last_delivered = Some(target);
                stay.delivered_sequence = Some(sequence);
                &mut stay.delivered_moves
            }
            Mark::Read => {
                stay.told = closed.then(|| self.told.unwrap_or_else(|| self.last_read.map_or(0, MessageId::get)));
                stay.last_read = Some(target);
                stay.read_sequence = sequence;
                stay.marked_unread = false;
                stay.hidden_unread.retain(|hidden| *hidden > sequence);
                &mut stay.read_moves
            }
        };
        if !closed {
            history.push(target, now);
        }
        let recorded = if closed { None } else { history.last() };
        Some(Moving { stay, moved, recorded })
    }

    /// The moves by which a mark has come to its place. Messages that are read are delivered.
    fn moves(&self, mark: Mark) -> Vec<&Moves> {
        match mark {
            Mark::Delivered => vec![&self.delivered_moves, &self.read_moves],
            Mark::Read => vec![&self.read_moves],
        }
    }

    /// Whether an earlier attempt, whose answer was lost, has made a move. Where it is not recorded, the mark tells.
    fn has(&self, mark: Mark, Moving { moved, recorded, .. }: &Moving) -> bool {
        match (recorded, mark) {
            (None, _) => self.mark(mark).1 == Some(moved.to),
            (Some(one), Mark::Delivered) => self.delivered_moves.contains(*one),
            (Some(one), Mark::Read) => self.read_moves.contains(*one),
        }
    }
}

impl Store {
    /// Moves a mark of a stay forward, as it was read. `None` if the mark is there or further already, or the user has
    /// left.
    ///
    /// The write depends on the marks that `stay` has. If they have moved meanwhile, it is decided again with those that
    /// the refused write returns, so that a mark that was read earlier never sets one back.
    pub async fn move_mark(
        &self,
        stay: &Membership,
        mark: Mark,
        to: &Reached,
        closed: bool,
        now: Timestamp,
    ) -> Result<Option<Moved>, Error> {
        let mut before = stay.clone();
        for _ in 0..MOST_ATTEMPTS {
            let Some(moving) = before.moving(mark, to, closed, now) else { return Ok(None) };
            let error = match self.set_mark(&before, mark, &moving)?.send().await {
                Ok(moved) => {
                    let stay = moved.attributes.map(from_item).transpose()?;
                    return Ok(Some(Moved { ended_unread: stay.map(Box::new), ..moving.moved }));
                }
                Err(error) => error,
            };
            let Some(item) = refusal(DOING, error)? else { return Ok(None) };
            before = from_item(item)?;
            if before.id == stay.id && before.has(mark, &moving) {
                let ended_unread = mark == Mark::Read && stay.marked_unread && !before.marked_unread;
                return Ok(Some(Moved { ended_unread: ended_unread.then(|| Box::new(before)), ..moving.moved }));
            }
        }
        Err(Error::Unavailable { doing: DOING, source: "the mark keeps moving".into() })
    }

    /// The write of a mark of a stay whose marks are as before.
    fn set_mark(&self, before: &Membership, mark: Mark, moving: &Moving) -> Result<UpdateItemFluentBuilder, Error> {
        let names: &[&str] = match mark {
            Mark::Delivered => &["last_delivered", "delivered_sequence", "delivered_moves"],
            Mark::Read => &["last_read", "read_sequence", "read_moves", "told"],
        };
        let mut after = to_item(&moving.stay)?;
        let mut write = self.update_membership(before.user_id, before.room_id);
        let (mut set, mut gone) = (Vec::new(), Vec::new());
        for name in names {
            if let Some(value) = after.remove(*name) {
                set.push(format!("{name} = :{name}"));
                write = write.expression_attribute_values(format!(":{name}"), value);
            } else {
                gone.push(*name);
            }
        }
        if before.marked_unread != moving.stay.marked_unread {
            set.push("settings = if_not_exists(settings, :zero) + :one".to_owned());
            gone.push("marked_unread");
            write = write
                .expression_attribute_values(":zero", n(0))
                .expression_attribute_values(":one", n(1))
                .return_values(ReturnValue::AllNew);
        }
        let mut update = format!("SET {}", set.join(", "));
        if !gone.is_empty() {
            update = format!("{update} REMOVE {}", gone.join(", "));
        }
        let passed: BTreeSet<_> = before.hidden_unread.difference(&moving.stay.hidden_unread).collect();
        if !passed.is_empty() {
            update.push_str(" DELETE hidden_unread :passed");
            let passed = passed.into_iter().map(u64::to_string).collect();
            write = write.expression_attribute_values(":passed", AttributeValue::Ns(passed));
        }
        let marks = to_item(before)?;
        let mut conditions = vec!["id = :stay".to_owned()];
        for name in ["last_read", "read_sequence", "last_delivered"] {
            conditions.push(match marks.get(name).cloned() {
                Some(value) => {
                    write = write.expression_attribute_values(format!(":before_{name}"), value);
                    format!("{name} = :before_{name}")
                }
                None => format!("attribute_not_exists({name})"),
            });
        }
        if mark == Mark::Read {
            let exists = if before.marked_unread { "attribute_exists" } else { "attribute_not_exists" };
            conditions.push(format!("{exists}(marked_unread)"));
        }
        Ok(write
            .update_expression(update)
            .condition_expression(conditions.join(" AND "))
            .expression_attribute_values(":stay", n(before.id.get()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld))
    }
}
