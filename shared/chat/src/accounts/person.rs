use domain::{Error, Refusal, UserId};
use store::{Consistency, Person};

use crate::Chat;

/// The user with this id. A user whom the cheap read misses is asked for again.
///
/// # Errors
/// `UserNotFound`.
pub(crate) async fn person(chat: &Chat, id: UserId) -> Result<Person, Error> {
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        if let Some(person) = chat.store.people([id], consistency).await?.pop() {
            return Ok(person);
        }
    }
    Err(Refusal::UserNotFound(vec![id]).into())
}
