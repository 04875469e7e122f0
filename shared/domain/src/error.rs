use std::{collections::BTreeMap, error, time::Duration};

use crate::{MessageId, UserId};

/// What is wrong with each field of a request.
pub type FieldErrors = BTreeMap<String, Vec<String>>;

/// Everything that can go wrong, for every layer.
///
/// The `Display` text is what a client may read; the inside cause is the `source`, for the log alone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is JSON, but fields are missing or break a rule.
    #[error("{}", describe(.0))]
    Invalid(FieldErrors),
    /// The request as a whole cannot be taken, for the reason given.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The body is not JSON.
    #[error("The body is not valid JSON: {0}")]
    MalformedJson(String),
    /// The body is larger than `limit` bytes.
    #[error("The body is larger than {limit} bytes.")]
    PayloadTooLarge {
        /// The most that is taken, in bytes.
        limit: usize,
    },
    /// There is no valid access token of a living session.
    #[error("A valid access token is needed: Authorization: Bearer <access token>.")]
    Unauthenticated,
    /// The username or the password is wrong; which one is not told.
    #[error("The username or the password is wrong.")]
    InvalidCredentials,
    /// The password is not the caller's.
    #[error("The current password is wrong.")]
    WrongPassword,
    /// The caller is not in the room.
    #[error("You are not a member of this room.")]
    NotAMember,
    /// There is nothing at this path.
    #[error("There is nothing here.")]
    NotFound,
    /// There is no such room.
    #[error("There is no such room.")]
    RoomNotFound,
    /// These ids are no messages of the room.
    #[error("Not a message of this room: {}.", join(.0))]
    MessageNotFound(Vec<MessageId>),
    /// These ids are no users.
    #[error("There is no user with this id: {}.", join(.0))]
    UserNotFound(Vec<UserId>),
    /// Nobody has this name.
    #[error("There is no user with this name.")]
    UsernameNotFound,
    /// Somebody else has this name, or one that differs in case alone.
    #[error("This username is taken.")]
    UsernameTaken,
    /// What is attached cannot be sent, for the reason given.
    #[error("The attachment {0}.")]
    AttachmentInvalid(String),
    /// What is attached is still being checked. Trying again helps.
    #[error("The attachment is still being checked. Try again shortly.")]
    AttachmentUnchecked,
    /// The room has as many members as it may have.
    #[error("This room is full.")]
    RoomFull,
    /// These users are in as many rooms as one may be in.
    #[error("In too many rooms already: {}.", join(.0))]
    TooManyRooms(Vec<UserId>),
    /// The user has as many sockets as one may have.
    #[error("Too many sockets are open already.")]
    TooManySockets,
    /// The page that opens a socket is of an origin that may not.
    #[error("Pages of this origin may open no sockets.")]
    ForeignOrigin,
    /// Too much at once: attempts, messages, registrations.
    #[error("Too many attempts. Try again in {} s.", retry_after.as_secs())]
    RateLimited {
        /// How long to wait, in whole seconds.
        retry_after: Duration,
    },
    /// A service that is needed did not answer, or asked to slow down. Trying again may help.
    #[error("The service is busy. Try again shortly.")]
    Unavailable {
        /// What was being done, for the log.
        doing: &'static str,
        /// Why it failed.
        source: Box<dyn error::Error + Send + Sync>,
    },
    /// A defect, or a service that refuses. Trying again will not help.
    #[error("Something went wrong on our side.")]
    Internal {
        /// What was being done, for the log.
        doing: &'static str,
        /// Why it failed.
        source: Box<dyn error::Error + Send + Sync>,
    },
}

impl Error {
    /// An error that is not the client's fault and that trying again will not mend.
    pub fn internal(doing: &'static str, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self::Internal { doing, source: source.into() }
    }

    /// Too much at once, told in whole seconds, at least one: whoever comes back then is not too early.
    #[must_use]
    pub const fn rate_limited(wait: Duration) -> Self {
        let whole = wait.as_secs() + (wait.subsec_nanos() > 0 || wait.is_zero()) as u64;
        Self::RateLimited { retry_after: Duration::from_secs(whole) }
    }

    /// An error about one field.
    #[must_use]
    pub fn field(name: &str, why: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::from([(name.to_owned(), vec![why.into()])]))
    }
}

fn join<T: std::fmt::Display>(ids: &[T]) -> String {
    ids.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

fn describe(errors: &FieldErrors) -> String {
    errors.iter().map(|(field, why)| format!("{field}: {}.", why.join("; "))).collect::<Vec<_>>().join(" ")
}

/// An error and all its causes, in one line, for the log.
#[must_use]
pub fn causes(error: &(dyn error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_as_none() {
        let told = |millis| match Error::rate_limited(Duration::from_millis(millis)) {
            Error::RateLimited { retry_after } => retry_after.as_secs(),
            _ => unreachable!(),
        };
        assert_eq!([0, 1, 1000, 1001].map(told), [1, 1, 1, 2]);
    }
}
