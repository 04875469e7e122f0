//! Pushing events: the sockets that get an event, and the consequences if a socket does not take it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{CLOCKS_DIFFER_BY, Error, Event, RoomId, Timestamp, UserId, causes};
use futures_util::future::join_all;
use realtime::{Frame, Outcome};
use store::Socket;

use crate::{Chat, metrics::record, now};

/// The time within which a handshake ends. API Gateway answers 410 also while `$connect` runs, so 410 from a younger
/// socket does not count. `authorize` and `connect` have ten seconds each.
const CONNECTS_WITHIN: Duration = Duration::from_secs(20).saturating_add(CLOCKS_DIFFER_BY);

impl Chat {
    /// Returns the sockets of these users that hear a room. Returns none if they cannot be read.
    pub(crate) async fn audience(&self, users: &BTreeSet<UserId>, room: RoomId) -> Vec<Socket> {
        let mut sockets = self.audience_of_rooms(users).await;
        sockets.retain(|socket| socket.hears(room));
        sockets
    }

    /// Returns the sockets of these users for any room. Returns none if they cannot be read: the change is stored, and a
    /// client that misses an event sees the gap.
    pub(crate) async fn audience_of_rooms(&self, users: &BTreeSet<UserId>) -> Vec<Socket> {
        self.store.sockets(users).await.unwrap_or_else(|error| {
            tracing::warn!(cause = causes(&error), "an event reaches no socket: the sockets cannot be read");
            Vec::new()
        })
    }

    /// Pushes an event to sockets, and forgets the dead ones.
    pub(crate) async fn tell(&self, audience: Vec<Socket>, event: &Event<'_>) -> Result<(), Error> {
        let frame = Frame::new(event)?;
        self.push(audience.into_iter().map(|socket| (socket, frame.clone())).collect()).await;
        Ok(())
    }

    /// Pushes frames to sockets, and forgets the dead ones.
    pub(crate) async fn push(&self, pushes: Vec<(Socket, Frame)>) {
        let now = now();
        let (old, alive): (Vec<_>, Vec<_>) = pushes.into_iter().partition(|(socket, _)| socket.is_expired(now));
        let mut dead: Vec<_> = old.into_iter().map(|(socket, _)| socket).collect();
        let total = alive.len();
        let outcomes = self.sockets.push_all(alive, |socket| &socket.id).await;
        let mut slow = total - outcomes.len();
        let (mut delivered, mut gone, mut failed) = (0, 0, None);
        for (socket, outcome) in outcomes {
            match outcome {
                Outcome::Delivered => delivered += 1,
                Outcome::Gone => {
                    gone += 1;
                    if !is_connecting(&socket, now) {
                        dead.push(socket);
                    }
                }
                Outcome::Slow => slow += 1,
                Outcome::Failed(error) => {
                    slow += 1;
                    failed = Some(error);
                }
            }
        }
        record(|metrics| {
            metrics.pushes_delivered += delivered;
            metrics.pushes_gone += gone;
            metrics.pushes_slow += slow;
        });
        if let Some(error) = failed {
            tracing::error!(cause = causes(&*error), "pushes are refused");
        }
        if slow > 0 {
            tracing::warn!(slow, total, "sockets did not take an event");
        }
        self.forget(dead).await;
    }

    /// Forgets sockets, with one write for each user. A socket that has missed several events is forgotten once. If the
    /// write fails, the next event finds them dead again.
    pub(crate) async fn forget(&self, sockets: Vec<Socket>) {
        let now = now();
        let mut ids: BTreeMap<UserId, BTreeSet<String>> = BTreeMap::new();
        for socket in sockets {
            ids.entry(socket.user).or_default().insert(socket.id);
        }
        let removals = ids.into_iter().map(|(user, ids)| async move {
            let ids: Vec<_> = ids.into_iter().collect();
            self.store.remove_sockets(user, &ids, now).await
        });
        for error in join_all(removals).await.into_iter().filter_map(Result::err) {
            tracing::warn!(cause = causes(&error), "dead sockets are not forgotten");
        }
    }
}

/// Whether 410 may mean that the handshake of the socket has not ended.
pub(crate) fn is_connecting(socket: &Socket, now: Timestamp) -> bool {
    now.since(socket.connected_at) < CONNECTS_WITHIN
}
