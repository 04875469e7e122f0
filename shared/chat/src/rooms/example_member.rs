use domain::{Error, ExampleMember, Refusal, RoomId};
use store::Consistency;

use crate::{Caller, Chat, rooms::access};

/// Examples a member.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `UserNotFound`, `NotFound`.
pub async fn example_member(chat: &Chat, caller: &Caller, room: RoomId, input: &ExampleMember) -> Result<(), Error> {
    access::room(&chat.store, caller.user, room).await?;
    if chat.store.users([input.user], Consistency::Strong).await?.is_empty() {
        return Err(Refusal::UserNotFound(vec![input.user]).into());
    }
    Err(Refusal::NotFound.into())
}
