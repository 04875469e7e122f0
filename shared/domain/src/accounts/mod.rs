//! Users: their names, their passwords, and the bodies of requests about them.

mod inputs;
mod password;
mod privacy;
mod set_block;
mod set_privacy;
mod user;
mod username;

pub use inputs::{Credentials, LoginAttempt, PasswordChange, Registration};
pub use password::Password;
pub use privacy::WhoCanAdd;
pub use set_block::{BlockedUser, SetBlock};
pub use set_privacy::{PrivacySettings, SetPrivacy};
pub use user::User;
pub use username::{SoughtUsername, Username};
