//! A second client, whose sockets are for one room from which its user may be removed.

use std::time::Duration;

use history::Time;
use serde_json::Value;
use tokio::time::sleep;

use super::recorder::Recorder;
use crate::{Socket, User, contract::CONTRACT};

const PAUSE: Duration = Duration::from_millis(500);

/// Opens one socket after another, while the user is in the room, and records what it hears.
pub(super) async fn listens(user: User, room: u64, recorder: Recorder) {
    let url = format!("{}?room_name={room}", user.server.websocket_url());
    let bearer = format!("Bearer {}", user.token);
    while !recorder.is_over() {
        if let Ok(mut socket) = Socket::tries_to_open(&url, &[("authorization", &bearer)]).await {
            while !recorder.is_over() {
                let since = recorder.now();
                tokio::select! {
                    text = socket.next_text() => match text {
                        Some(text) => hears(&recorder, user.id, room, since, &text),
                        None => break,
                    },
                    () = sleep(PAUSE) => {}
                }
            }
        }
        sleep(PAUSE).await;
    }
}

fn hears(recorder: &Recorder, user: u64, room: u64, since: Time, text: &str) {
    let event: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("an event is JSON: {text}"));
    if event.get("type").is_some() {
        CONTRACT.assert_event(&event);
        recorder.hears(user, Some(room), since, &event);
    }
}
