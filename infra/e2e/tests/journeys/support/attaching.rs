//! Attachments that a message does not take.

use e2e::User;

/// Asserts that a message does not take the attachment, and returns the reason.
pub(crate) async fn refused(sender: &User, room: u64, kind: &str, id: &str) -> String {
    let answer = sender.tries_to_attach(room, kind, id).await;
    answer.refuses(400, "attachment_invalid");
    answer.json()["detail"].as_str().unwrap().to_owned()
}
