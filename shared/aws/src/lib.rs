//! How AWS is called: which certificates are trusted, how long a call waits, when it is tried again.
//!
//! Every client of an AWS service is made of [`Settings`], and no other crate builds an HTTP client. This crate knows
//! no service: no operation, no table, no key.

mod attempts;
mod caller;
mod connections;
#[cfg(test)]
mod server;
mod settings;
mod trust;

pub use attempts::{Attempts, backoff};
pub use aws_credential_types::Credentials;
pub use caller::{Answer, Caller, Request, Unanswered};
pub use settings::Settings;
pub use trust::trust;
