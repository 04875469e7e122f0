//! A user's second device, which edits, deletes, reacts and forwards.

use std::time::Duration;

use fastrand::Rng;
use history::{Link, Outcome, Revision, Wish};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    join,
    time::{Instant, sleep},
};

use super::{
    call::{Pauses, Try, once},
    forwarder::Forwarder,
    recent::{Recent, Seen},
    recorder::Recorder,
};
use crate::{User, fetch};

/// The time in which the files of a deleted message leave, with two retries after faults.
const FILES_LEAVE_WITHIN: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(500);
const EMOJIS: [&str; 4] = ["👍", "❤️", "😂", "👨‍👩‍👧‍👦"];

/// A reviser.
pub(super) struct Reviser {
    pub(super) user: User,
    pub(super) recent: Recent,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
    pub(super) forwarder: Forwarder,
    /// The longest pause after a change.
    pub(super) pause: Duration,
    /// The number of its edits, so that each has a text of its own.
    pub(super) edits: u64,
}

impl Reviser {
    /// Changes messages until enough has been acknowledged.
    pub(super) async fn revises(mut self) {
        while !self.recorder.has_enough() {
            sleep(self.pause.mul_f64(self.random.f64())).await;
            let own = self.user.id;
            match self.random.u8(..22) {
                0..=4 => self.changes(|seen| seen.sender == own, Self::edit).await,
                5 | 6 => self.changes(|seen| seen.sender == own, |_, _| Wish::Delete).await,
                // An admin may, and others are refused.
                7 => self.changes(|seen| seen.sender != own, |_, _| Wish::Delete).await,
                8 => self.changes(|_| true, |_, _| Wish::Hide).await,
                9..=14 => self.changes(|_| true, Self::reaction).await,
                15 => self.forwards().await,
                16 => self.changes_twice(|seen| seen.sender == own, Self::edit, |_, _| Wish::Delete).await,
                17 => self.changes_twice(|seen| seen.sender == own, Self::edit, Self::edit).await,
                18 => self.changes_twice(|seen| seen.sender == own, Self::reaction, |_, _| Wish::Delete).await,
                19 => self.changes_twice(|_| true, Self::reaction, Self::reaction).await,
                _ => self.deletes_a_picture().await,
            }
        }
    }

    fn edit(&mut self, seen: Seen) -> Wish {
        self.edits += 1;
        let mentions = self.random.bool().then(|| self.recent.mentions(&mut self.random, seen.room));
        Wish::Edit(format!("{}/edit {}", self.user.id, self.edits), mentions)
    }

    fn reaction(&mut self, _: Seen) -> Wish {
        let emoji = self.random.choice(EMOJIS).filter(|_| self.random.u8(..5) > 0);
        Wish::React(emoji.map(str::to_owned))
    }

    async fn changes(&mut self, is_wanted: impl Fn(&Seen) -> bool, wish: impl Fn(&mut Self, Seen) -> Wish) {
        let Some(seen) = self.recent.pick(&mut self.random, is_wanted) else { return };
        let wish = wish(self, seen);
        let random = self.random.fork();
        revise(&self.user, &self.recorder, random, seen, wish).await;
    }

    /// Changes a message twice at the same moment, as two devices of the user.
    async fn changes_twice(
        &mut self,
        is_wanted: impl Fn(&Seen) -> bool,
        one: impl Fn(&mut Self, Seen) -> Wish,
        other: impl Fn(&mut Self, Seen) -> Wish,
    ) {
        let Some(seen) = self.recent.pick(&mut self.random, is_wanted) else { return };
        let wishes = (one(self, seen), other(self, seen));
        let randoms = (self.random.fork(), self.random.fork());
        join!(
            revise(&self.user, &self.recorder, randoms.0, seen, wishes.0),
            revise(&self.user, &self.recorder, randoms.1, seen, wishes.1)
        );
    }

    /// Deletes an own message with a picture for everyone, and waits until its link ends.
    async fn deletes_a_picture(&mut self) {
        let own = self.user.id;
        let has_picture = |seen: &Seen| seen.sender == own && seen.has_picture;
        let Some(seen) = self.recent.pick(&mut self.random, has_picture) else { return };
        let Seen { room, id, .. } = seen;
        let path = format!("/list-conversation-messages/{room}/?limit=1&after={}", id - 1);
        let Try::Done(page, _) = once(&self.user, Method::GET, &path, None).await else { return };
        let link = page[0]["attachment_picture"]["url"].as_str().filter(|_| page[0]["id"] == id);
        let random = self.random.fork();
        let is_deleted = revise(&self.user, &self.recorder, random, seen, Wish::Delete).await;
        if let Some(link) = link.filter(|_| is_deleted) {
            let is_gone = ends(link).await;
            self.recorder.write().links.push(Link { room, id, is_gone });
        }
    }

    async fn forwards(&mut self) {
        if let Some(seen) = self.recent.pick(&mut self.random, |_| true) {
            self.forwarder.forwards(seen).await;
        }
    }
}

/// Repeats a change until it succeeds or a rule refuses it, and records it. Returns whether it has succeeded.
async fn revise(user: &User, recorder: &Recorder, mut random: Rng, seen: Seen, what: Wish) -> bool {
    let Seen { room, id, .. } = seen;
    let (path, body) = call(seen, &what);
    let begun = recorder.now();
    let (mut failed, mut pauses) = (0, Pauses::default());
    let outcome = loop {
        match once(user, Method::POST, path, Some(&body)).await {
            Try::Done(message, _) => break Outcome::Acknowledged(recorder.see(&message)),
            Try::Refused(problem) => {
                assert!(is_known(&problem["code"], &what, seen, user), "{path} was refused: {problem}");
                // An earlier try may have been served although it failed.
                break if failed == 0 { Outcome::Refused } else { Outcome::Unknown };
            }
            Try::Again(wait) => {
                failed += 1;
                pauses.pause(&mut random, wait, path).await;
            }
        }
    };
    let (by, ended) = (user.id, recorder.now());
    let revision = Revision { by, room, id, what, begun, ended, failed, outcome };
    let is_done = revision.is_sure();
    recorder.revised(revision);
    is_done
}

/// Waits until a link ends. Returns whether it does.
async fn ends(link: &str) -> bool {
    let last = Instant::now() + FILES_LEAVE_WITHIN;
    while fetch(link).await.status().is_success() {
        if Instant::now() > last {
            return false;
        }
        sleep(PAUSE).await;
    }
    true
}

fn call(Seen { room, id, .. }: Seen, wish: &Wish) -> (&'static str, Value) {
    let body = |name: &str, value: Value| json!({"conversation_id": room, "message_id": id, name: value});
    match wish {
        Wish::Edit(text, mentions) => {
            let mut edit = body("text", json!(text));
            edit["mentions"] = json!(mentions.as_ref().map(|mentions| &mentions.users));
            edit["mentions_all"] = json!(mentions.as_ref().map(|mentions| mentions.all));
            ("/edit-message/", edit)
        }
        Wish::Delete => ("/delete-message/", body("for", json!("everyone"))),
        Wish::Hide => ("/delete-message/", body("for", json!("me"))),
        Wish::React(emoji) => ("/react-to-message/", body("emoji", json!(emoji))),
    }
}

/// Whether a refusal can be right: the user has left the room, cannot see the message or has no right, or the message
/// is deleted. Nobody edits a forwarded message.
fn is_known(code: &Value, wish: &Wish, seen: Seen, user: &User) -> bool {
    match code.as_str() {
        Some("not_a_member" | "room_not_found" | "message_not_found") => true,
        Some("not_an_admin") => matches!(wish, Wish::Edit(..)),
        Some("message_deleted") => matches!(wish, Wish::Edit(..) | Wish::React(_)),
        Some("not_the_sender") => match wish {
            Wish::Edit(..) => seen.is_forwarded,
            Wish::Delete => seen.sender != user.id,
            Wish::Hide | Wish::React(_) => false,
        },
        _ => false,
    }
}
