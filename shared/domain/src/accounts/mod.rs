//! Users: their names, their passwords, and the bodies of requests about them.

mod inputs;
mod password;
mod user;
mod username;

pub use inputs::{LoginAttempt, PasswordChange, Registration};
pub use password::Password;
pub use user::User;
pub use username::Username;
