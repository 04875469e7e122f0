use domain::{Error, Network, PasswordChange, Refusal, User};
use store::{EarlierPasswords, Source};

use super::{attempts, authenticate, logout_all, password_hash};
use crate::{Caller, Chat, now, sockets::end_with};

/// Authenticates the caller, changes their password, and ends all their sessions and sockets.
///
/// The other sessions end before the change and again after it: if the function dies right after the change, a person
/// with the old password has no session left. The caller's own session ends in the transaction of the change. So a
/// client that got no answer can send the same request again: either nothing has changed, or its session has ended, and
/// the sockets of ended sessions are closed.
///
/// Attempts are counted by session, so that guesses at a login refuse no change. All networks and devices are unknown
/// afterwards, except those of the caller: otherwise somebody who guesses could keep the caller from the next login.
/// They are made known with the new password before the change, so that a function that dies leaves no caller locked
/// out. The next login of the device gets it another id, so that a copy of its token is worth nothing then.
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
    let session = match authenticate(chat, caller).await {
        Err(Error::Refused(Refusal::Unauthenticated)) => return logout_all(chat, caller).await,
        authenticated => authenticated?,
    };
    change.new.is_not(&user.username).map_err(|why| Refusal::field("new_password", why))?;
    let folded = user.username.folded();
    let account = attempts::count_change(&chat.store, &folded, &caller.session, now()).await?;
    let (_, before) = account
        .filter(|(owner, _)| owner.id == caller.user)
        .ok_or_else(|| Error::internal("changing a password", "the user has none"))?;
    if !password_hash::verify(change.current, Some(before.clone())).await? {
        return Err(Refusal::WrongPassword.into());
    }
    let after = password_hash::hash(change.new.expose().to_owned()).await?;
    let known: Vec<_> = session.device_id.map(Source::Device).into_iter().chain([Source::Network(network)]).collect();
    let change = async {
        let forgiven = attempts::forgive(&chat.store, &folded, &known, &after, EarlierPasswords::Kept, now());
        let (mut others, ()) = tokio::try_join!(chat.store.sessions(caller.user), forgiven)?;
        others.retain(|session| session.id != caller.session);
        chat.store.end_sessions(&others).await?;
        if !chat.store.change_password(&folded, &before, &after, caller.user, &caller.session).await? {
            return Err(Refusal::WrongPassword.into());
        }
        chat.store.end_sessions(&chat.store.sessions(caller.user).await?).await
    };
    end_with(chat, caller.user, |_| true, change).await
}
