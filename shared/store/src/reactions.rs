//! Reactions, in the item of their message: a map from each user to the number of the change and the emoji. So a list
//! of messages reads them without a call, and a deletion removes them with the rest.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Emoji, Error, MAX_REACTIONS, Message, Refusal, UserId};

use crate::{
    Changed, Store,
    message_changes::{UNDELETED, changed},
    n, s,
};

const DOING: &str = "reacting to a message";

impl Store {
    /// Sets the reaction of a user, or removes it. In a room that is closed by a block, only they see it. A removed one
    /// leaves its number, so that one with a lower number does not come after it.
    ///
    /// # Errors
    /// `MessageNotFound`, `TooManyReactions`.
    pub async fn react_to_message(
        &self,
        before: &Message,
        user: UserId,
        emoji: Option<&Emoji>,
        change: u64,
        closed: bool,
    ) -> Result<Changed, Error> {
        let all = |message: &Message| {
            if closed { message.withheld_reactions.clone() } else { message.reactions.clone() }
        };
        let name = if closed { "withheld_reactions" } else { "reactions" };
        let emoji = emoji.map_or(AttributeValue::Null(true), |emoji| s(emoji.as_str()));
        let reaction = AttributeValue::L(vec![n(change), emoji]);
        let mut is_first = all(before).is_empty();
        // A second write follows if the message, which was read before, had no reactions then.
        for _ in 0..2 {
            let update = self.update_message(before.room, before.id).expression_attribute_names("#all", name);
            let update = if is_first {
                update
                    .update_expression("SET #all = :all")
                    .condition_expression(format!("{UNDELETED} AND attribute_not_exists(#all)"))
                    .expression_attribute_values(
                        ":all",
                        AttributeValue::M([(user.to_string(), reaction.clone())].into()),
                    )
            } else {
                update
                    .update_expression("SET #all.#user = :reaction")
                    .condition_expression(format!(
                        "{UNDELETED} AND (#all.#user[0] < :change \
                         OR attribute_not_exists(#all.#user) AND size(#all) < :most)"
                    ))
                    .expression_attribute_names("#user", user.to_string())
                    .expression_attribute_values(":reaction", reaction.clone())
                    .expression_attribute_values(":change", n(change))
                    .expression_attribute_values(":most", n(MAX_REACTIONS as u64))
            };
            let is_ours = |now: &Message| all(now).get(&user).is_some_and(|last| last.change == change);
            let changed = changed(DOING, before.id, update, is_ours).await?;
            let Changed::Not(now) = &changed else { return Ok(changed) };
            let reactions = all(now);
            let last = reactions.get(&user);
            if now.deletion.is_some() || last.is_some_and(|last| last.change > change) {
                return Ok(changed);
            }
            if last.is_none() && reactions.len() >= MAX_REACTIONS {
                return Err(Refusal::TooManyReactions.into());
            }
            is_first = reactions.is_empty();
        }
        Err(Error::Unavailable { doing: DOING, source: "reactions come and go".into() })
    }
}
