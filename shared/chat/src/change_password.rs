use domain::{Error, Network, PasswordChange, User};

use crate::{Caller, Chat, attempts, logout_all::end_sessions, password_hash};

/// Gives a caller another password, and ends all their sessions. The other ones end before as well: should it get no further
/// than the password, none of them is left to whoever knew the old one.
///
/// # Errors
/// `Invalid`, `WrongPassword`, `RateLimited`.
pub async fn change_password(
    chat: &Chat,
    caller: &Caller,
    user: &User,
    network: Network,
    change: PasswordChange,
) -> Result<(), Error> {
    change.new.is_not(&user.username).map_err(|why| Error::field("new_password", why))?;
    let folded = user.username.folded();
    let (known, ()) = tokio::try_join!(chat.store.credentials(&folded), attempts::count(chat, &folded, network))?;
    let (_, before) = known
        .filter(|(owner, _)| owner.id == caller.user)
        .ok_or_else(|| Error::internal("changing a password", "the user has none"))?;
    if !password_hash::verify(change.current, Some(before.clone())).await? {
        return Err(Error::WrongPassword);
    }
    let after = password_hash::hash(change.new.expose().to_owned()).await?;
    let mut others = chat.store.sessions(caller.user).await?;
    others.retain(|session| session.id != caller.session);
    chat.store.end_sessions(&others).await?;
    if !chat.store.change_password(&folded, &before, &after).await? {
        return Err(Error::WrongPassword);
    }
    attempts::forgive(chat, &folded, network).await?;
    end_sessions(chat, caller, chat.store.sessions(caller.user).await?).await
}
