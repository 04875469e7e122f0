use domain::{Error, UserId};

use crate::{Chat, now};

/// Forgets a socket that has closed. If it was the last one, its user is last seen now.
pub async fn disconnect(chat: &Chat, user: UserId, connection: &str) -> Result<(), Error> {
    chat.store.remove_sockets(user, &[connection.to_owned()], now()).await
}
