use std::collections::{BTreeSet, HashMap};

use domain::{Budget, Error, MAX_INVITATIONS, RoomInvitation};
use store::Consistency;

use crate::{Caller, Chat, now};

/// Lists the invitations to the caller, the newest last. Invitations by users whom the caller blocks are not shown,
/// nor those to rooms that do not exist any more or that the caller is in.
pub async fn list_invitations(chat: &Chat, caller: &Caller) -> Result<Vec<RoomInvitation>, Error> {
    let user = caller.user;
    let now = now();
    let mut invitations = chat.store.invitations(user, MAX_INVITATIONS, now).await?;
    invitations.sort_unstable_by_key(|invitation| (invitation.expires_at, invitation.room));
    let inviters: BTreeSet<_> = invitations.iter().map(|invitation| invitation.invited_by).collect();
    let rooms = invitations.iter().map(|invitation| invitation.room);
    let (rooms, users, blocks) = tokio::try_join!(
        chat.store.rooms(rooms, Consistency::Eventual),
        chat.store.users(inviters.iter().copied(), Consistency::Eventual),
        chat.store.blocks_between(user, &inviters, Consistency::Strong),
    )?;
    let mut rooms: HashMap<_, _> = rooms.into_iter().map(|room| (room.id, room)).collect();
    let users: HashMap<_, _> = users.into_iter().map(|user| (user.id, user)).collect();
    let (mut listed, mut budget) = (Vec::new(), Budget::default());
    for invitation in invitations.into_iter().rev() {
        let (room, inviter) = (rooms.remove(&invitation.room), users.get(&invitation.invited_by));
        let Some((room, inviter)) = room.zip(inviter) else { continue };
        if blocks.by_user.contains(&inviter.id) || room.members.contains(&user) {
            continue;
        }
        let preview = room.preview(|picture| chat.bucket.links(picture, now))?;
        let shown = preview.invites(inviter.clone(), invitation.expires_at);
        if !budget.takes(&shown)? {
            break;
        }
        listed.push(shown);
    }
    listed.reverse();
    Ok(listed)
}
