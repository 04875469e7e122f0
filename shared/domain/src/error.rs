//! The one error type of every layer.

use std::{collections::BTreeMap, error, time::Duration};

use crate::Refusal;

/// The wait before a request is sent again that failed because something was not ready, if no better time is known.
pub(crate) const SHORTLY: Duration = Duration::from_secs(1);

pub(crate) const UNAVAILABLE: &str = "unavailable";
pub(crate) const INTERNAL: &str = "internal";

/// The complaints about the fields of a request, by the name of the field.
pub type FieldErrors = BTreeMap<String, Vec<String>>;

/// Everything that can go wrong, for every layer.
///
/// The `Display` text is a sentence for the client. The inside cause is the `source`, for the log only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be fulfilled as it is.
    #[error("{0}")]
    Refused(Refusal),
    /// A service did not answer, or asked to slow down. Trying again may help.
    #[error("The service is busy. Try again shortly.")]
    Unavailable {
        /// The step that failed, for the log: "storing a message".
        doing: &'static str,
        /// The reason for which it failed.
        source: Box<dyn error::Error + Send + Sync>,
    },
    /// A defect, or a service that refuses. Trying again does not help.
    #[error("Something went wrong on our side.")]
    Internal {
        /// The step that failed, for the log: "storing a message".
        doing: &'static str,
        /// The reason for which it failed.
        source: Box<dyn error::Error + Send + Sync>,
    },
}

impl Error {
    /// An error that is not the client's fault and that trying again does not mend.
    pub fn internal(doing: &'static str, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self::Internal { doing, source: source.into() }
    }

    /// A word for the reason that never changes, for clients and the log.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Unavailable { .. } => UNAVAILABLE,
            Self::Internal { .. } => INTERNAL,
        }
    }

    /// The time after which the same request may succeed, if it is known.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after(),
            Self::Unavailable { .. } => Some(SHORTLY),
            Self::Internal { .. } => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// An error and all its causes, in one line, for the log.
#[must_use]
pub fn causes(error: &(dyn error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
