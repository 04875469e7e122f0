//! Users: their names, their passwords, and the bodies of requests about them.

mod device_name;
mod inputs;
mod password;
mod presence;
mod privacy;
mod refresh_token;
mod session_id;
mod sessions;
mod set_block;
mod set_privacy;
mod user;
mod username;

pub use device_name::DeviceName;
pub use inputs::{Credentials, LoginAttempt, PasswordChange, Registration};
pub use password::Password;
pub use presence::{Presence, SoughtPresences};
pub use privacy::Circle;
pub use refresh_token::{RefreshAttempt, RefreshToken};
pub use session_id::SessionId;
pub use sessions::ListedSession;
pub use set_block::{BlockedUser, SetBlock};
pub use set_privacy::{PrivacyChoices, PrivacySettings};
pub use user::User;
pub use username::{SoughtUsername, Username};
