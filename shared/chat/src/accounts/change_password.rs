use domain::{Error, Network, PasswordChange, Refusal, User};

use super::{attempts, authenticate, logout_all, password_hash};
use crate::{Caller, Chat, sockets::end_with};

/// Authenticates the caller, changes their password, and ends all their sessions and sockets.
///
/// The other sessions end before the change and again after it: if the function dies right after the change, a person
/// with the old password has no session left. The caller's own session ends in the transaction of the change. So a
/// client that got no answer can send the same request again: either nothing has changed, or its session has ended, and
/// the sockets of ended sessions are closed.
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
        authenticated => authenticated.map(drop)?,
    }
    change.new.is_not(&user.username).map_err(|why| Refusal::field("new_password", why))?;
    let folded = user.username.folded();
    let (known, ()) = tokio::try_join!(chat.store.credentials(&folded), attempts::count(chat, &folded, network))?;
    let (_, before) = known
        .filter(|(owner, _)| owner.id == caller.user)
        .ok_or_else(|| Error::internal("changing a password", "the user has none"))?;
    if !password_hash::verify(change.current, Some(before.clone())).await? {
        return Err(Refusal::WrongPassword.into());
    }
    let after = password_hash::hash(change.new.expose().to_owned()).await?;
    let change = async {
        let mut others = chat.store.sessions(caller.user).await?;
        others.retain(|session| session.id != caller.session);
        chat.store.end_sessions(&others).await?;
        if !chat.store.change_password(&folded, &before, &after, caller.user, &caller.session).await? {
            return Err(Refusal::WrongPassword.into());
        }
        let late = async { chat.store.end_sessions(&chat.store.sessions(caller.user).await?).await };
        tokio::try_join!(late, attempts::forgive(chat, &folded, network))?;
        Ok(())
    };
    end_with(chat, caller.user, |_| true, change).await
}
