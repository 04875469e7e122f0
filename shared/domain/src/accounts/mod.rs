mod inputs;
mod password;
mod user;
mod username;

pub use inputs::{LoginAttempt, PasswordChange, Registration};
pub use password::Password;
pub use user::User;
pub use username::Username;
