//! A reader, which scrolls through lists.

use std::time::Duration;

use fastrand::Rng;
use history::{Listing, Position, Scope};
use reqwest::Method;
use tokio::time::sleep;

use super::{
    call::{Try, once, path_of},
    recorder::Recorder,
};
use crate::User;

/// The number of pages of one look at a list.
const PAGES: usize = 3;
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A reader.
pub(super) struct Reader {
    pub(super) user: User,
    pub(super) rooms: Vec<u64>,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
}

impl Reader {
    /// Reads until enough has been sent.
    pub(super) async fn reads(mut self) {
        while !self.recorder.has_enough() {
            if self.random.u8(..4) == 0 {
                self.scrolls(Scope::All, "/list-messages/").await;
            } else {
                let room = *self.random.choice(&self.rooms).expect("a reader has rooms");
                self.scrolls(Scope::Room(room), &format!("/list-conversation-messages/{room}/")).await;
            }
            sleep(LONGEST_PAUSE.mul_f64(self.random.f64())).await;
        }
    }

    /// Lists the newest page, and then older ones. Does not retry a page that fails.
    async fn scrolls(&mut self, scope: Scope, list: &str) {
        let mut position = Position::Latest;
        let mut path = format!("{list}?limit={}", self.random.u8(5..=50));
        for _ in 0..PAGES {
            let begun = self.recorder.now();
            let Try::Done(page, next) = once(&self.user, Method::GET, &path, None).await else { return };
            let messages: Vec<_> =
                page.as_array().into_iter().flatten().map(|shown| self.recorder.see(shown)).collect();
            let listing = Listing { user: self.user.id, scope, position, messages, begun };
            self.recorder.write().listings.push(listing);
            let Some(next) = next else { return };
            path = path_of(&next);
            let before = path.rsplit_once("before=").and_then(|(_, id)| id.parse().ok());
            position = Position::Before(before.unwrap_or_else(|| panic!("Link: {next}")));
        }
    }
}
