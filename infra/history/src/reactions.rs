//! The rule about reactions: each user counts once.

use std::collections::BTreeSet;

use crate::{
    Change, Message, Outcome, Reaction, Revision, Time, Violation, Wish, sighting::Sighting, versions::may_be_made,
    world::World,
};

/// The number of users whom a reaction names.
const NAMED: u64 = 3;

/// Every answer counts the users of each emoji: all who surely have it, and none who cannot have it. It names some of
/// them, and no user for two emojis. If an answer of a call was lost, the reaction may be there or not.
pub(crate) fn a_reaction_counts_once(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let shown = world
        .sightings()
        .filter(|sighting| sighting.is_answer && !sighting.message.hidden && sighting.message.deleted_by.is_none());
    for sighting in shown {
        if let Some(why) = wrong(world, &sighting) {
            let Sighting { message, user, how, begun, ended, .. } = sighting;
            let what = format!("{message:?} was {how} {user} from {begun:?} to {ended:?}: {why}");
            violations.push(Violation { rule: "a_reaction_counts_once", what });
        }
    }
    violations
}

fn wrong(world: &World<'_>, Sighting { message, user, begun, ended, .. }: &Sighting<'_>) -> Option<String> {
    let (room, id) = message.key();
    if message.reactions.is_empty() && world.revisions((room, id)).is_empty() {
        return None;
    }
    let reacted = world.revisions((room, id)).iter().filter(|revision| matches!(revision.what, Wish::React(_)));
    let users: BTreeSet<u64> = reacted.clone().map(|revision| revision.by).collect();
    let emojis = reacted.filter_map(|revision| match &revision.what {
        Wish::React(emoji) => emoji.as_deref(),
        Wish::Edit(..) | Wish::Delete | Wish::Hide => None,
    });
    let shown = message.reactions.iter().map(|reaction| reaction.emoji.as_str());
    let emojis: BTreeSet<&str> = emojis.chain(shown).collect();
    let named: BTreeSet<u64> = message.reactions.iter().flat_map(|reaction| &reaction.users).copied().collect();
    if named.len() != message.reactions.iter().map(|reaction| reaction.users.len()).sum::<usize>() {
        return Some("it names a user twice".to_owned());
    }
    // A block may withhold a reaction, its removal or its replacement in a direct room.
    let is_direct = world.history.directs.contains_key(&room);
    let may_have = |user: u64, emoji| {
        is_direct && has_had(world, (room, id), user, emoji, *ended)
            || world.reactions.may_be((room, id, user), Some(emoji), *begun, *ended)
    };
    let surely_has =
        |user: u64, emoji| !is_direct && world.reactions.surely_is((room, id, user), Some(emoji), *begun, *ended);
    emojis.into_iter().find_map(|emoji| {
        let mut groups = message.reactions.iter().filter(|reaction| reaction.emoji == emoji);
        let none = Reaction::default();
        let group = groups.next().unwrap_or(&none);
        let least = users.iter().filter(|user| surely_has(**user, emoji)).count() as u64;
        let most = users.iter().filter(|user| may_have(**user, emoji)).count() as u64;
        let is_right = groups.next().is_none()
            && (least..=most).contains(&group.count)
            && group.users.iter().all(|user| may_have(*user, emoji))
            && group.users.len() as u64 == group.count.min(NAMED)
            && (!group.mine || may_have(*user, emoji))
            && (group.mine || !surely_has(*user, emoji));
        (!is_right).then(|| format!("{emoji} has from {least} to {most} users after {:?}", calls(world, (room, id))))
    })
}

/// The calls that reacted to a message, without the message.
fn calls(world: &World<'_>, key: (u64, u64)) -> Vec<String> {
    let reacted =
        world.revisions(key).iter().filter_map(|Revision { by, what, begun, ended, failed, outcome, .. }| {
            let Wish::React(emoji) = what else { return None };
            let outcome = match outcome {
                Outcome::Acknowledged(_) => "acknowledged",
                Outcome::Refused => "refused",
                Outcome::Unknown => "unknown",
            };
            Some(format!("{by} {emoji:?} from {begun:?} to {ended:?}, {failed} failed, {outcome}"))
        });
    reacted.collect()
}

/// Whether a user may have had a reaction at any time before.
fn has_had(world: &World<'_>, key: (u64, u64), user: u64, emoji: &str, by: Time) -> bool {
    let mut revisions = world.revisions(key).iter().filter(|revision| revision.by == user && revision.begun <= by);
    revisions.any(|revision| matches!(&revision.what, Wish::React(Some(of)) if of == emoji))
}

/// The changes of the reactions that may have been made, by room, message and user.
pub(crate) fn changes<'a>(world: &World<'a>) -> impl Iterator<Item = Change<(u64, u64, u64), Option<&'a str>>> {
    world.history.revisions.iter().filter(|revision| may_be_made(world, revision)).filter_map(|revision| {
        let Wish::React(emoji) = &revision.what else { return None };
        let Revision { by, room, id, .. } = *revision;
        Some(revision.change((room, id, by), emoji.as_deref()))
    })
}

/// Whether a message may show that a user reacts with an emoji, or does not react.
pub(crate) fn reacts(message: &Message, user: u64, emoji: Option<&str>) -> bool {
    let is_named = |reaction: &Reaction| reaction.users.contains(&user);
    match emoji {
        None => !message.reactions.iter().any(is_named),
        Some(emoji) => message
            .reactions
            .iter()
            .any(|reaction| reaction.emoji == emoji && (is_named(reaction) || reaction.count > NAMED)),
    }
}

/// Whether another reaction of the user may have replaced this one.
pub(crate) fn is_replaced(world: &World<'_>, revision: &Revision) -> bool {
    let mut others = world.revisions(revision.key()).iter();
    others.any(|other| {
        matches!(other.what, Wish::React(_))
            && other.by == revision.by
            && !std::ptr::eq(*other, revision)
            && other.latest() >= revision.begun
    })
}
