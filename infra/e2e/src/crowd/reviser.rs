//! A user's second device, which edits, deletes, reacts and forwards.

use std::time::Duration;

use fastrand::Rng;
use history::{Outcome, Revision, Wish};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{join, time::sleep};

use super::{
    call::{Pauses, Try, once},
    forwarder::Forwarder,
    recent::{Recent, Seen},
    recorder::Recorder,
};
use crate::User;

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
            match self.random.u8(..20) {
                0..=4 => self.changes(|seen| seen.sender == own, Self::edit).await,
                5 | 6 => self.changes(|seen| seen.sender == own, |_| Wish::Delete).await,
                // An admin may, and others are refused.
                7 => self.changes(|seen| seen.sender != own, |_| Wish::Delete).await,
                8 => self.changes(|_| true, |_| Wish::Hide).await,
                9..=14 => self.changes(|_| true, Self::reaction).await,
                15 => self.forwards().await,
                16 => self.changes_twice(|seen| seen.sender == own, Self::edit, |_| Wish::Delete).await,
                17 => self.changes_twice(|seen| seen.sender == own, Self::edit, Self::edit).await,
                18 => self.changes_twice(|seen| seen.sender == own, Self::reaction, |_| Wish::Delete).await,
                _ => self.changes_twice(|_| true, Self::reaction, Self::reaction).await,
            }
        }
    }

    fn edit(&mut self) -> Wish {
        self.edits += 1;
        Wish::Edit(format!("{}/edit {}", self.user.id, self.edits))
    }

    fn reaction(&mut self) -> Wish {
        let emoji = self.random.choice(EMOJIS).filter(|_| self.random.u8(..5) > 0);
        Wish::React(emoji.map(str::to_owned))
    }

    async fn changes(&mut self, is_wanted: impl Fn(&Seen) -> bool, wish: impl Fn(&mut Self) -> Wish) {
        let Some(seen) = self.recent.pick(&mut self.random, is_wanted) else { return };
        let wish = wish(self);
        let random = self.random.fork();
        revise(&self.user, &self.recorder, random, seen, wish).await;
    }

    /// Changes a message twice at the same moment, as two devices of the user.
    async fn changes_twice(
        &mut self,
        is_wanted: impl Fn(&Seen) -> bool,
        one: impl Fn(&mut Self) -> Wish,
        other: impl Fn(&mut Self) -> Wish,
    ) {
        let Some(seen) = self.recent.pick(&mut self.random, is_wanted) else { return };
        let wishes = (one(self), other(self));
        let randoms = (self.random.fork(), self.random.fork());
        join!(
            revise(&self.user, &self.recorder, randoms.0, seen, wishes.0),
            revise(&self.user, &self.recorder, randoms.1, seen, wishes.1)
        );
    }

    async fn forwards(&mut self) {
        if let Some(seen) = self.recent.pick(&mut self.random, |_| true) {
            self.forwarder.forwards(seen).await;
        }
    }
}

/// Repeats a change until it succeeds or a rule refuses it, and records it.
async fn revise(user: &User, recorder: &Recorder, mut random: Rng, seen: Seen, what: Wish) {
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
    recorder.revised(Revision { by, room, id, what, begun, ended, failed, outcome });
}

fn call(Seen { room, id, .. }: Seen, wish: &Wish) -> (&'static str, Value) {
    let body = |name: &str, value: Value| json!({"conversation_id": room, "message_id": id, name: value});
    match wish {
        Wish::Edit(text) => ("/edit-message/", body("text", json!(text))),
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
        Some("not_an_admin") => matches!(wish, Wish::Edit(_)),
        Some("message_deleted") => matches!(wish, Wish::Edit(_) | Wish::React(_)),
        Some("not_the_sender") => match wish {
            Wish::Edit(_) => seen.is_forwarded,
            Wish::Delete => seen.sender != user.id,
            Wish::Hide | Wish::React(_) => false,
        },
        _ => false,
    }
}
