//! Logging in: count the attempt, verify the password, open a session.

use std::time::Duration;

use domain::{Credentials, Error, Network, Refusal, SoughtUsername, User};
use store::{DEVICE_KEPT_FOR, EarlierPasswords, Session, Source};

use super::{
    attempts::{self, Counted},
    password_hash,
};
use crate::{Caller, Chat, now};

/// The lifetime of a session and of its access token.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(24);

/// A device that has logged in with a name, as its token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The folded name.
    pub username: String,
    /// The id of the device.
    pub id: String,
}

impl Device {
    /// How long a device is known after its last login.
    pub const KNOWN_FOR: Duration = DEVICE_KEPT_FOR;
}

/// A login that has succeeded.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user.
    pub user: User,
    /// The session that the login opened.
    pub session: Session,
    /// The device that logged in.
    pub device: Device,
}

impl Login {
    /// The user with the session that the login opened.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller { user: self.user.id, session: self.session.id.clone(), at: now() }
    }
}

/// Computes the hash for unknown names, so that the first login of a process takes as long as any other.
pub fn prepare_login() {
    password_hash::prepare();
}

/// Opens a session if the password is right. An unknown name costs the same time and the same calls, so that neither
/// reveals which names exist. A device that is known with this name is counted apart from its network.
///
/// # Errors
/// `InvalidCredentials`, `RateLimited`.
pub async fn login(
    chat: &Chat,
    network: Network,
    device: Option<Device>,
    credentials: Credentials,
) -> Result<Login, Error> {
    let Some(username) = SoughtUsername::parse(&credentials.username) else {
        password_hash::verify(credentials.password, None).await?;
        return Err(Refusal::InvalidCredentials.into());
    };
    let folded = username.folded();
    let device = device.filter(|device| device.username == folded).map(|device| device.id);
    let (account, counted) = attempts::count(&chat.store, folded, network, device, now()).await?;
    let correct = password_hash::verify(credentials.password, account.as_ref().map(|(_, hash)| hash.clone())).await?;
    let (user, hash) = account.filter(|_| correct).ok_or(Refusal::InvalidCredentials)?;
    let now = now();
    // A token from before a change of the password never counts again.
    let (device, network, former) = match counted {
        Counted::Device { id, has_changed: false } => (id, None, None),
        Counted::Device { id, has_changed: true } => (random_id()?, None, Some(id)),
        Counted::Network(network) => (random_id()?, Some(network), None),
    };
    let known = network.map(Source::Network).into_iter().chain([Source::Device(device.clone())]).collect::<Vec<_>>();
    let session = Session {
        id: random_id()?,
        user_id: user.id,
        expires_at: (now + SESSION_LIFETIME).seconds(),
        device_id: Some(device.clone()),
    };
    let device = Device { username: folded.to_owned(), id: device };
    let (opened, ()) = tokio::try_join!(
        chat.store.open_session(&session, folded, &hash),
        attempts::forgive(&chat.store, folded, &known, &hash, EarlierPasswords::Forgotten, now),
    )?;
    if !opened {
        return Err(Refusal::InvalidCredentials.into());
    }
    if let Some(former) = former {
        chat.store.make_unknown(folded, &Source::Device(former)).await?;
    }
    Ok(Login { user, session, device })
}

/// Returns 128 random bits in hexadecimal digits.
fn random_id() -> Result<String, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::internal("making an id", error.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_differ() {
        assert_ne!(random_id().unwrap(), random_id().unwrap());
    }
}
