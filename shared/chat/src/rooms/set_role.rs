use domain::{Error, Refusal, SetRole, ShownRoom};
use store::Consistency;

use crate::{Caller, Chat, rooms::access};

/// Sets the role of a member.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `UserNotFound`, `OwnerStays`, `TooManyAdmins`.
pub async fn set_role(chat: &Chat, caller: &Caller, input: &SetRole) -> Result<ShownRoom, Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    if chat.store.users([input.user], Consistency::Strong).await?.is_empty() {
        return Err(Refusal::UserNotFound(vec![input.user]).into());
    }
    Err(Refusal::NotFound.into())
}
