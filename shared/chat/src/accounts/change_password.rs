use domain::{Error, Network, PasswordChange, Refusal, User};

use super::{attempts, authenticate, logout_all, logout_all::end_sessions, password_hash};
use crate::{Caller, Chat};

/// Gives a caller, who need not be authenticated before, another password, and ends all their sessions. The other ones end
/// before as well: should it get no further than the password, none of them is left to whoever knew the old one.
///
/// Whoever has got no answer can try again: where the new password is the password already, the rest is done; and where the
/// caller's session has ended, the sockets are closed that have outlived theirs.
///
/// # Errors
/// `Unauthenticated`, `Invalid`, `WrongPassword`, `RateLimited`.
pub async fn change_password(
    chat: &Chat,
    caller: &Caller,
    user: &User,
    network: Network,
    change: PasswordChange,
) -> Result<(), Error> {
    match authenticate(chat, caller).await {
        Err(Error::Refused(Refusal::Unauthenticated)) => return logout_all(chat, caller).await,
        authenticated => authenticated?,
    }
    change.new.is_not(&user.username).map_err(|why| Refusal::field("new_password", why))?;
    let folded = user.username.folded();
    let (known, ()) = tokio::try_join!(chat.store.credentials(&folded), attempts::count(chat, &folded, network))?;
    let (_, before) = known
        .filter(|(owner, _)| owner.id == caller.user)
        .ok_or_else(|| Error::internal("changing a password", "the user has none"))?;
    let new = change.new.expose();
    let is_current = password_hash::verify(change.current, Some(before.clone())).await?;
    if !is_current && !password_hash::verify(new.to_owned(), Some(before.clone())).await? {
        return Err(Refusal::WrongPassword.into());
    }
    let mut others = chat.store.sessions(caller.user).await?;
    others.retain(|session| session.id != caller.session);
    chat.store.end_sessions(&others).await?;
    if is_current {
        let after = password_hash::hash(new.to_owned()).await?;
        if !chat.store.change_password(&folded, &before, &after).await? {
            return Err(Refusal::WrongPassword.into());
        }
    }
    attempts::forgive(chat, &folded, network).await?;
    end_sessions(chat, caller, chat.store.sessions(caller.user).await?).await
}
