//! A reader, which scrolls through lists, and looks at rooms in which its user is, was or will be.

use std::time::Duration;

use fastrand::Rng;
use history::{Info, Listing, Mark, Marked, Position, Receipt, Scope, Visit};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    call::{Try, once},
    recorder::Recorder,
    rooms::Rooms,
};
use crate::User;

/// The number of pages of one look at a list.
const PAGES: usize = 3;

/// A reader.
pub(super) struct Reader {
    pub(super) user: User,
    pub(super) rooms: Rooms,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
    /// The longest pause after a look.
    pub(super) pause: Duration,
}

impl Reader {
    /// Reads until enough has been sent.
    pub(super) async fn reads(mut self) {
        while !self.recorder.has_enough() {
            match (self.random.u8(..8), self.rooms.pick(&mut self.random)) {
                (0 | 1, _) | (_, None) => self.scrolls(Scope::All, "/list-messages/").await,
                (2, _) => self.looks_around().await,
                (3, Some(room)) => self.lists_members(room).await,
                (4, Some(room)) => self.searches(room).await,
                (_, Some(room)) => {
                    self.scrolls(Scope::Room(room), &format!("/list-conversation-messages/{room}/")).await;
                }
            }
            sleep(self.pause.mul_f64(self.random.f64())).await;
        }
    }

    /// Lists the newest page, and then older ones. Does not retry a page that fails.
    async fn scrolls(&mut self, scope: Scope, list: &str) {
        let mut position = Position::Latest;
        let mut path = format!("{list}?limit={}", self.random.u8(5..=50));
        for _ in 0..PAGES {
            let begun = self.recorder.now();
            let Try::Done(page, next) = once(&self.user, Method::GET, &path, None).await else { return };
            let messages = self.recorder.see_all(self.user.id, page.as_array().into_iter().flatten(), begun);
            let (user, ended, newest) = (self.user.id, self.recorder.now(), messages.last().cloned());
            let own = messages.iter().rfind(|message| message.sender == user).map(|message| message.id);
            self.recorder.write().listings.push(Listing { user, scope, position, messages, begun, ended });
            if let (Scope::Room(room), Position::Latest) = (scope, position) {
                self.recorder.write().visits.push(Visit {
                    user,
                    room,
                    call: "list-conversation-messages",
                    begun,
                    ended,
                });
                if let Some(newest) = newest {
                    self.reads_up_to(room, newest.id).await;
                }
                if let Some(own) = own {
                    self.asks_who_has(room, own).await;
                }
            }
            let Some(next) = next else { return };
            let before = next.rsplit_once("before=").and_then(|(_, id)| id.parse().ok());
            position = Position::Before(before.unwrap_or_else(|| panic!("Link: {next}")));
            path = next;
        }
    }

    /// Lists the members of a room, which is refused to strangers.
    async fn lists_members(&self, room: u64) {
        let begun = self.recorder.now();
        let path = format!("/list-members/{room}/");
        if let Try::Done(..) = once(&self.user, Method::GET, &path, None).await {
            let (user, ended) = (self.user.id, self.recorder.now());
            self.recorder.write().visits.push(Visit { user, room, call: "list-members", begun, ended });
        }
    }

    /// Searches a room for the numbers of its messages, which is refused to strangers.
    async fn searches(&mut self, room: u64) {
        let begun = self.recorder.now();
        let path = format!("/search-messages/?conversation_id={room}&q={}", self.random.u8(1..10));
        if let Try::Done(found, _) = once(&self.user, Method::GET, &path, None).await {
            self.recorder.see_all(self.user.id, found["messages"].as_array().into_iter().flatten(), begun);
            let (user, ended) = (self.user.id, self.recorder.now());
            self.recorder.write().visits.push(Visit { user, room, call: "search-messages", begun, ended });
        }
    }

    /// Asks who has received and read an own message.
    async fn asks_who_has(&self, room: u64, message: u64) {
        let begun = self.recorder.now();
        let path = format!("/message-info/{room}/{message}/");
        if let Try::Done(receipts, _) = once(&self.user, Method::GET, &path, None).await {
            let ended = self.recorder.now();
            let receipt = |shown: &Value| Receipt {
                user: shown["user"].as_u64().unwrap_or_default(),
                delivered: !shown["delivered_at"].is_null(),
                read: !shown["read_at"].is_null(),
            };
            let receipts = receipts.as_array().into_iter().flatten().map(receipt).collect();
            self.recorder.write().infos.push(Info { room, message, receipts, begun, ended });
        }
    }

    async fn reads_up_to(&self, room: u64, message: u64) {
        let begun = self.recorder.now();
        self.recorder.write().marked.push(Marked { user: self.user.id, room, mark: Mark::Read, message, begun });
        let body = json!({"conversation_id": room, "message_ids": [message]});
        if let Try::Done(..) = once(&self.user, Method::POST, "/read-message/", Some(&body)).await {
            let (user, ended) = (self.user.id, self.recorder.now());
            self.recorder.write().visits.push(Visit { user, room, call: "read-message", begun, ended });
        }
    }

    async fn looks_around(&self) {
        let begun = self.recorder.now();
        if let Try::Done(rooms, _) = once(&self.user, Method::GET, "/list-chatrooms/", None).await {
            self.recorder.looks_around(self.user.id, &rooms, begun);
        }
    }
}
