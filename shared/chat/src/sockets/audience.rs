//! Telling people: which sockets get an event, and what becomes of sockets that do not take it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{CLOCKS_DIFFER_BY, Error, Event, RoomId, Timestamp, UserId, causes};
use futures_util::future::join_all;
use realtime::{Frame, Outcome};
use store::Socket;

use crate::{Chat, now};

/// API Gateway answers 410 also for a socket whose `$connect` has not finished, for which `authorize` and `connect` have ten
/// seconds each; one that may be younger is not forgotten for it.
const CONNECTS_WITHIN: Duration = Duration::from_secs(20).saturating_add(CLOCKS_DIFFER_BY);

impl Chat {
    /// The sockets of these users that hear a room. None where they cannot be read: what happened has happened, and a
    /// client that misses an event sees the gap.
    pub(crate) async fn audience(&self, users: &BTreeSet<UserId>, room: RoomId) -> Vec<Socket> {
        match self.store.sockets(users).await {
            Ok(sockets) => sockets.into_iter().filter(|socket| socket.hears(room)).collect(),
            Err(error) => {
                tracing::warn!(cause = causes(&error), "nobody is told: the sockets are unknown");
                Vec::new()
            }
        }
    }

    /// Tells an event to sockets, and forgets those that are dead.
    pub(crate) async fn tell(&self, audience: Vec<Socket>, event: &Event<'_>) -> Result<(), Error> {
        let frame = Frame::new(event)?;
        self.push(audience.into_iter().map(|socket| (socket, frame.clone())).collect()).await;
        Ok(())
    }

    /// Pushes frames to sockets, and forgets those that are dead.
    pub(crate) async fn push(&self, pushes: Vec<(Socket, Frame)>) {
        let now = now();
        let (old, alive): (Vec<_>, Vec<_>) = pushes.into_iter().partition(|(socket, _)| socket.is_expired(now));
        let mut dead: Vec<_> = old.into_iter().map(|(socket, _)| socket).collect();
        let total = alive.len();
        let outcomes = self.sockets.push_all(alive, |socket| &socket.id).await;
        let mut slow = total - outcomes.len();
        let mut failed = None;
        for (socket, outcome) in outcomes {
            match outcome {
                Outcome::Delivered => {}
                Outcome::Gone if is_connecting(&socket, now) => {}
                Outcome::Gone => dead.push(socket),
                Outcome::Slow => slow += 1,
                Outcome::Failed(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            tracing::error!(cause = causes(&*error), "pushes are refused");
        }
        if slow > 0 {
            tracing::warn!(slow, total, "sockets did not take an event");
        }
        self.forget(dead).await;
    }

    /// Forgets sockets, a write a user. A failure is left to the next event that finds them dead.
    pub(crate) async fn forget(&self, sockets: Vec<Socket>) {
        let mut ids: BTreeMap<UserId, Vec<String>> = BTreeMap::new();
        for socket in sockets {
            ids.entry(socket.user).or_default().push(socket.id);
        }
        let removals = ids.iter().map(|(user, ids)| self.store.remove_sockets(*user, ids));
        for error in join_all(removals).await.into_iter().filter_map(Result::err) {
            tracing::warn!(cause = causes(&error), "dead sockets are not forgotten");
        }
    }
}

/// Whether 410 may mean that the socket is not open yet.
pub(crate) fn is_connecting(socket: &Socket, now: Timestamp) -> bool {
    now.since(socket.connected_at) < CONNECTS_WITHIN
}
