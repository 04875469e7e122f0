//! Clients that catch up with all their rooms at once: those with even ids.

use std::sync::Arc;

use history::{Listing, Message, Position, Scope, Step, Time, Visit};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    call::persist,
    device::{BEGINNING, Device},
};

impl Device {
    /// Whether the client asks for the news of all rooms, and not for lists of each.
    pub(super) const fn syncs(&self) -> bool {
        self.user.id.is_multiple_of(2)
    }

    /// Asks for the news of all rooms, to the end or to what may still be on its way. A room that the client is to begin
    /// anew is listed, and asked for again.
    pub(super) async fn catches_up_with_all(&mut self) {
        loop {
            let known: Map<String, Value> =
                self.timelines.iter().map(|(room, timeline)| (room.to_string(), timeline.known())).collect();
            let (begun, body) = (self.recorder.now(), json!({"rooms": known}));
            let answer = persist(&self.user, &mut self.random, Method::POST, "/sync/", Some(&body)).await;
            let (answer, _) = answer.unwrap_or_else(|problem| panic!("the news were refused: {problem}"));
            let mut has_more = answer["more"] == true;
            for room in self.timelines.keys().copied().collect::<Vec<_>>() {
                let name = room.to_string();
                if let Some(news) = answer["rooms"].get(&name) {
                    has_more |= self.takes(room, &known[&name], news, begun).await;
                } else if !has_more && !is_in(&answer["gone"], room) {
                    self.has_no_news(room, begun);
                }
            }
            if !has_more {
                return;
            }
        }
    }

    /// Takes the news of a room. Returns whether there may be more.
    async fn takes(&mut self, room: u64, known: &Value, news: &Value, begun: Time) -> bool {
        let (user, ended) = (self.user.id, self.recorder.now());
        self.recorder.write().visits.push(Visit { user, room, call: "sync", begun, ended });
        let see = |name: &str| {
            let shown = news[name].as_array().into_iter().flatten();
            self.recorder.see_all(user, shown, begun)
        };
        let (mut messages, changed) = (see("messages"), see("changed"));
        let is_anew = news["reset"] == true;
        if is_anew {
            let Some(all) = self.lists(room, BEGINNING).await else { return false };
            messages = all;
        } else if let Some(after) = known["after"].as_u64() {
            self.lists_news(room, after, &messages, begun);
        }
        // A message that is new may have changed since it was read.
        messages.retain(|message| changed.iter().all(|one| one.id != message.id));
        messages.extend(changed);
        let Some(timeline) = self.timelines.get_mut(&room) else { return false };
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        let (after, change, ended) = (number(&known["change"]), number(&news["change"]), self.recorder.now());
        let is_all = news["more"] == false && !is_anew;
        timeline.is_of(news["membership"].as_u64());
        timeline.follows(Step { after, change, messages, is_all, is_anew, is_event: false, begun, ended });
        !is_all
    }

    fn lists_news(&mut self, room: u64, after: u64, messages: &[Arc<Message>], begun: Time) {
        if let Some(timeline) = self.timelines.get_mut(&room) {
            timeline.is_listed(messages);
        }
        let (user, ended) = (self.user.id, self.recorder.now());
        let (scope, position, messages) = (Scope::Room(room), Position::After(after), messages.to_vec());
        self.recorder.write().listings.push(Listing { user, scope, position, messages, begun, ended });
    }

    /// The client has everything of a room that the answer leaves out.
    fn has_no_news(&mut self, room: u64, begun: Time) {
        let ended = self.recorder.now();
        if let Some(timeline) = self.timelines.get_mut(&room) {
            let change = timeline.change();
            let (messages, is_all, is_anew, is_event) = (Vec::new(), true, false, false);
            timeline.follows(Step { after: change, change, messages, is_all, is_anew, is_event, begun, ended });
        }
    }
}

fn is_in(list: &Value, room: u64) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|one| one == room))
}
