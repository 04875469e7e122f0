//! Users: their names, their passwords, and the bodies of requests about them.

mod inputs;
mod password;
mod presence;
mod privacy;
mod set_block;
mod set_privacy;
mod user;
mod username;

pub use inputs::{Credentials, LoginAttempt, PasswordChange, Registration};
pub use password::Password;
pub use presence::{Presence, SoughtPresences};
pub use privacy::Circle;
pub use set_block::{BlockedUser, SetBlock};
pub use set_privacy::{PrivacyChoices, PrivacySettings};
pub use user::User;
pub use username::{SoughtUsername, Username};
