use std::collections::HashMap;

use domain::{BlockedUser, Error};
use store::Consistency;

use crate::{Caller, Chat};

/// Lists the users whom the caller has blocked, in the order in which they were blocked.
pub async fn list_blocks(chat: &Chat, caller: &Caller) -> Result<Vec<BlockedUser>, Error> {
    let mut blocks = chat.store.blocks(caller.user).await?;
    blocks.sort_by_key(|block| (block.at, block.blocked));
    let users = chat.store.users(blocks.iter().map(|block| block.blocked), Consistency::Eventual).await?;
    let mut names: HashMap<_, _> = users.into_iter().map(|user| (user.id, user.username)).collect();
    let blocked = blocks.into_iter().filter_map(|block| {
        let username = names.remove(&block.blocked)?;
        Some(BlockedUser { user: block.blocked, username, blocked_at: block.at })
    });
    Ok(blocked.collect())
}
