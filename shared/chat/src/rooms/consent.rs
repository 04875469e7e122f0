//! The consent of people to being added to a room.

use std::collections::BTreeSet;

use domain::{Circle, Error, UserId};
use store::Consistency;

use crate::Chat;

/// The people whom a user wants to add, by their privacy.
#[derive(Debug, Default)]
pub(crate) struct Consent {
    /// They become members.
    pub(crate) given: BTreeSet<UserId>,
    /// They are invited.
    pub(crate) needed: BTreeSet<UserId>,
    /// A block separates them from the user. They notice nothing, and the user is answered as if they were invited.
    pub(crate) blocked: BTreeSet<UserId>,
    /// They do not exist.
    pub(crate) unknown: BTreeSet<UserId>,
}

/// Asks the privacy of people whether a user may add them.
pub(crate) async fn consent(chat: &Chat, user: UserId, people: &BTreeSet<UserId>) -> Result<Consent, Error> {
    let mut consent = Consent::default();
    if people.is_empty() {
        return Ok(consent);
    }
    let (known, blocks) = tokio::try_join!(
        chat.store.people(people.iter().copied(), Consistency::Strong),
        chat.store.blocks_between(user, people, Consistency::Strong),
    )?;
    let ids: BTreeSet<_> = known.iter().map(|person| person.user.id).collect();
    consent.unknown = people.difference(&ids).copied().collect();
    let mut contacts = BTreeSet::new();
    for person in known {
        let id = person.user.id;
        let set = match person.privacy.settings(chat.settings.who_can_add).add {
            _ if blocks.separate(id) => &mut consent.blocked,
            Circle::Everyone => &mut consent.given,
            Circle::Contacts => &mut contacts,
            Circle::Nobody => &mut consent.needed,
        };
        set.insert(id);
    }
    if !contacts.is_empty() {
        let writers = chat.store.contacts_between(user, &contacts, Consistency::Strong).await?.by_them;
        consent.needed.extend(contacts.difference(&writers));
        consent.given.extend(writers);
    }
    Ok(consent)
}
