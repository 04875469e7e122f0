use domain::{Error, Network, PasswordChange, Refusal, User};

use super::{attempts, authenticate, logout_all, logout_all::end_sessions, password_hash};
use crate::{Caller, Chat};

/// Authenticates the caller, changes their password, and ends all their sessions. The other sessions end before the
/// change and again after it: if the function dies right after the change, a person with the old password has no
/// session left.
///
/// A client that got no answer can send the same request again. If the new password is the password already, the
/// remaining steps are done. If the caller's session has ended, the sockets of ended sessions are closed.
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
