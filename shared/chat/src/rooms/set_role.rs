use domain::{Error, Refusal, Role, SetRole, ShownRoom};

use super::{access, access::MOST_ATTEMPTS};
use crate::{Caller, Chat};

/// Sets the role of a member by the hand of an admin, and tells the room. An owner who makes another member the owner
/// is an admin afterwards. The role that the member has already changes nothing.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`. `UserNotFound` if the user is not a member. `OwnerStays` if the owner
/// would lose the role, or somebody else hands it over. `TooManyAdmins`, `RoomBusy`.
pub async fn set_role(chat: &Chat, caller: &Caller, input: &SetRole) -> Result<ShownRoom, Error> {
    let SetRole { room, user, role } = *input;
    let by = caller.user;
    for _ in 0..MOST_ATTEMPTS {
        let found = access::managed_room(&chat.store, by, room).await?;
        if !found.members.contains(&user) {
            return Err(Refusal::UserNotFound(vec![user]).into());
        }
        if found.role(user) == role {
            return chat.show_room(found, by, None);
        }
        if found.role(user) == Role::Owner || role == Role::Owner && found.owner != by {
            return Err(Refusal::OwnerStays.into());
        }
        if !found.has_place_for(user, role) {
            return Err(Refusal::TooManyAdmins.into());
        }
        chat.count_change(&found).await?;
        if let Some(changed) = chat.store.set_role(&found, user, role, by).await? {
            tracing::info!(member = %user, ?role, "a member has another role");
            chat.tell_of_change(changed.clone()).await?;
            return chat.show_room(changed, by, None);
        }
    }
    Err(Error::Unavailable { doing: "setting a role", source: "the roles keep changing".into() })
}
