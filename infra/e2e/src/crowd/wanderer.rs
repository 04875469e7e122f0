//! A wanderer, which leaves a room and comes back, again and again.

use std::time::Duration;

use fastrand::Rng;
use history::{Stay, Time};
use reqwest::Method;
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use super::{call::persist, device::Request, recorder::Recorder};
use crate::User;

/// The shortest and the longest stay.
const STAYS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(6)];
const PAUSE: Duration = Duration::from_millis(100);

/// A wanderer.
pub(super) struct Wanderer {
    pub(super) user: User,
    pub(super) room: u64,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
    pub(super) device: mpsc::Sender<Request>,
    /// The times between which the user joined the room.
    pub(super) since: (Time, Time),
    /// The shortest and the longest absence.
    pub(super) away: [Duration; 2],
}

impl Wanderer {
    /// Leaves and joins until the crowd ends.
    pub(super) async fn wanders(mut self) {
        loop {
            self.rests(STAYS).await;
            if self.recorder.is_over() {
                break self.stayed(None);
            }
            let until = self.leaves().await;
            self.stayed(Some(until));
            self.rests(self.away).await;
            if self.recorder.is_over() {
                break;
            }
            self.since = self.joins().await;
            self.recorder.comes_back();
        }
    }

    async fn rests(&mut self, [shortest, longest]: [Duration; 2]) {
        let end = Instant::now() + shortest + longest.saturating_sub(shortest).mul_f64(self.random.f64());
        while Instant::now() < end && !self.recorder.is_over() {
            sleep(PAUSE).await;
        }
    }

    fn stayed(&self, until: Option<(Time, Time)>) {
        let Self { user, room, since, .. } = self;
        self.recorder.write().stays.push(Stay { user: user.id, room: *room, since: *since, until, ..Stay::default() });
    }

    async fn leaves(&mut self) -> (Time, Time) {
        // Before the call, so that the client does not expect to see the last messages.
        let _ = self.device.send(Request::Forget(self.room)).await;
        let begun = self.recorder.now();
        let path = format!("/leave-chatroom/{}/", self.room);
        // If a try was served and its answer got lost, the retry finds that the user has left.
        if let Err(problem) = persist(&self.user, &mut self.random, Method::DELETE, &path, None).await {
            assert_eq!(problem["code"], "not_a_member", "leaving a room");
        }
        (begun, self.recorder.now())
    }

    async fn joins(&mut self) -> (Time, Time) {
        let begun = self.recorder.now();
        let body = json!({"chatroom_id": self.room});
        let joined = persist(&self.user, &mut self.random, Method::POST, "/join-chatroom/", Some(&body)).await;
        joined.unwrap_or_else(|problem| panic!("joining a room: {problem}"));
        let since = (begun, self.recorder.now());
        let _ = self.device.send(Request::Follow { room: self.room, since: Time::ZERO }).await;
        since
    }
}
