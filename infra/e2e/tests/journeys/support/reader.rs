//! A reader follows a room message by message and must not miss any.

use std::time::Duration;

use e2e::User;
use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::{Instant, sleep};

/// The time that a reader waits for a message. A hole in the sequence is final long before that.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(200);

/// A reader of a room, which lists from its last read message on.
pub(crate) struct Reader {
    user: User,
    room: u64,
    read: Vec<Value>,
}

impl Reader {
    /// A reader that has read the first message of a room.
    pub(crate) fn after(user: &User, room: u64, first: Value) -> Self {
        Self { user: user.clone(), room, read: vec![first] }
    }

    /// Reads all messages that are listed after the last one.
    pub(crate) async fn reads_on(&mut self) {
        let last = &self.read.last().unwrap()["id"];
        let new = self.user.lists(&format!("/list-conversation-messages/{}/?after={last}", self.room)).await;
        self.read.extend(new);
    }

    /// Reads to the end of the room. Asserts that the reader has skipped no message and read none twice, and that the
    /// messages have these texts, in this order, with at most this number of holes between them.
    async fn has_read(mut self, texts: &[&str], holes: u64) {
        let deadline = Instant::now() + PATIENCE;
        let all = self.user.sees_messages(self.room).await;
        while self.read.last() != all.last() {
            assert!(Instant::now() < deadline, "{:?} of {all:?}", self.read);
            sleep(PAUSE).await;
            self.reads_on().await;
        }
        assert_eq!(self.read, all, "a reader jumps over nothing");
        assert_eq!(all.iter().map(|message| message["text"].as_str().unwrap()).collect::<Vec<_>>(), texts);
        let sequences: Vec<u64> = all.iter().map(|message| message["sequence"].as_u64().unwrap()).collect();
        assert!(sequences.is_sorted_by(|one, other| one < other), "{sequences:?}");
        let last = *sequences.last().unwrap();
        assert!(last - all.len() as u64 <= holes, "{sequences:?} has more holes than crashes");
        assert_eq!(self.user.sees_room(self.room).await["last_message"], *all.last().unwrap());
    }
}

/// Asserts that every reader has read three messages, of which "again" came second if its first try was stored.
/// They wait concurrently, because each hole takes seconds until it is final.
pub(crate) async fn all_have_read(readers: Vec<(Reader, bool)>) {
    join_all(readers.into_iter().map(async |(reader, stored)| {
        let texts = if stored { ["first", "again", "between"] } else { ["first", "between", "again"] };
        reader.has_read(&texts, 1).await;
    }))
    .await;
}
