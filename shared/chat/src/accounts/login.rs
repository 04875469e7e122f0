//! Logging in: count the attempt, verify the password, open a session, end those that are idle for too long.

use std::{cmp::Reverse, time::Duration};

use domain::{
    Credentials, DeviceName, Error, MAX_SESSIONS, Network, RefreshToken, Refusal, SessionId, SoughtUsername, Timestamp,
    User,
};
use store::{DEVICE_KEPT_FOR, EarlierPasswords, Renewal, Session, Source};

use super::{
    attempts::{self, Counted},
    password_hash,
};
use crate::{Caller, Chat, now};

/// The lifetime of a session after its last use, which is a login or a refresh.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(60 * 24);
/// The lifetime of an access token: a day, as that of the first version, whose clients do not refresh. Each call reads
/// the session, so a shorter one would end nothing earlier.
pub const ACCESS_LIFETIME: Duration = Duration::from_hours(24);
/// The time after the last use of a session in which it may have a valid access token, or an open socket, which API
/// Gateway closes after two hours.
const IN_USE_FOR: Duration = ACCESS_LIFETIME.saturating_add(Duration::from_hours(3));

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

/// A login or a refresh that has succeeded.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user.
    pub user: User,
    /// The session, which the login opened.
    pub session: Session,
    /// The device that logged in.
    pub device: Device,
    /// The token of the next refresh.
    pub refresh_token: RefreshToken,
    /// The time of the login or the refresh.
    pub at: Timestamp,
}

impl Login {
    /// The user with the session.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller { user: self.user.id, session: self.session.id.clone(), at: self.at }
    }
}

/// Computes the hash for unknown names, so that the first login of a process takes as long as any other.
pub fn prepare_login() {
    password_hash::prepare();
}

/// Opens a session if the password is right. An unknown name costs the same time and the same calls, so that neither
/// reveals which names exist. A device that is known with this name is counted apart from its network. `name` is the
/// name of the device in the list of sessions.
///
/// # Errors
/// `InvalidCredentials`, `RateLimited`.
pub async fn login(
    chat: &Chat,
    network: Network,
    device: Option<Device>,
    name: Option<DeviceName>,
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
    let (session, refresh_token) = new_session(&user, &device, name, now)?;
    let device = Device { username: folded.to_owned(), id: device };
    let (opened, (), sessions) = tokio::try_join!(
        chat.store.open_session(&session, folded, &hash),
        attempts::forgive(&chat.store, folded, &known, &hash, EarlierPasswords::Forgotten, now),
        chat.store.sessions(user.id),
    )?;
    if !opened {
        return Err(Refusal::InvalidCredentials.into());
    }
    if let Some(former) = former {
        chat.store.make_unknown(folded, &Source::Device(former)).await?;
    }
    chat.store.end_sessions(&idle(sessions, now)).await?;
    Ok(Login { user, session, device, refresh_token, at: now })
}

/// A session of a user that begins now, and its first refresh token.
fn new_session(
    user: &User,
    device: &str,
    name: Option<DeviceName>,
    now: Timestamp,
) -> Result<(Session, RefreshToken), Error> {
    let id = SessionId::new(random()?);
    let nonce = random_id()?;
    let token = RefreshToken::first(user.id, id.clone(), random()?, &nonce);
    let renewal = Renewal {
        username: user.username.as_str().to_owned(),
        device: name,
        created_at: now.millis(),
        renewed_at: now.millis(),
        secret_hash: token.secret_hash(),
        nonce,
        previous: None,
        full_at: now.millis(),
    };
    let session = Session {
        id: id.to_string(),
        user_id: user.id,
        expires_at: (now + SESSION_LIFETIME).seconds(),
        device_id: Some(device.to_owned()),
        renewal: Some(renewal),
    };
    Ok((session, token))
}

/// Those of a user's sessions that have not been used longest, beyond [`MAX_SESSIONS`]. None has a valid access token or
/// an open socket, so they end without anybody noticing but their own device, which logs in again. Otherwise a program
/// that logs in again and again would leave sessions without a limit.
fn idle(sessions: Vec<Session>, now: Timestamp) -> Vec<Session> {
    let renewed_at = |session: &Session| session.renewal.as_ref().map(Renewal::renewed_at);
    let mut sessions = sessions;
    sessions.sort_by_key(|session| Reverse(renewed_at(session)));
    let beyond = sessions.into_iter().skip(MAX_SESSIONS);
    beyond.filter(|session| renewed_at(session).is_some_and(|at| now.since(at) > IN_USE_FOR)).collect()
}

/// Returns random bytes.
fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut random = [0; N];
    getrandom::fill(&mut random).map_err(|error| Error::internal("making an id", error.to_string()))?;
    Ok(random)
}

/// Returns 128 random bits in hexadecimal digits.
pub(super) fn random_id() -> Result<String, Error> {
    Ok(format!("{:032x}", u128::from_be_bytes(random()?)))
}

#[cfg(test)]
mod tests {
    use domain::UserId;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn session(number: usize, age: Duration) -> Session {
        let user = User { id: UserId::try_from(1).unwrap(), username: "ann".to_owned().try_into().unwrap() };
        let (session, _) = new_session(&user, "d1", None, NOW - age).unwrap();
        Session { id: format!("s{number}"), ..session }
    }

    #[test]
    fn session_ids_differ() {
        assert_ne!(random_id().unwrap(), random_id().unwrap());
    }

    #[test]
    fn of_too_many_sessions_those_end_that_have_been_idle_longest() {
        let days = |number: usize| Duration::from_hours(24 * u64::try_from(number).unwrap());
        let sessions: Vec<_> = (0..MAX_SESSIONS + 3).map(|number| session(number, days(number))).collect();
        let ended: Vec<_> = idle(sessions.clone(), NOW).into_iter().map(|session| session.id).collect();
        assert_eq!(ended, ["s100", "s101", "s102"]);
        assert!(idle(sessions.into_iter().take(MAX_SESSIONS).collect(), NOW).is_empty());
    }

    #[test]
    fn a_session_that_may_be_in_use_stays() {
        let sessions = (0..MAX_SESSIONS + 3).map(|number| session(number, IN_USE_FOR)).collect();
        assert!(idle(sessions, NOW).is_empty());
        let without = Session { renewal: None, ..session(0, Duration::ZERO) };
        assert!(idle(vec![without; MAX_SESSIONS + 3], NOW).is_empty());
    }
}
