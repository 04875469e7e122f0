use std::collections::{BTreeMap, BTreeSet};

use domain::{Error, Presence, SoughtPresences, Timestamp};
use store::Consistency;

use crate::{Caller, Chat, accounts::visible, now};

/// The presence of users, by id. Nothing is known of those who do not exist, and of those of whom the caller may see
/// nothing.
pub async fn get_presence(chat: &Chat, caller: &Caller, sought: &SoughtPresences) -> Result<Vec<Presence>, Error> {
    let users = sought.users();
    let all: BTreeSet<_> = users.iter().copied().chain([caller.user]).collect();
    let (people, connections, blocks) = tokio::try_join!(
        chat.store.people(all, Consistency::Eventual),
        chat.store.connections(users),
        chat.store.blocks_between(caller.user, users, Consistency::Eventual),
    )?;
    let visible = visible(chat, caller.user, &people, &blocks).await?;
    let connections: BTreeMap<_, _> = connections.iter().map(|found| (found.user, found)).collect();
    let now = now();
    let presence = users.iter().map(|&user| {
        let found = connections.get(&user);
        let online = visible.online.contains(&user).then(|| found.is_some_and(|found| found.is_online(now)));
        let last_seen = found.filter(|_| visible.last_seen.contains(&user)).and_then(|found| found.last_seen(now));
        Presence { user, online, last_seen: last_seen.map(Timestamp::minute) }
    });
    Ok(presence.collect())
}
