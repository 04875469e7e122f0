use domain::{Error, UserId};

use crate::Chat;

/// Forgets a socket that has closed.
pub async fn disconnect(chat: &Chat, user: UserId, connection: &str) -> Result<(), Error> {
    chat.store.remove_sockets(user, &[connection.to_owned()]).await
}
