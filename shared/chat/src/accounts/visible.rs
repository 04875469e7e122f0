//! The privacy of presence: whose presence a user sees.

use std::collections::BTreeSet;

use domain::{Circle, Error, PrivacySettings, UserId};
use store::{Blocks, Consistency, Contacts, Person};

use crate::Chat;

/// The users whose presence another one sees.
#[derive(Debug, Default)]
pub(crate) struct Visible {
    /// Whether they are online.
    pub(crate) online: BTreeSet<UserId>,
    /// When they were last seen.
    pub(crate) last_seen: BTreeSet<UserId>,
}

/// The settings of the two sides, by which each of the two sees the other one, or neither does.
type Mutual = [Circle; 2];

/// The people whose presence a user sees: their own, and that of those who admit them, whom they admit, and from whom
/// no block separates them. The people have the user among them, if the cheap read has found them.
pub(crate) async fn visible(chat: &Chat, user: UserId, people: &[Person], blocks: &Blocks) -> Result<Visible, Error> {
    let settings = |person: &Person| person.privacy.settings(chat.settings.who_can_add);
    let own = people.iter().find(|person| person.user.id == user);
    let mut visible = Visible::default();
    let Some(own) = own.map(settings) else { return Ok(visible) };
    visible.online.insert(user);
    visible.last_seen.insert(user);
    let others = people.iter().filter(|person| person.user.id != user && !blocks.separate(person.user.id));
    let others: Vec<_> = others.map(|person| (person.user.id, settings(person))).collect();
    let asked: BTreeSet<_> = others.iter().filter(|(_, theirs)| depends(own, *theirs)).map(|(id, _)| *id).collect();
    let contacts = if asked.is_empty() {
        Contacts::default()
    } else {
        chat.store.contacts_between(user, &asked, Consistency::Eventual).await?
    };
    for (id, theirs) in others {
        let admits = |[own, theirs]: Mutual| {
            own.admits(contacts.by_user.contains(&id)) && theirs.admits(contacts.by_them.contains(&id))
        };
        if admits([own.online, theirs.online]) {
            visible.online.insert(id);
        }
        if admits([own.last_seen, theirs.last_seen]) {
            visible.last_seen.insert(id);
        }
    }
    Ok(visible)
}

/// Whether it takes their contacts to decide what two people see of each other.
fn depends(own: PrivacySettings, theirs: PrivacySettings) -> bool {
    let pairs: [Mutual; 2] = [[own.online, theirs.online], [own.last_seen, theirs.last_seen]];
    pairs.iter().any(|pair| pair.contains(&Circle::Contacts) && !pair.contains(&Circle::Nobody))
}
