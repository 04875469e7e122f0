use domain::{Error, InviteCode, Refusal, ResetInvite, RoomId};

use crate::{Caller, Chat, rooms::access};

/// Creates a new invite code, or disables it. The earlier code is invalid at once.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`.
pub async fn reset_invite(chat: &Chat, caller: &Caller, input: &ResetInvite) -> Result<Option<InviteCode>, Error> {
    let (user, room) = (caller.user, input.room);
    let code = if input.enabled { Some(random_code(room)?) } else { None };
    let hash = code.as_ref().map(InviteCode::hash);
    let Err(found) = chat.store.set_invite(room, user, hash.as_deref()).await? else { return Ok(code) };
    match found {
        Some(found) if found.members.contains(&user) => {
            if found.members.contains(&found.owner) {
                return Err(Refusal::NotAnAdmin.into());
            }
        }
        found => return Err(access::stranger(found.as_ref()).into()),
    }
    // A room from before there were owners has one after this.
    access::managed_room(&chat.store, user, room).await?;
    match chat.store.set_invite(room, user, hash.as_deref()).await? {
        Ok(()) => Ok(code),
        Err(_) => Err(Refusal::NotAnAdmin.into()),
    }
}

fn random_code(room: RoomId) -> Result<InviteCode, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::internal("making an invite code", error.to_string()))?;
    Ok(InviteCode::new(room, random))
}
