use e2e::User;

/// Asserts that a message with this attachment is refused, and returns the reason.
pub(crate) async fn refused(sender: &User, room: u64, kind: &str, id: &str) -> String {
    let answer = sender.tries_to_attach(room, kind, id).await;
    answer.refuses(400, "attachment_invalid");
    answer.json()["detail"].as_str().unwrap().to_owned()
}
